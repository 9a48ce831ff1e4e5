"""Queries to the serving log for how its calls spread: over time and latency, phases, sizes, and
cold starts. Adapter: DuckDB, frames for charts."""

from datetime import UTC, timedelta

import pandas as pd

from core.servinglog.archive.choosing import newest_hours
from core.servinglog.moments import naive
from core.servinglog.queries import HOUR_S, MINUTE_S, ServingLogQueries
from core.servinglog.query_values import COLD_AFTER_S, named, named_in
from core.servinglog.segments import EXACT_ROWS
from core.servinglog.tables import statement
from core.servinglog.traffic_filter import Traffic
from core.servinglog.windows import Window

HEAT_ROWS = 30


def heat(log: ServingLogQueries, window: Window, traffic: Traffic, bucket_s: int) -> pd.DataFrame:
    """A row for each cell with an answered call: bucket_at, from_ms, to_ms, calls. At most
    `HEAT_ROWS` rows of latency; each bound is within a factor of 1.02 / 0.98. Raises StoreError."""
    frame = _summed(log, "heat", window, traffic, bucket_s=bucket_s, rows=HEAT_ROWS)
    frame["bucket_at"] = frame["bucket_at"].dt.tz_localize(UTC)
    return frame


def phase_means(
    log: ServingLogQueries, window: Window, traffic: Traffic, bucket_s: int
) -> pd.DataFrame:
    """A row for each phase with `ms` of the mean answered call: by `bucket_at`, and with
    `bucket_at` null by `series`. Raises StoreError."""
    frame = named(_summed(log, "phases", window, traffic, bucket_s=bucket_s))
    frame["bucket_at"] = frame["bucket_at"].dt.tz_localize(UTC)
    return frame


def by_class(log: ServingLogQueries, window: Window, traffic: Traffic) -> pd.DataFrame:
    """Answered calls by `of_what` (size: comments a call; length: characters a comment) and class
    `upto`: calls, p50, p95 (ms a call, or a comment). Where the summary is from sums: of the last
    hours whose rows are kept. Raises StoreError."""
    given = traffic.values(window)
    with log.rows_of(window, newest_hours(EXACT_ROWS)) as cursor:
        return cursor.execute(statement("by_class"), given).df()


def cold_starts(log: ServingLogQueries, window: Window, traffic: Traffic) -> pd.DataFrame:
    """A row for each backend with cold calls: cold, cold_ms, slowest_ms, warm_ms (cold_ms and
    warm_ms are medians), last_at. Of the rows of `by_class`. Raises StoreError."""
    earlier = window.since - timedelta(seconds=COLD_AFTER_S)
    given = traffic.values(window) | {"earlier": naive(earlier), "idle_s": COLD_AFTER_S}
    text = statement("cold_starts")
    with log.rows_of(Window(earlier, window.until), newest_hours(EXACT_ROWS)) as cursor:
        frame = cursor.execute(text, named_in(text, given)).df()
    frame["last_at"] = frame["last_at"].dt.tz_localize(UTC)
    return frame


def _summed(
    log: ServingLogQueries, name: str, window: Window, traffic: Traffic, **more: int
) -> pd.DataFrame:
    with log.calls_of(window, by_hour=more["bucket_s"] % HOUR_S == 0) as (cursor, is_summed):
        if is_summed:
            more["bucket_s"] = max(MINUTE_S, more["bucket_s"])
        text = statement(f"{name}_sums" if is_summed else name)
        return cursor.execute(text, named_in(text, traffic.values(window) | more)).df()

"""Queries to the serving log. Adapter: DuckDB over the segments, frames for charts."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from duckdb import DuckDBPyConnection

from core.servinglog.answers import (
    Audits,
    BackendCalls,
    Bounds,
    LastSeen,
    LogContents,
    LoggedRequest,
    LogSize,
    Refused,
    Series,
    Summary,
)
from core.servinglog.archive.choosing import Choose, newest_hours, slowest_hours
from core.servinglog.archive.plan import BOUND, HOUR
from core.servinglog.estimates.calls import LoggedCall
from core.servinglog.find import find_records, newest_records
from core.servinglog.lines import CALL, EARLIEST, REFUSAL
from core.servinglog.moments import naive, utc
from core.servinglog.query_values import (
    ESTIMATE_CALLS,
    estimate_values,
    named,
    named_in,
)
from core.servinglog.record import (
    ANSWER_KINDS,
    LEFT_ALONE_KIND,
    LIVE_MODES,
    RefusalRecord,
    ServingRecord,
)
from core.servinglog.segments import EXACT_ROWS, SegmentMirror
from core.servinglog.tables import statement
from core.servinglog.traffic_filter import ALL_TRAFFIC, ESTIMATED_TRAFFIC, Traffic
from core.servinglog.windows import Span, Window, whole

if TYPE_CHECKING:
    from core.servinglog.shared.stored import StoredLog

SLOWEST_LIMIT = 50
HOUR_S = 3600
MINUTE_S = 60
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class ServingLogQueries:
    """One per process; thread-safe. A folder that is empty or missing is an empty log. `stored`
    adds rows of the shared store: of other machines, and of segments that were deleted here.
    `summary`, `series` and `by_backend` of a window with more archived calls than `exact_rows`, or
    with hours of which only sums are kept, are within 2 %; all else is exact.

    Every query sees the log as it is at that moment and raises StoreError when it can't be read.
    Frames hold times as aware UTC.
    """

    def __init__(
        self, directory: Path, stored: "StoredLog | None" = None, exact_rows: int = EXACT_ROWS
    ) -> None:
        self.directory = directory
        self._mirror = SegmentMirror(directory, stored, exact_rows)

    @property
    def store_problem(self) -> str | None:
        """What the last query lacked of the shared store, in one sentence; None if nothing."""
        return self._mirror.store_problem

    def cursor(self, *spans: Span) -> AbstractContextManager[DuckDBPyConnection]:
        """The views `calls`, `refusals` and `segments` as they are now, with the shared store's
        rows of the spans."""
        return self._mirror.cursor(*spans)

    def calls_of(
        self, window: Window, *, by_hour: bool
    ) -> AbstractContextManager[tuple[DuckDBPyConnection, bool]]:
        """The view `calls` for that window, and whether a view `sums` is to be used in its place:
        sums by minute or, with `by_hour`, by hour as far as they can."""
        return self._mirror.calls_of(window, by_hour=by_hour)

    def rows_of(self, window: Window, choose: Choose) -> AbstractContextManager[DuckDBPyConnection]:
        """The view `calls` for that window; where `calls_of` gives sums, of the chosen hours."""
        return self._mirror.rows_of(window, choose)

    def bounds(self) -> Bounds:
        """Times of the first and last record of the whole log."""
        found = self.series_names()
        return Bounds(
            first_at=min((s.first_at for s in found), default=None),
            last_at=max((s.last_at for s in found), default=None),
            calls=sum(s.calls for s in found),
        )

    def contents(self, until: datetime) -> LogContents:
        """Counts of the log's lines by outcome, at that time."""
        later = (Span(form, until, _END_OF_TIME) for form in (CALL, REFUSAL))
        with self._mirror.cursor(*later) as cursor:
            row = cursor.execute(statement("contents"), {"until": naive(until)}).fetchone()
        assert row is not None  # an aggregate without GROUP BY has one row
        duplicates, future = row
        reports, _, archive, stored_rows = self._mirror.parts()
        duplicates += archive.duplicates
        lines = sum(one.line_count for one in reports) + stored_rows
        lines += archive.row_count + archive.duplicates
        unreadable = sum(one.unreadable_count for one in reports)
        return LogContents(
            lines=lines,
            readable=lines - unreadable - duplicates - future,
            unreadable=unreadable,
            duplicates=duplicates,
            future=future,
            problems=tuple(one.problem for one in reports if one.problem is not None),
            store_problem=self._mirror.store_problem,
        )

    def size(self) -> LogSize:
        """What the log takes on disk."""
        bounds = self.bounds()
        reports, segment_bytes, archive, _ = self._mirror.parts()
        kept = [one for one in archive.hours.values() if one.path is not None]
        rows = sum(one.rows for one in kept)
        return LogSize(
            bounds.first_at,
            bounds.last_at,
            bounds.calls,
            rows=rows,
            summed_rows=archive.row_count - rows,
            hours=len({one.start for one in kept}),
            row_bytes=sum(one.size_bytes for one in kept),
            segments=len(reports),
            segment_bytes=segment_bytes,
        )

    def newest(self, until: datetime, limit: int) -> tuple[ServingRecord | RefusalRecord, ...]:
        """The newest records dated before that time, the oldest of them first."""
        calls = [one.last_at for one in self.series_names(until)]
        refused = [one.last_at for one in self.refused(Window(EARLIEST, until))]
        last_at = {CALL: max(calls, default=None), REFUSAL: max(refused, default=None)}
        return newest_records(self._mirror, last_at, until, limit)

    def series_names(self, until: datetime | None = None) -> tuple[Series, ...]:
        """Every backend and mode logged before that time, in the order of first appearance."""
        end = _END_OF_TIME if until is None else until
        hour = end.replace(minute=0, second=0, microsecond=0)
        given = {"until": naive(end), "whole_until": naive(hour)}
        with self._mirror.cursor(Span(CALL, hour, end)) as cursor:
            rows = cursor.execute(statement("series_names"), given).fetchall()
        return tuple(
            Series(backend, mode, utc(first_at), utc(last_at), calls)
            for backend, mode, first_at, last_at, calls in rows
        )

    def summary(self, window: Window, traffic: Traffic = ALL_TRAFFIC) -> Summary:
        """All calls of the window together."""
        given = traffic.values(window)
        with self._mirror.calls_of(window, by_hour=True) as (cursor, is_summed):
            text = statement("summary_sums" if is_summed else "summary")
            row = cursor.execute(text, named_in(text, given)).fetchone()
        assert row is not None  # an aggregate without GROUP BY has one row
        first_at, last_at = (None if moment is None else utc(moment) for moment in row[-2:])
        return Summary(*(*row[:-2], first_at, last_at, BOUND if is_summed else 0.0))

    def refused(self, window: Window) -> tuple[Refused, ...]:
        """Refused requests by reason, the most frequent first."""
        inside = whole(window, HOUR)
        given = {
            "since": naive(window.since),
            "until": naive(window.until),
            "whole_since": naive(inside.since),
            "whole_until": naive(inside.until),
        }
        edges = (
            Span(REFUSAL, window.since, inside.since),
            Span(REFUSAL, inside.until, window.until),
        )
        with self._mirror.cursor(*edges) as cursor:
            rows = cursor.execute(statement("refused"), given).fetchall()
        return tuple(Refused(reason, requests, utc(at)) for reason, requests, at in rows)

    def find(self, wanted: str) -> LoggedRequest:
        """The records with the id of a request, a call or a trace; at most 200 lines of each
        kind."""
        return find_records(self._mirror, wanted)

    def audits(self, since: datetime, model_version: str) -> Audits:
        """Totals of the cascade in front of that model, over all live calls started since then."""
        given = {
            "since": naive(since),
            "model_version": model_version,
            "live_modes": list(LIVE_MODES),
        }
        with self._mirror.cursor(Span(CALL, since, _END_OF_TIME)) as cursor:
            row = cursor.execute(statement("audits"), given).fetchone()
        assert row is not None  # an aggregate without GROUP BY has one row
        return Audits(*row)

    def backend_calls(
        self, window: Window, traffic: Traffic = ALL_TRAFFIC
    ) -> tuple[BackendCalls, ...]:
        """The calls of the window by backend, the busiest first."""
        with self._mirror.cursor(_calls_of(window)) as cursor:
            given = traffic.values(window) | {"left_alone": LEFT_ALONE_KIND}
            rows = cursor.execute(statement("backend_calls"), given).fetchall()
        return tuple(BackendCalls(*row) for row in rows)

    def last_seen(self, since: datetime, until: datetime | None = None) -> tuple[LastSeen, ...]:
        """The last calls of each process to each backend between the two times, newest first;
        trials are left out."""
        end = _END_OF_TIME if until is None else until
        given = {
            "since": naive(since),
            "until": naive(end),
            "live_modes": list(LIVE_MODES),
            "answer_kinds": sorted(ANSWER_KINDS),
            "left_alone": LEFT_ALONE_KIND,
        }
        with self._mirror.cursor(Span(CALL, since, end)) as cursor:
            rows = cursor.execute(statement("last_seen"), given).fetchall()
        return tuple(
            LastSeen(*row[:2], *(moment and utc(moment) for moment in row[2:5]), *row[5:])
            for row in rows
        )

    def series(self, window: Window, bucket_s: int, traffic: Traffic = ALL_TRAFFIC) -> pd.DataFrame:
        """A row for each bucket and series: bucket_at, series, calls, p50, p95, p99 (ms),
        comments_per_s, errors. `series` is null for all series together. Empty buckets between
        others are included. `bucket_s` is at least `least_bucket_s`."""
        frame = self._summed_frame("series", window, traffic, bucket_s=bucket_s)
        frame["bucket_at"] = frame["bucket_at"].dt.tz_localize(UTC)
        return named(frame)

    def least_bucket_s(self, window: Window) -> int:
        """The narrowest buckets of `series` in that window: a second, or a minute where it answers
        from sums."""
        return MINUTE_S if self._mirror.is_summed(window) else 1

    def by_backend(self, window: Window, traffic: Traffic = ALL_TRAFFIC) -> pd.DataFrame:
        """A row for each series, the busiest first: counts, p50, p95, p99, ms_per_comment (its
        median over calls), comments_per_busy_s, and the share (0..1) of answered time in each
        phase."""
        return named(self._summed_frame("by_backend", window, traffic))

    def slowest(
        self, window: Window, traffic: Traffic = ALL_TRAFFIC, *, limit: int = SLOWEST_LIMIT
    ) -> pd.DataFrame:
        """The slowest calls, failed ones included; all calls when there are no more than `limit`.
        Where the summary is from sums: of the hours with the slowest calls."""
        given = traffic.values(window) | {"limit": limit}
        with self._mirror.rows_of(window, slowest_hours(EXACT_ROWS)) as cursor:
            frame = cursor.execute(statement("slowest"), given).df()
        frame["started_at"] = frame["started_at"].dt.tz_localize(UTC)
        return named(frame)

    def estimate_calls(self, window: Window, backend: str) -> list[LoggedCall]:
        """Live calls and load tests of the window to that backend, by the model and runtime that
        answered last: at most about 5,000, evenly spread over the window. Where the summary is from
        sums: of the last hours with so many."""
        given = ESTIMATED_TRAFFIC.values(window) | estimate_values(backend)
        del given["backends"], given["models"]
        with self._mirror.rows_of(window, newest_hours(ESTIMATE_CALLS)) as cursor:
            rows = cursor.execute(statement("estimate_calls"), given).fetchall()
        return [LoggedCall(*row) for row in rows]

    def _summed_frame(
        self, name: str, window: Window, traffic: Traffic, **more: int
    ) -> pd.DataFrame:
        width = more.get("bucket_s", HOUR_S)
        with self._mirror.calls_of(window, by_hour=width % HOUR_S == 0) as (cursor, is_summed):
            if is_summed and width < MINUTE_S:  # rows were deleted since the width was chosen
                more |= {"bucket_s": MINUTE_S}
            text = statement(f"{name}_sums" if is_summed else name)
            return cursor.execute(text, named_in(text, traffic.values(window) | more)).df()


def _calls_of(window: Window) -> Span:
    return Span(CALL, window.since, window.until)

"""Reads of the serving log for the ops pages. Every function checks the actor's permission."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.moderation.permissions import Actor, Permission, check_can
from core.services.backends import SEEN_WITHIN
from core.services.comparison import SPARK_BUCKETS
from core.services.slow_calls import SLOWEST_SHOWN
from core.servinglog.answers import (
    BackendCalls,
    LastSeen,
    LogContents,
    LoggedRequest,
    Refused,
    Series,
    Summary,
)
from core.servinglog.record import RefusalRecord, ServingRecord
from core.servinglog.windows import MAX_BUCKETS, WindowChoice, bucket_s, window_of

if TYPE_CHECKING:
    import pandas as pd

    from core.servinglog.queries import ServingLogQueries
    from core.servinglog.traffic_filter import Traffic

MIN_BUCKETS = 30
CALLS_PER_BUCKET = 10
DOTS_UP_TO = 400  # calls; up to this many are drawn one by one
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class LogOverview:
    """The contents of the whole log. `until` is where the present window ends: just after the
    clock's time, so that it includes a call logged now but none that is dated in the future."""

    series: tuple[Series, ...]
    refused: tuple[Refused, ...]
    contents: LogContents
    until: datetime

    @property
    def newest_at(self) -> datetime | None:
        """The time of the newest call or refusal; None if the log is empty."""
        moments = [*(one.last_at for one in self.series), *(one.last_at for one in self.refused)]
        return max(moments, default=None)


@dataclass(frozen=True, slots=True)
class WindowTraffic:
    """The traffic of one window. `dots` is None if there are too many calls to draw each, or only
    sums. `lines` and `dots` have only the
    series that are drawn; `hidden_count` is the number of the others. `refused` is the same for
    every filter, because refused requests have no backend and no mode.
    """

    summary: Summary
    lines: "pd.DataFrame"
    dots: "pd.DataFrame | None"
    table: "pd.DataFrame"
    slowest: "pd.DataFrame"
    refused: tuple[Refused, ...]
    bucket_s: int
    hidden_count: int

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The start of the first bucket and the end of the last."""
        starts = self.lines["bucket_at"]
        return starts.min().to_pydatetime(), (
            starts.max() + timedelta(seconds=self.bucket_s)
        ).to_pydatetime()


@dataclass(frozen=True, slots=True)
class BackendTraffic:
    """A window's live calls by backend, the last calls of each process, and refused requests."""

    calls: tuple[BackendCalls, ...]
    seen: tuple[LastSeen, ...]
    refused: tuple[Refused, ...]


def view_log(actor: Actor, log: "ServingLogQueries", clock: Clock) -> LogOverview:
    """The contents of the whole log. Raises PermissionDenied, StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    series = log.series_names()
    # The clock is read after the log, so that no call logged meanwhile counts as future.
    until = clock.now() + _TICK
    contents = log.contents(until)
    if contents.future:
        series = log.series_names(until)
    return LogOverview(series, log.refused(window_of(WindowChoice.ALL, until)), contents, until)


def view_window(
    actor: Actor,
    log: "ServingLogQueries",
    choice: WindowChoice,
    traffic: "Traffic",
    until: datetime,
    *,
    drawn: Callable[["pd.DataFrame"], Sequence[str]],
    max_points: int,
) -> WindowTraffic:
    """The traffic of the window that ends at `until`. `drawn` picks the series of the table that
    are drawn; their lines have at most `max_points` together. Raises PermissionDenied,
    StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    window = window_of(choice, until)
    summary = log.summary(window, traffic)
    table = log.by_backend(window, traffic)
    shown = drawn(table)
    most = max_points // max(1, len(shown))
    least = log.least_bucket_s(window)
    width = max(least, bucket_s(summary.covered_s, _bucket_count(summary.calls, most)))
    coarse_width = max(least, bucket_s(summary.covered_s, SPARK_BUCKETS))
    coarse = log.series(window, coarse_width, traffic)
    few = summary.calls <= DOTS_UP_TO and not summary.bound
    lines = log.series(window, width, traffic)
    slowest = log.slowest(window, traffic, limit=DOTS_UP_TO)
    return WindowTraffic(
        summary=summary,
        lines=lines[lines["series"].isin(shown)],
        dots=slowest[slowest["series"].isin(shown)] if few else None,
        table=table.assign(trend=_sparklines(coarse, table)),
        slowest=slowest[:SLOWEST_SHOWN],
        refused=log.refused(window),
        bucket_s=width,
        hidden_count=len(table) - len(shown),
    )


def view_backends(
    actor: Actor, log: "ServingLogQueries", choice: WindowChoice, until: datetime
) -> BackendTraffic:
    """What the log contains about each backend. Raises PermissionDenied, StoreError."""
    from core.servinglog.traffic_filter import LIVE_TRAFFIC

    check_can(actor, Permission.SEE_SERVING)
    window = window_of(choice, until)
    return BackendTraffic(
        calls=log.backend_calls(window, LIVE_TRAFFIC),
        seen=log.last_seen(until - SEEN_WITHIN, until),
        refused=log.refused(window),
    )


def find_request(actor: Actor, log: "ServingLogQueries", wanted: str) -> LoggedRequest:
    """The calls and refusals with that id of a request, a call or a trace. Raises PermissionDenied,
    StoreError, InvalidInput for an empty or unprintable id, and NotFound."""
    check_can(actor, Permission.SEE_SERVING)
    wanted = wanted.strip()
    if not wanted or not wanted.isprintable():
        raise InvalidInput("Give the id of a request, a call or a trace.")
    found = log.find(wanted)
    if not found.calls and not found.refusals:
        raise NotFound("The serving log holds no request, call or trace with that id.")
    return found


def newest_records(
    actor: Actor, log: "ServingLogQueries", clock: Clock, limit: int
) -> tuple[ServingRecord | RefusalRecord, ...]:
    """The newest calls and refusals, the oldest of them first. Raises PermissionDenied,
    StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    return log.newest(clock.now() + _TICK, limit)


def _bucket_count(calls: int, most: int) -> int:
    """The most buckets: about ten calls in each, because the percentile of a few calls is only the
    time of one of them."""
    drawable = min(MAX_BUCKETS, most)
    return max(MIN_BUCKETS, min(drawable, calls // CALLS_PER_BUCKET))


def _sparklines(coarse: "pd.DataFrame", table: "pd.DataFrame") -> "pd.Series[Any]":
    """The p95 over time for each row of the table; buckets without calls are left out."""
    import pandas as pd

    by_series = coarse.dropna(subset=["series", "p95"]).groupby("series")["p95"].agg(list)
    return pd.Series([by_series.get(name, []) for name in table["series"]], index=table.index)

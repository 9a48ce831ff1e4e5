"""Time windows of the serving log, and the width of a chart's buckets."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from core.servinglog.lines import LineFormat

MAX_BUCKETS = 600
BUCKETS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 10800, 21600, 43200),
    *(86400, 2 * 86400, 7 * 86400, 28 * 86400),
)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """Rows of one kind, dated in [since, until), that a query reads one by one."""

    form: LineFormat
    since: datetime
    until: datetime


class WindowChoice(StrEnum):
    """How far back from now a window reaches. The values are those in the page's address."""

    MINUTES_15 = "15 min"
    HOUR = "1 h"
    HOURS_6 = "6 h"
    DAY = "24 h"
    WEEK = "7 d"
    ALL = "all"


SPANS: dict[WindowChoice, timedelta | None] = {
    WindowChoice.MINUTES_15: timedelta(minutes=15),
    WindowChoice.HOUR: timedelta(hours=1),
    WindowChoice.HOURS_6: timedelta(hours=6),
    WindowChoice.DAY: timedelta(days=1),
    WindowChoice.WEEK: timedelta(days=7),
    WindowChoice.ALL: None,
}


@dataclass(frozen=True, slots=True)
class Window:
    """Calls started at or after `since` and before `until`, both UTC."""

    since: datetime
    until: datetime

    @property
    def span_s(self) -> float:
        """Length in seconds."""
        return (self.until - self.since).total_seconds()

    def previous(self) -> "Window":
        """The window of the same length that ends where this one starts."""
        return Window(self.since - (self.until - self.since), self.since)


def whole(window: Window, step: timedelta) -> Window:
    """The whole minutes or hours inside the window, as `step` says; `since` is its end, so that
    none is whole, where it has none."""
    until = window.until - (window.until - _BEGINNING) % step
    since = window.since + (_BEGINNING - window.since) % step
    return Window(since, until) if since <= until else Window(window.until, window.until)


def window_of(choice: WindowChoice, now: datetime) -> Window:
    """The window that ends now. `all` starts in 1970, so its previous window is meaningless."""
    span = SPANS[choice]
    return Window(_BEGINNING if span is None else now - span, now)


def smallest_window(newest_at: datetime | None, now: datetime) -> WindowChoice:
    """The shortest window that still includes the newest record."""
    if newest_at is None:
        return WindowChoice.HOUR
    for choice, span in SPANS.items():
        if span is not None and now - newest_at < span:
            return choice
    return WindowChoice.ALL


def bucket_s(span_s: float, max_buckets: int = MAX_BUCKETS) -> int:
    """The narrowest width of the ladder, in seconds, that gives at most `max_buckets` buckets.

    One bucket is kept in reserve, because a span rarely starts on a bucket's edge.
    """
    for width in BUCKETS_S:
        if span_s / width <= max(1, max_buckets - 1):
            return width
    return BUCKETS_S[-1]

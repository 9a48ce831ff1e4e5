"""Questions to the serving log. Adapter: DuckDB over the segments, frames for charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from core.servinglog.answers import (
    Audits,
    BackendCalls,
    Bounds,
    LastSeen,
    Series,
    Summary,
    series_name,
)
from core.servinglog.segments import SegmentMirror, statement
from core.servinglog.windows import Window

SLOWEST_LIMIT = 50
NEWEST_PER_SERIES = 2000


@dataclass(frozen=True, slots=True)
class Traffic:
    """Which calls are meant: those of these modes and backends. None means all of them."""

    modes: tuple[str, ...] | None = None
    backends: tuple[str, ...] | None = None

    def includes(self, series: Series) -> bool:
        """Whether calls of that series are meant."""
        return (self.modes is None or series.mode in self.modes) and (
            self.backends is None or series.backend in self.backends
        )


ALL_TRAFFIC = Traffic()


class ServingLogQueries:
    """One a process; safe in threads. A folder that is empty or not there yet is an empty log.

    Every question sees the log as it is when it is asked and raises StoreError when it can't be
    read. Frames hold times as aware UTC.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._mirror = SegmentMirror(directory)

    def bounds(self) -> Bounds:
        """How far the whole log reaches."""
        found = self.series_names()
        return Bounds(
            first_at=min((s.first_at for s in found), default=None),
            last_at=max((s.last_at for s in found), default=None),
            calls=sum(s.calls for s in found),
        )

    def series_names(self) -> tuple[Series, ...]:
        """Every backend and mode of the whole log, in the order they first appeared."""
        with self._mirror.cursor() as cursor:
            rows = cursor.execute(statement("series_names")).fetchall()
        return tuple(
            Series(backend, mode, _utc(first_at), _utc(last_at), calls)
            for backend, mode, first_at, last_at, calls in rows
        )

    def summary(self, window: Window, traffic: Traffic = ALL_TRAFFIC) -> Summary:
        """All calls of the window together."""
        with self._mirror.cursor() as cursor:
            row = cursor.execute(statement("summary"), _parameters(window, traffic)).fetchone()
        assert row is not None  # an aggregate without GROUP BY has one row
        first_at, last_at = (None if moment is None else _utc(moment) for moment in row[-2:])
        return Summary(*(*row[:-2], first_at, last_at))

    def audits(self, since: datetime, model_version: str) -> Audits:
        """What a cascade before that model did in all calls started since then."""
        given = {"since": _naive(since), "model_version": model_version}
        with self._mirror.cursor() as cursor:
            row = cursor.execute(statement("audits"), given).fetchone()
        assert row is not None  # an aggregate without GROUP BY has one row
        return Audits(*row)

    def backend_calls(
        self, window: Window, traffic: Traffic = ALL_TRAFFIC
    ) -> tuple[BackendCalls, ...]:
        """The calls of the window by backend, the busiest first."""
        with self._mirror.cursor() as cursor:
            rows = cursor.execute(
                statement("backend_calls"), _parameters(window, traffic)
            ).fetchall()
        return tuple(BackendCalls(*row) for row in rows)

    def last_seen(self, since: datetime) -> tuple[LastSeen, ...]:
        """What each process last saw of each backend since then, the newest first; trials apart."""
        with self._mirror.cursor() as cursor:
            rows = cursor.execute(statement("last_seen"), {"since": _naive(since)}).fetchall()
        return tuple(
            LastSeen(*row[:2], *(moment and _utc(moment) for moment in row[2:5]), *row[5:])
            for row in rows
        )

    def series(self, window: Window, bucket_s: int, traffic: Traffic = ALL_TRAFFIC) -> pd.DataFrame:
        """A row a bucket and series: bucket_at, series, calls, p50, p95, p99 (ms), comments_per_s,
        errors. `series` is null for all series together; empty buckets between are there too."""
        frame = self._frame("series", window, traffic, bucket_s=bucket_s)
        frame["bucket_at"] = frame["bucket_at"].dt.tz_localize(UTC)
        return _named(frame)

    def by_backend(self, window: Window, traffic: Traffic = ALL_TRAFFIC) -> pd.DataFrame:
        """A row a series, the busiest first: counts, p50, p95, p99 and ms_per_comment (its median
        over calls), comments_per_busy_s, and the share (0..1) of answered time in each phase."""
        return _named(self._frame("by_backend", window, traffic))

    def slowest(
        self, window: Window, traffic: Traffic = ALL_TRAFFIC, *, limit: int = SLOWEST_LIMIT
    ) -> pd.DataFrame:
        """The slowest calls, failed ones too; all calls when there are no more than `limit`."""
        frame = self._frame("slowest", window, traffic, limit=limit)
        frame["started_at"] = frame["started_at"].dt.tz_localize(UTC)
        return _named(frame)

    def newest_calls(self, window: Window, traffic: Traffic = ALL_TRAFFIC) -> pd.DataFrame:
        """series, batch_size and total_ms of the newest 2,000 answered calls of each series."""
        return _named(self._frame("newest_calls", window, traffic, limit=NEWEST_PER_SERIES))

    def _frame(self, name: str, window: Window, traffic: Traffic, **more: int) -> pd.DataFrame:
        with self._mirror.cursor() as cursor:
            return cursor.execute(statement(name), _parameters(window, traffic) | more).df()


def _parameters(window: Window, traffic: Traffic) -> dict[str, object]:
    return {
        "since": _naive(window.since),
        "until": _naive(window.until),
        "modes": _list(traffic.modes),
        "backends": _list(traffic.backends),
    }


def _list(chosen: Sequence[str] | None) -> list[str] | None:
    return None if chosen is None else list(chosen)


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds `series`, the name a backend and mode go by; null where both are."""
    frame["series"] = [
        series_name(backend, mode) if isinstance(backend, str) else None
        for backend, mode in zip(frame["backend"], frame["mode"], strict=True)
    ]
    return frame

"""Queries to the serving log. Adapter: DuckDB over the segments, frames for charts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.servinglog.answers import (
    Audits,
    BackendCalls,
    Bounds,
    LastSeen,
    LogContents,
    LoggedRequest,
    Refused,
    Series,
    Summary,
    series_name,
)
from core.servinglog.estimates.calls import LoggedCall
from core.servinglog.lines import CALL, REFUSAL, LineFormat
from core.servinglog.record import (
    ANSWER_KINDS,
    LEFT_ALONE_KIND,
    LIVE_MODES,
    Mode,
    RefusalRecord,
    ServingRecord,
)
from core.servinglog.segments import SegmentMirror
from core.servinglog.tables import statement
from core.servinglog.windows import Span, Window, whole_hours

if TYPE_CHECKING:
    from core.servinglog.shared.stored import StoredLog

SLOWEST_LIMIT = 50
ESTIMATE_CALLS, ESTIMATE_PARTS = 5_000, 100
"""Of a longer log so many calls are read for an estimate, from so many of its minutes."""
COLD_CALLS = 200
COLD_AFTER_S = 600
"""A process that made no call for so long starts cold."""
FOUND_LIMIT = 200
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Traffic:
    """A filter of calls by mode and backend. None means all of them."""

    modes: tuple[str, ...] | None = None
    backends: tuple[str, ...] | None = None

    def includes(self, series: Series) -> bool:
        """Whether the filter includes calls of that series."""
        return (self.modes is None or series.mode in self.modes) and (
            self.backends is None or series.backend in self.backends
        )


ALL_TRAFFIC = Traffic()
LIVE_TRAFFIC = Traffic(modes=LIVE_MODES)
ESTIMATED_TRAFFIC = Traffic(modes=(*LIVE_MODES, Mode.LOAD_TEST))


class ServingLogQueries:
    """One per process; thread-safe. A folder that is empty or missing is an empty log. `stored`
    adds rows of the shared store: of other machines, and of segments that were deleted here.

    Every query sees the log as it is at that moment and raises StoreError when it can't be read.
    Frames hold times as aware UTC.
    """

    def __init__(self, directory: Path, stored: "StoredLog | None" = None) -> None:
        self.directory = directory
        self._mirror = SegmentMirror(directory, stored)

    @property
    def store_problem(self) -> str | None:
        """What the last query lacked of the shared store, in one sentence; None if nothing."""
        return self._mirror.store_problem

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
            row = cursor.execute(statement("contents"), {"until": _naive(until)}).fetchone()
        assert row is not None  # an aggregate without GROUP BY has one row
        duplicates, future = row
        reports = self._mirror.reports
        lines = sum(one.line_count for one in reports) + self._mirror.stored_rows
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

    def series_names(self, until: datetime | None = None) -> tuple[Series, ...]:
        """Every backend and mode logged before that time, in the order of first appearance."""
        end = _END_OF_TIME if until is None else until
        hour = end.replace(minute=0, second=0, microsecond=0)
        given = {"until": _naive(end), "whole_until": _naive(hour)}
        with self._mirror.cursor(Span(CALL, hour, end)) as cursor:
            rows = cursor.execute(statement("series_names"), given).fetchall()
        return tuple(
            Series(backend, mode, _utc(first_at), _utc(last_at), calls)
            for backend, mode, first_at, last_at, calls in rows
        )

    def summary(self, window: Window, traffic: Traffic = ALL_TRAFFIC) -> Summary:
        """All calls of the window together."""
        with self._mirror.cursor(_calls_of(window)) as cursor:
            row = cursor.execute(statement("summary"), _parameters(window, traffic)).fetchone()
        assert row is not None  # an aggregate without GROUP BY has one row
        first_at, last_at = (None if moment is None else _utc(moment) for moment in row[-2:])
        return Summary(*(*row[:-2], first_at, last_at))

    def refused(self, window: Window) -> tuple[Refused, ...]:
        """Refused requests by reason, the most frequent first."""
        whole = whole_hours(window)
        given = {
            "since": _naive(window.since),
            "until": _naive(window.until),
            "whole_since": _naive(whole.since),
            "whole_until": _naive(whole.until),
        }
        edges = (
            Span(REFUSAL, window.since, whole.since),
            Span(REFUSAL, whole.until, window.until),
        )
        with self._mirror.cursor(*edges) as cursor:
            rows = cursor.execute(statement("refused"), given).fetchall()
        return tuple(Refused(reason, requests, _utc(at)) for reason, requests, at in rows)

    def find(self, wanted: str) -> LoggedRequest:
        """The records with the id of a request, a call or a trace; at most 200 lines of each
        kind."""
        given = {"id": wanted, "limit": FOUND_LIMIT}
        with self._mirror.cursor() as cursor:
            calls = cursor.execute(_columns_of(CALL, "find_calls"), given).fetchall()
            refusals = cursor.execute(_columns_of(REFUSAL, "find_refusals"), given).fetchall()
        found: dict[LineFormat, list[Any]] = {
            CALL: [ServingRecord(**_values(CALL, row)) for row in calls],
            REFUSAL: [RefusalRecord(**_values(REFUSAL, row)) for row in refusals],
        }
        for form, values in self._mirror.find_stored(wanted):
            record = ServingRecord if form is CALL else RefusalRecord
            found[form].append(record(**values | {form.time: _utc(values[form.time])}))
        return LoggedRequest(*(_oldest(form, records) for form, records in found.items()))

    def audits(self, since: datetime, model_version: str) -> Audits:
        """Totals of the cascade in front of that model, over all live calls started since then."""
        given = {
            "since": _naive(since),
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
            given = _parameters(window, traffic) | {"left_alone": LEFT_ALONE_KIND}
            rows = cursor.execute(statement("backend_calls"), given).fetchall()
        return tuple(BackendCalls(*row) for row in rows)

    def last_seen(self, since: datetime, until: datetime | None = None) -> tuple[LastSeen, ...]:
        """The last calls of each process to each backend between the two times, newest first;
        trials are left out."""
        end = _END_OF_TIME if until is None else until
        given = {
            "since": _naive(since),
            "until": _naive(end),
            "live_modes": list(LIVE_MODES),
            "answer_kinds": sorted(ANSWER_KINDS),
            "left_alone": LEFT_ALONE_KIND,
        }
        with self._mirror.cursor(Span(CALL, since, end)) as cursor:
            rows = cursor.execute(statement("last_seen"), given).fetchall()
        return tuple(
            LastSeen(*row[:2], *(moment and _utc(moment) for moment in row[2:5]), *row[5:])
            for row in rows
        )

    def series(self, window: Window, bucket_s: int, traffic: Traffic = ALL_TRAFFIC) -> pd.DataFrame:
        """A row for each bucket and series: bucket_at, series, calls, p50, p95, p99 (ms),
        comments_per_s, errors. `series` is null for all series together. Empty buckets between
        others are included."""
        frame = self._frame("series", window, traffic, bucket_s=bucket_s)
        frame["bucket_at"] = frame["bucket_at"].dt.tz_localize(UTC)
        return _named(frame)

    def by_backend(self, window: Window, traffic: Traffic = ALL_TRAFFIC) -> pd.DataFrame:
        """A row for each series, the busiest first: counts, p50, p95, p99, ms_per_comment (its
        median over calls), comments_per_busy_s, and the share (0..1) of answered time in each
        phase."""
        return _named(self._frame("by_backend", window, traffic))

    def slowest(
        self, window: Window, traffic: Traffic = ALL_TRAFFIC, *, limit: int = SLOWEST_LIMIT
    ) -> pd.DataFrame:
        """The slowest calls, failed ones included; all calls when there are no more than
        `limit`."""
        frame = self._frame("slowest", window, traffic, limit=limit)
        frame["started_at"] = frame["started_at"].dt.tz_localize(UTC)
        return _named(frame)

    def estimate_calls(self, window: Window, backend: str) -> list[LoggedCall]:
        """Live calls and load tests of the window to that backend, by the model and runtime that
        answered last: at most about 5,000, evenly spread over the window."""
        given = _parameters(window, ESTIMATED_TRAFFIC) | {
            "backend": backend,
            "limit": ESTIMATE_CALLS,
            "parts": ESTIMATE_PARTS,
            "idle_s": COLD_AFTER_S,
            "cold_limit": COLD_CALLS,
        }
        del given["backends"]
        with self._mirror.cursor(_calls_of(window)) as cursor:
            rows = cursor.execute(statement("estimate_calls"), given).fetchall()
        return [LoggedCall(*row) for row in rows]

    def _frame(self, name: str, window: Window, traffic: Traffic, **more: int) -> pd.DataFrame:
        with self._mirror.cursor(_calls_of(window)) as cursor:
            return cursor.execute(statement(name), _parameters(window, traffic) | more).df()


def _calls_of(window: Window) -> Span:
    return Span(CALL, window.since, window.until)


def _oldest(form: LineFormat, records: Iterable[Any]) -> tuple[Any, ...]:
    """The first records in time, each once."""
    by_time = attrgetter(form.time, form.fields[0].name)
    return tuple(sorted(dict.fromkeys(records), key=by_time)[:FOUND_LIMIT])


def _columns_of(form: LineFormat, name: str) -> str:
    return statement(name).format(names=", ".join(one.name for one in form.fields))


def _values(form: LineFormat, row: Sequence[Any]) -> dict[str, Any]:
    values = {one.name: value for one, value in zip(form.fields, row, strict=True)}
    return values | {form.time: _utc(values[form.time])}


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
    """Adds `series`, the display name of backend and mode; null where both are null."""
    frame["series"] = [
        series_name(backend, mode) if isinstance(backend, str) else None
        for backend, mode in zip(frame["backend"], frame["mode"], strict=True)
    ]
    return frame

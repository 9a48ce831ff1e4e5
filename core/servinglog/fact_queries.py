"""Queries to the serving log for the facts from which a cause is found. Adapter: DuckDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.servinglog.causes.facts import (
    BackendPeriod,
    BadCalls,
    ChangeKind,
    ClockStep,
    Period,
    ProcessCalls,
    SiteChange,
)
from core.servinglog.lines import CALL, REFUSAL
from core.servinglog.moments import naive, utc
from core.servinglog.queries import ServingLogQueries
from core.servinglog.query_values import named_in
from core.servinglog.record import ANSWER_KINDS, LIVE_MODES
from core.servinglog.tables import statement
from core.servinglog.windows import Span, Window

LOOK_BACK = timedelta(hours=6)
"""How long before a window the beginning of its bad calls is looked for."""
KNOWN_FOR = timedelta(days=1)
"""A version or a process without a call in this time before counts as new."""
CLOCK_TOLERANCE_S = 2.0
"""Lines of one process may be written out of order by less than this."""


def period(log: ServingLogQueries, window: Window) -> Period:
    """The live traffic of the window. Raises StoreError."""
    given = {**_window(window), "live_modes": list(LIVE_MODES)}
    spans = (Span(form, window.since, window.until) for form in (CALL, REFUSAL))
    with log.cursor(*spans) as cursor:
        rates = cursor.execute(statement("request_rates"), given).fetchone()
        rows = cursor.execute(
            statement("backend_periods"), given | {"answer_kinds": sorted(ANSWER_KINDS)}
        ).fetchall()
    assert rates is not None  # an aggregate without GROUP BY has one row
    backends = tuple(BackendPeriod(*row) for row in rows)
    return Period(window, backends, log.refused(window), *rates)


def bad_calls(
    log: ServingLogQueries, window: Window, limits_ms: Mapping[str, float]
) -> Mapping[str, BadCalls]:
    """The live calls of each backend, told apart; one that took longer than its backend's limit is
    bad. Without a limit none is slow. Raises StoreError."""
    earlier = window.since - LOOK_BACK
    given = {
        **_window(window),
        "earlier": naive(earlier),
        "live_modes": list(LIVE_MODES),
        "answer_kinds": sorted(ANSWER_KINDS),
        "backends": list(limits_ms),
        "limits_ms": list(limits_ms.values()),
    }
    with log.cursor(Span(CALL, earlier, window.until)) as cursor:
        rows = cursor.execute(statement("bad_calls"), given).fetchall()
    return {row[0]: _bad(*row) for row in rows}


def _bad(*row: Any) -> BadCalls:
    *counts, first_bad_at, last_bad_at, last_good_at, quiet_s, processes = row
    moments = [_maybe_utc(one) for one in (first_bad_at, last_bad_at, last_good_at)]
    values = [*counts, *moments, quiet_s, tuple(ProcessCalls(*one) for one in processes)]
    return BadCalls(*values)


def first_seen(log: ServingLogQueries, window: Window) -> Sequence[SiteChange]:
    """Model versions and processes whose first call of a day is in the window, the newest first.
    Where calls are counted by their sums, model versions alone. Raises StoreError."""
    earlier = window.since - KNOWN_FOR
    given = {**_window(window), "earlier": naive(earlier)}
    with log.calls_of(Window(earlier, window.until), by_hour=True) as (cursor, is_summed):
        text = statement("first_seen_sums" if is_summed else "first_seen")
        rows = cursor.execute(text, named_in(text, given)).fetchall()
    return tuple(
        SiteChange(ChangeKind(what), subject, value, utc(at)) for what, subject, value, at in rows
    )


def clock_step(log: ServingLogQueries, window: Window) -> ClockStep | None:
    """The largest step back of a clock to a time in the window; None without any. Raises
    StoreError."""
    given = {**_window(window), "tolerance_s": CLOCK_TOLERANCE_S}
    with log.cursor() as cursor:
        row = cursor.execute(statement("clock_steps"), given).fetchone()
    return None if row is None else ClockStep(utc(row[0]), timedelta(seconds=row[1]))


def _window(window: Window) -> dict[str, object]:
    return {"since": naive(window.since), "until": naive(window.until)}


def _maybe_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else utc(moment)

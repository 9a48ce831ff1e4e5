"""Queries to the serving log for objectives: how many events a window had, and how many bad ones.
Adapter: DuckDB."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from core.servinglog.lines import CALL, REFUSAL
from core.servinglog.objectives.rules import EventCounts
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import ANSWER_KINDS, LIVE_MODES, Mode, RefusalReason
from core.servinglog.tables import statement
from core.servinglog.windows import Span

SHUT_OUT = (
    RefusalReason.OVERLOADED,
    RefusalReason.RATE_LIMITED,
    RefusalReason.DRAINING,
    RefusalReason.STORE,
)
"""Refusals of requests that were in order. Those without a key or with a broken body are not the
site's failures: otherwise anybody could burn its budget."""
_MINUTE = timedelta(minutes=1)


def latency_events(
    log: ServingLogQueries, until: datetime, windows: Sequence[timedelta], within: timedelta
) -> Mapping[timedelta, EventCounts]:
    """Calls of the API that were answered in each window before `until`; bad ones took longer than
    `within`. Batches are left out: nobody waits for each of their calls. Windows are whole minutes.
    Raises StoreError."""
    given = {"within_ms": within / timedelta(milliseconds=1), "mode": Mode.REALTIME}
    return _counts(log, "latency_events", until, windows, given)


def availability_events(
    log: ServingLogQueries, until: datetime, windows: Sequence[timedelta]
) -> Mapping[timedelta, EventCounts]:
    """Live calls and refusals of each window before `until`; bad ones were shut out, or no backend
    answered them: then the failure policy decided, be it to hold or to publish unscored. Windows
    are whole minutes. Raises StoreError."""
    given = {
        "live_modes": list(LIVE_MODES),
        "answer_kinds": sorted(ANSWER_KINDS),
        "shut_out": list(SHUT_OUT),
    }
    return _counts(log, "availability_events", until, windows, given)


def _counts(
    log: ServingLogQueries,
    name: str,
    until: datetime,
    windows: Sequence[timedelta],
    given: Mapping[str, object],
) -> Mapping[timedelta, EventCounts]:
    since = until - max(windows)
    parameters = {
        "since": since.astimezone(UTC).replace(tzinfo=None),
        "until": until.astimezone(UTC).replace(tzinfo=None),
        "minutes": [window // _MINUTE for window in windows],
        **given,
    }
    spans = (Span(form, since, until) for form in (CALL, REFUSAL))
    with log.cursor(*spans) as cursor:
        rows = cursor.execute(statement(name), parameters).fetchall()
    return {minutes * _MINUTE: EventCounts(events, bad) for minutes, events, bad in rows}

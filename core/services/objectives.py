"""How far each objective is kept, and the alerts when one burns its budget."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from core.errors import Conflict
from core.identifiers import new_id
from core.moderation.outbox import FailedAttempt
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.response_times import targets
from core.services.context import Context
from core.services.overview import find_cause
from core.servinglog.objectives.alerts import Alert, changed_alerts
from core.servinglog.objectives.messages import alert_facts, alert_message
from core.servinglog.objectives.rules import (
    EventCounts,
    Objective,
    ObjectiveKind,
    ObjectiveStatus,
    windows_of,
)
from core.store.work_base import StepTimes

if TYPE_CHECKING:
    from core.servinglog.queries import ServingLogQueries

SENT_WITHIN = timedelta(days=1)
_TICK = timedelta(microseconds=1)
Post = Callable[[str, bytes, datetime], FailedAttempt | None]


class AlertStore(Protocol):
    """Where alerts are kept. Raises StoreError; `alone` also Conflict, while another process is in
    it."""

    def alone(self) -> AbstractContextManager[None]: ...

    def alerts(self) -> Sequence[Alert]: ...

    def write(self, alert: Alert) -> None: ...


@dataclass(frozen=True, slots=True)
class ObjectivesReport:
    """The objectives in their order at that time, and the alerts, the oldest first."""

    until: datetime
    statuses: Sequence[ObjectiveStatus]
    alerts: Sequence[Alert]

    def open_alert(self, objective: str) -> Alert | None:
        """The alert of that objective that goes on; None without one."""
        found = (one for one in self.alerts if one.is_open and one.objective == objective)
        return next(found, None)


def load_objectives(
    context: Context,
    actor: Actor,
    log: "ServingLogQueries",
    objectives: Sequence[Objective],
    alerts: AlertStore,
) -> ObjectivesReport:
    """How far each objective is kept now. Raises PermissionDenied, StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    statuses = _statuses(context, log, objectives, until := context.clock.now() + _TICK)
    return ObjectivesReport(until, statuses, alerts.alerts())


@dataclass(frozen=True, slots=True)
class ObjectiveWatch:
    """Notes when alerts begin and end, and sends both. `objectives` reads what holds now; `post`
    sends a body under an id, None without a receiver; `console_url` is the staff console's."""

    context: Context
    log: "ServingLogQueries"
    objectives: Callable[[], Sequence[Objective]]
    alerts: AlertStore
    console_url: str
    post: Post | None = None

    def look(self) -> list[str]:
        """Evaluate every objective once, and send what was not sent yet; why something could not be
        sent. Does nothing while another process does the same. Raises StoreError, ConfigError."""
        try:
            with self.alerts.alone():
                self._note()
                return [] if self.post is None else list(self._send(self.post))
        except Conflict:
            return []

    def _note(self) -> None:
        until = self.context.clock.now() + _TICK
        statuses = _statuses(self.context, self.log, self.objectives(), until)
        changed = changed_alerts(self.alerts.alerts(), statuses, until, new_id)
        if not changed:
            return
        by_name = {status.objective.name: status for status in statuses}
        cause = find_cause(self.context, self.log, until)
        for alert in changed:
            facts = alert_facts(alert, by_name.get(alert.objective), cause)
            self.alerts.write(
                replace(alert, facts=facts) if alert.is_open else replace(alert, end_facts=facts)
            )

    def _send(self, post: Post) -> Iterator[str]:
        """Beginnings before ends. What happened more than a day ago helps nobody any more."""
        since = self.context.clock.now() - SENT_WITHIN
        for found in self.alerts.alerts():
            alert = found
            for kind, moment in found.unsent:
                if moment < since:
                    continue
                now = self.context.clock.now()
                failure = post(*alert_message(alert, kind, self.console_url), now)
                if failure is not None:
                    yield f"alert {alert.objective}: {failure.why}"
                    break
                alert = alert.sent(kind, now)
                self.alerts.write(alert)


def _statuses(
    context: Context, log: "ServingLogQueries", objectives: Sequence[Objective], until: datetime
) -> list[ObjectiveStatus]:
    return [
        ObjectiveStatus(objective, _counts(context, log, objective, until))
        for objective in objectives
    ]


def _counts(
    context: Context, log: "ServingLogQueries", objective: Objective, until: datetime
) -> Mapping[timedelta, EventCounts]:
    from core.servinglog.objective_queries import availability_events, latency_events

    windows = windows_of(objective)
    if objective.kind is ObjectiveKind.AVAILABILITY:
        return availability_events(log, until, windows)
    assert objective.within is not None  # the other kinds have a time
    if objective.kind is ObjectiveKind.LATENCY:
        return latency_events(log, until, windows, objective.within)
    return {window: _decided(context, objective, until, window) for window in windows}


def _decided(
    context: Context, objective: Objective, until: datetime, window: timedelta
) -> EventCounts:
    """What ended in the window, and what waits already longer than promised: the latter counts in
    each window until it ends."""
    assert objective.step is not None  # a decision has both
    assert objective.within is not None
    longest = {**targets(context.review_hours), objective.step: objective.within}
    with context.store.read() as reader:
        _, steps = reader.step_times(until - window, until, longest)
    found = next((one for one in steps if one.step is objective.step), StepTimes(objective.step))
    return EventCounts(found.ended + found.overdue, found.breaches)

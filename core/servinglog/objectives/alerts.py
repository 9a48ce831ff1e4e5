"""When an alert begins and when it ends. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.servinglog.objectives.rules import ObjectiveStatus, Severity


class AlertMessageType(StrEnum):
    """The type of a message as its receiver reads it."""

    BEGAN = "alert.began"
    ENDED = "alert.ended"


@dataclass(frozen=True, slots=True)
class Alert:
    """One burn of an objective's budget, from when it was noticed until it was over. `facts` are
    those of its beginning, `end_facts` those of its end, as they are sent; `begin_sent_at` and
    `end_sent_at` are when a receiver took them, None before that."""

    id: str
    objective: str
    severity: Severity
    began_at: datetime
    ended_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    end_facts: Mapping[str, Any] = field(default_factory=dict)
    begin_sent_at: datetime | None = None
    end_sent_at: datetime | None = None

    @property
    def unsent(self) -> Sequence[tuple[AlertMessageType, datetime]]:
        """The messages that no receiver has taken yet, with the times they tell of."""
        found = []
        if self.begin_sent_at is None:
            found.append((AlertMessageType.BEGAN, self.began_at))
        if self.ended_at is not None and self.end_sent_at is None:
            found.append((AlertMessageType.ENDED, self.ended_at))
        return found

    def sent(self, kind: AlertMessageType, now: datetime) -> "Alert":
        """The alert once a receiver has taken that message."""
        if kind is AlertMessageType.BEGAN:
            return replace(self, begin_sent_at=now)
        return replace(self, end_sent_at=now)

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None


def changed_alerts(
    alerts: Sequence[Alert],
    statuses: Sequence[ObjectiveStatus],
    now: datetime,
    new_id: Callable[[], str],
) -> list[Alert]:
    """The alerts that end or begin now. An objective has at most one: a more urgent one takes its
    place, and a ticket follows a page only if the budget still burns. An objective that is no
    longer there ends its alert."""
    by_name = {status.objective.name: status for status in statuses}
    changed = [
        replace(alert, ended_at=now)
        for alert in alerts
        if alert.is_open and not _goes_on(alert, by_name.get(alert.objective))
    ]
    ended = {alert.id for alert in changed}
    running = {one.objective for one in alerts if one.is_open and one.id not in ended}
    for name, status in by_name.items():
        rule = status.burning
        if rule is not None and name not in running:
            changed.append(Alert(new_id(), name, rule.severity, now))
    return changed


def _goes_on(alert: Alert, status: ObjectiveStatus | None) -> bool:
    if status is None:
        return False
    rule = status.burning
    if rule is not None and rule.severity is not alert.severity:
        return alert.severity is Severity.PAGE and status.lasts(Severity.PAGE)
    return status.lasts(alert.severity)

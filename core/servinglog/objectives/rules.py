"""What an objective promises, how much of its error budget is left, and when it burns. Pure.

The windows and factors are those of chapter 5 of Google's SRE workbook: a rule looks at a long
window, so that a short peak doesn't count, and at a twelfth of it, so that it ends soon after the
trouble does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from core.moderation.response_times import Step

MONTH_DAYS = 30
LEAST_EVENTS = 30
"""Fewer events in a rule's long window are too few to alert anybody."""
LEAST_BAD = 5
"""So that a promise of 99.9 % isn't broken by the first failure of a quiet night."""
ENDS_AT = 0.5
"""Of the rate that begins an alert."""


class ObjectiveKind(StrEnum):
    """What is promised. The values are those of the objectives file."""

    LATENCY = "latency"
    AVAILABILITY = "availability"
    DECISION = "decision"


class Severity(StrEnum):
    """How urgent an alert is. The values are stored and sent: a page wakes somebody, a ticket waits
    for the morning."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Objective:
    """`share` (0 to 1) of all events of `days` days are good: an answer within `within`, a request
    that was let in and answered, or a `step` from comment to answer that ended within `within`."""

    name: str
    kind: ObjectiveKind
    share: float
    within: timedelta | None = None
    step: Step | None = None
    days: int = MONTH_DAYS
    least_events: int = LEAST_EVENTS

    @property
    def period(self) -> timedelta:
        """The time that the budget is for."""
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class EventCounts:
    """The events of one window, and those of them that broke the promise."""

    events: int
    bad: int

    @property
    def bad_share(self) -> float | None:
        """0 to 1; None without an event."""
        return self.bad / self.events if self.events else None


@dataclass(frozen=True, slots=True)
class BurnRule:
    """Alerts when `long` used up `budget_share` (0 to 1) of the period's budget, and `short` still
    burns as fast."""

    severity: Severity
    budget_share: float
    long: timedelta
    short: timedelta

    def factor(self, objective: Objective) -> float:
        """How many times faster than allowed the budget burns when the rule holds; at least 1."""
        return max(1.0, self.budget_share * (objective.period / self.long))


BURN_RULES = (
    BurnRule(Severity.PAGE, 0.02, timedelta(hours=1), timedelta(minutes=5)),
    BurnRule(Severity.PAGE, 0.05, timedelta(hours=6), timedelta(minutes=30)),
    BurnRule(Severity.TICKET, 0.10, timedelta(days=3), timedelta(hours=6)),
)


def windows_of(objective: Objective) -> tuple[timedelta, ...]:
    """Every window that is counted for it, the shortest first."""
    found = {objective.period}
    for rule in BURN_RULES:
        found |= {rule.long, rule.short}
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class ObjectiveStatus:
    """An objective with the events of each of its windows; all windows end at the same moment."""

    objective: Objective
    counts: Mapping[timedelta, EventCounts] = field(default_factory=dict)

    @property
    def period_counts(self) -> EventCounts:
        """The events of the whole period."""
        return self.counts[self.objective.period]

    @property
    def budget_left(self) -> float | None:
        """Share of the budget that is left: 1 if nothing was bad, below 0 if the promise is broken;
        None without an event."""
        share = self.period_counts.bad_share
        return None if share is None else 1 - share / (1 - self.objective.share)

    def burn_rate(self, window: timedelta) -> float | None:
        """How many times faster than allowed the budget burnt in the window; None without an
        event."""
        share = self.counts[window].bad_share
        return None if share is None else share / (1 - self.objective.share)

    @property
    def burning(self) -> BurnRule | None:
        """The most urgent rule that holds; None while the budget burns slowly enough."""
        return next((rule for rule in BURN_RULES if self._holds(rule)), None)

    def lasts(self, severity: Severity) -> bool:
        """Whether an alert of that severity goes on: it ends when the budget burns at half the
        rate that began it, so that one at the edge isn't sent again and again."""
        rules = (rule for rule in BURN_RULES if rule.severity is severity)
        return any(self._burns(rule, rule.factor(self.objective) * ENDS_AT) for rule in rules)

    def _holds(self, rule: BurnRule) -> bool:
        long = self.counts[rule.long]
        is_enough = long.events >= self.objective.least_events and long.bad >= LEAST_BAD
        return is_enough and self._burns(rule, rule.factor(self.objective))

    def _burns(self, rule: BurnRule, rate: float) -> bool:
        return all((self.burn_rate(span) or 0) >= rate for span in (rule.long, rule.short))

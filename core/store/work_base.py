"""The part of `core.store.base.Reader` about how long things take and who does them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from core.moderation.backlog import WorkDay
from core.moderation.cases import CaseTrigger
from core.moderation.policies import Action
from core.moderation.response_times import Step


@dataclass(frozen=True, slots=True)
class StepTimes:
    """One step in a span. `ended` counts what ended in it, `late` those of them after their time;
    `waiting` what had not ended by its end, `overdue` those of them whose time was over, and
    `oldest_at` when the oldest began. `ninth_tenth`: nine of ten took no longer."""

    step: Step
    ended: int = 0
    late: int = 0
    waiting: int = 0
    overdue: int = 0
    oldest_at: datetime | None = None
    median: timedelta | None = None
    ninth_tenth: timedelta | None = None

    @property
    def breaches(self) -> int:
        """What took too long, whether it ended or not."""
        return self.late + self.overdue


@dataclass(frozen=True, slots=True)
class QueueTimes:
    """The cases opened for one reason: those decided in a span, with the median of their wait, and
    those that waited at its end, with the opening of the oldest."""

    trigger: CaseTrigger
    decided: int
    waiting: int
    oldest_at: datetime | None
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class PersonCount:
    """How often a person took an action in a span."""

    actor: str
    action: Action
    number: int


class WorkReader(Protocol):
    """Reads as those of Reader. A span has its beginning and not its end."""

    def step_times(
        self, since: datetime, until: datetime, targets: Mapping[Step, timedelta]
    ) -> tuple[str, Sequence[StepTimes]]:
        """The steps that anything began, and the query that gave them."""
        ...

    def queue_times(self, since: datetime, until: datetime) -> Sequence[QueueTimes]: ...

    def person_counts(self, since: datetime, until: datetime) -> Sequence[PersonCount]: ...

    def work_days(self, since: datetime, until: datetime) -> Mapping[date, WorkDay]:
        """By days of UTC; a day on which nothing happened is left out."""
        ...

    def unscored_decisions(self, since: datetime, until: datetime) -> Mapping[Action, int]:
        """How often the failure policy took each action, because nothing could score a text."""
        ...

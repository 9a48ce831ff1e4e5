"""What every use case needs: the store, the clock and the site's settings for moderation."""

from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo

from core.clock import Clock
from core.identifiers import new_id
from core.moderation.appeals import ANSWER_DAYS
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.decisions import NO_GRACE
from core.moderation.languages import ENGLISH
from core.moderation.people import Person
from core.moderation.permissions import Actor
from core.moderation.response_times import REVIEW_HOURS
from core.moderation.sampling import NO_DRAWS, SamplingShares
from core.services.failure import FailureRule
from core.store.base import Store


@dataclass(frozen=True, slots=True)
class Context:
    """The first argument of every use case. It has no mutable state. A reviewer's decision takes
    effect after `grace`. `author_language` is that of an author whose own is not known,
    `time_zone` that of messages. `demo_staff` are the people of the demo sign-in.
    `publishes_alone`: the one person here who may publish a policy may publish their own."""

    store: Store
    clock: Clock
    appeal_window_days: int
    answer_days: int = ANSWER_DAYS
    review_hours: int = REVIEW_HOURS
    failure: FailureRule = field(default_factory=FailureRule)
    shares: SamplingShares = NO_DRAWS
    grace: timedelta = NO_GRACE
    author_language: str = ENGLISH
    time_zone: tzinfo = UTC
    demo_staff: tuple[Person, ...] = ()
    publishes_alone: bool = False

    def audit(self, kind: AuditKind, actor: Actor, subject_id: str, **data: str) -> AuditEvent:
        """A new audit event with the present time; `data` must not contain comment text."""
        return AuditEvent(
            id=new_id(),
            kind=kind,
            actor=actor.id,
            subject_id=subject_id,
            occurred_at=self.clock.now(),
            data=data,
        )

"""What every use case is given: the store, the clock and the site's own rules of time."""

from dataclasses import dataclass, field

from core.clock import Clock
from core.identifiers import new_id
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.permissions import Actor
from core.services.failure import FailureRule
from core.store.base import Store


@dataclass(frozen=True, slots=True)
class Context:
    """Passed as the first argument; holds no state of its own."""

    store: Store
    clock: Clock
    appeal_window_days: int
    failure: FailureRule = field(default_factory=FailureRule)

    def audit(self, kind: AuditKind, actor: Actor, subject_id: str, **data: str) -> AuditEvent:
        """An event of now."""
        return AuditEvent(
            id=new_id(),
            kind=kind,
            actor=actor.id,
            subject_id=subject_id,
            occurred_at=self.clock.now(),
            data=data,
        )

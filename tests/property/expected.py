"""The expected state of one revision in the state machine test."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action


@dataclass(frozen=True)
class Step:
    """A decision: when it was made, and from when authors and the site see it."""

    action: Action
    who: str
    kind: AuditKind
    at: datetime
    holds_from: datetime


@dataclass
class Expected:
    """The expected state of one revision. `left` are its steps that were not undone; `public` are
    those that were or will be seen in public, if time passes and nothing else happens.
    `scored_under` is the policy's version when it was scored, `stands_for` the other reason for
    which a hearing let the removal stand, `seen_at` the time of a look at it, `was_cut_off` whether
    an edit or a withdrawal ended a case with reports."""

    name: str
    id: str
    reference: str
    text: str
    kinds: list[AuditKind]
    steps: list[Step] = field(default_factory=list)
    left: list[Step] = field(default_factory=list)
    public: list[Step] = field(default_factory=list)
    case: CaseStatus | None = None
    appeal: AppealStatus | None = None
    appeal_id: str = ""
    looked: set[str] = field(default_factory=set)
    is_reason_changed: bool = False
    is_latest: bool = True
    is_withdrawn: bool = False
    found: str = ""
    received_at: datetime = datetime.min
    scored_under: int = 0
    appeal_due: datetime = datetime.min
    stands_for: str = ""
    seen_at: datetime = datetime.min
    gone_at: datetime | None = None
    reported: dict[str, datetime] = field(default_factory=dict)
    was_cut_off: bool = False

    @property
    def chain(self) -> list[tuple[Action, str]]:
        """The decisions as the staff sees them."""
        return [(step.action, step.who) for step in self.steps]

    @property
    def decided_at(self) -> datetime | None:
        return self.steps[-1].at if self.steps else None

    def in_public(self, now: datetime) -> "Expected":
        """As the author, the site and an appeal see it at `now`."""
        moment = min(now, self.gone_at or now)
        steps = [step for step in self.public if step.holds_from <= moment]
        return replace(self, steps=steps, seen_at=now)

    def held_from(self) -> datetime | None:
        return self.steps[-1].holds_from if self.steps else None

    def is_approved_by_person(self) -> bool:
        last = self.left[-1] if self.left else None
        return last is not None and last.action is Action.APPROVE and last.who != SYSTEM.id

    def can_be_undone(self) -> bool:
        """Whether the last decision is one that its reviewer may undo."""
        own = (AuditKind.DECISION_REVIEWED, AuditKind.DECISION_REOPENED)
        was_heard = self.appeal is AppealStatus.OVERTURNED or self.is_reason_changed
        return bool(self.steps) and self.steps[-1].kind in own and not was_heard

    def is_decided(self) -> bool:
        return bool(self.chain) and self.chain[-1][0] in (Action.APPROVE, Action.REMOVE)

    def is_removed(self) -> bool:
        return bool(self.chain) and self.chain[-1][0] is Action.REMOVE

    def is_bound(self) -> bool:
        """Whether a person has to decide on an edit of it."""
        acted = self.chain[-1:] and self.chain[-1][0] in (Action.REMOVE, Action.ESCALATE)
        return self.is_there() and bool(acted) and self.chain[-1][1] != SYSTEM.id

    def is_settled(self) -> bool:
        """Whether a person's word, or an escalation, stands on it."""
        if not self.chain:
            return False
        action, who = self.chain[-1]
        if action is Action.HOLD:
            return self.left[-1].who != SYSTEM.id
        is_upheld = self.appeal is AppealStatus.UPHELD
        return who != SYSTEM.id or is_upheld or action is Action.ESCALATE

    def needed_of_edits(self) -> Action | None:
        before, last = [Action.APPROVE, *(action for action, _ in self.chain)][-2:]
        if last is Action.REMOVE:
            return Action.ESCALATE if before is Action.ESCALATE else Action.HOLD
        return None if last is Action.APPROVE else last

    def is_there(self) -> bool:
        return self.is_latest and not self.is_withdrawn

"""Cases: the review work on one revision, and their legal changes of status."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.errors import RuleBroken
from core.moderation.policies import Action
from core.moderation.sampling import FLAGGED, Sampling
from core.moderation.scores import Label


class CaseStatus(StrEnum):
    """The status of a case; the strings are stored."""

    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"


class CaseTrigger(StrEnum):
    """Why a case was opened; the strings are stored. `blind`: it is shown without scores. Some were
    held, others approved by the model, and only their sampling tells which."""

    HOLD = "hold"
    NOT_SCORED = "not_scored"
    AFTER_EDIT = "after_edit"
    LANGUAGE = "language"
    NOT_READ_WHOLE = "not_read_whole"
    REOPENED = "reopened"
    REPORT = "report"
    BLIND = "blind"


class TextGone(StrEnum):
    """Why a text can no longer be decided on; the strings are stored."""

    EDITED = "edited"
    WITHDRAWN = "withdrawn"


# The legal changes of status by a decision. docs/states.md is generated from this table.
TRANSITIONS: dict[tuple[CaseStatus, Action], CaseStatus] = {
    (CaseStatus.OPEN, Action.APPROVE): CaseStatus.CLOSED,
    (CaseStatus.OPEN, Action.REMOVE): CaseStatus.CLOSED,
    (CaseStatus.OPEN, Action.ESCALATE): CaseStatus.ESCALATED,
    (CaseStatus.ESCALATED, Action.APPROVE): CaseStatus.CLOSED,
    (CaseStatus.ESCALATED, Action.REMOVE): CaseStatus.CLOSED,
}

# A case whose text is edited or withdrawn is closed without a decision. docs/states.md is generated
# from this table, too.
CLOSINGS: dict[tuple[CaseStatus, TextGone], CaseStatus] = {
    (CaseStatus.OPEN, TextGone.EDITED): CaseStatus.CLOSED,
    (CaseStatus.OPEN, TextGone.WITHDRAWN): CaseStatus.CLOSED,
    (CaseStatus.ESCALATED, TextGone.EDITED): CaseStatus.CLOSED,
    (CaseStatus.ESCALATED, TextGone.WITHDRAWN): CaseStatus.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Attention:
    """How much a comment is read and complained about: its direct replies, and the reports on its
    text by users and by trusted flaggers, without those of muted reporters."""

    replies: int = 0
    user_reports: int = 0
    trusted_reports: int = 0

    @property
    def reports(self) -> int:
        """The number of all reports that count."""
        return self.user_reports + self.trusted_reports


NO_ATTENTION = Attention()


@dataclass(frozen=True, slots=True)
class Case:
    """The review work on one revision. `priority` is its severity, 0..1: core.moderation.priority
    makes the order of the queue of it. `label` is the label it comes from. `closed_because` is set
    if the case was closed without a decision. `sampling` says how the first person came to look at
    the text; it is None only in a view that hides it."""

    id: str
    revision_id: str
    status: CaseStatus
    trigger: CaseTrigger
    priority: float
    label: Label | None
    opened_at: datetime
    closed_because: TextGone | None = None
    attention: Attention = NO_ATTENTION
    sampling: Sampling | None = FLAGGED

    @property
    def is_blind(self) -> bool:
        """Whether it is shown without scores until it is decided."""
        return self.trigger is CaseTrigger.BLIND

    @property
    def report_count(self) -> int:
        """The number of reports that count."""
        return self.attention.reports


def closed_case(case: Case, because: TextGone) -> Case | None:
    """The case, closed because its text is gone; None if it was closed before."""
    status = CLOSINGS.get((case.status, because))
    return None if status is None else replace(case, status=status, closed_because=because)


def next_status(status: CaseStatus, action: Action) -> CaseStatus:
    """The status of a case after an action. Raises RuleBroken if `TRANSITIONS` has no such
    change."""
    try:
        return TRANSITIONS[(status, action)]
    except KeyError:
        raise RuleBroken(f"A case that is {status} can't take the action {action}.") from None


def status_for(current: Action) -> CaseStatus:
    """The status of a case after a first decision or a reopening with that action."""
    if current in (Action.APPROVE, Action.REMOVE):
        return CaseStatus.CLOSED
    return CaseStatus.ESCALATED if current is Action.ESCALATE else CaseStatus.OPEN


def status_after_undo(restored: Action) -> CaseStatus:
    """The status of a case once a decision on it, not a reopening, is undone and the action
    `restored` holds again.

    The case was open before that decision, also if the comment was visible: then it was there
    because of a report or an audit.
    """
    return CaseStatus.ESCALATED if restored is Action.ESCALATE else CaseStatus.OPEN

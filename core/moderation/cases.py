"""Human work on one revision: when it starts, who may end it, and what may follow."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.errors import RuleBroken
from core.moderation.decisions import Verdict
from core.moderation.policies import Action
from core.moderation.scores import Label


class CaseStatus(StrEnum):
    """Stored strings."""

    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"


class CaseTrigger(StrEnum):
    """Why a case was opened. Stored strings."""

    HOLD = "hold"
    NOT_SCORED = "not_scored"
    AFTER_EDIT = "after_edit"
    REOPENED = "reopened"


class TextGone(StrEnum):
    """Why a text is no longer there to decide on. Stored strings."""

    EDITED = "edited"
    WITHDRAWN = "withdrawn"


# The legal moves. docs/states.md is made from this table.
TRANSITIONS: dict[tuple[CaseStatus, Action], CaseStatus] = {
    (CaseStatus.OPEN, Action.APPROVE): CaseStatus.CLOSED,
    (CaseStatus.OPEN, Action.REMOVE): CaseStatus.CLOSED,
    (CaseStatus.OPEN, Action.ESCALATE): CaseStatus.ESCALATED,
    (CaseStatus.ESCALATED, Action.APPROVE): CaseStatus.CLOSED,
    (CaseStatus.ESCALATED, Action.REMOVE): CaseStatus.CLOSED,
}

# Work on a text that is gone ends without a decision. docs/states.md is made from this table, too.
CLOSINGS: dict[tuple[CaseStatus, TextGone], CaseStatus] = {
    (CaseStatus.OPEN, TextGone.EDITED): CaseStatus.CLOSED,
    (CaseStatus.OPEN, TextGone.WITHDRAWN): CaseStatus.CLOSED,
    (CaseStatus.ESCALATED, TextGone.EDITED): CaseStatus.CLOSED,
    (CaseStatus.ESCALATED, TextGone.WITHDRAWN): CaseStatus.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One piece of review work. `priority` is 0..1, higher first; `label` is what weighed most.
    `closed_because` is why it ended without a decision."""

    id: str
    revision_id: str
    status: CaseStatus
    trigger: CaseTrigger
    priority: float
    label: Label | None
    opened_at: datetime
    closed_because: TextGone | None = None


def closed_case(case: Case, because: TextGone) -> Case | None:
    """The case once its text is gone; None for one that has ended already."""
    status = CLOSINGS.get((case.status, because))
    return None if status is None else replace(case, status=status, closed_because=because)


def next_status(status: CaseStatus, action: Action) -> CaseStatus:
    """Where an action leads. Raises RuleBroken where the table has no such move."""
    try:
        return TRANSITIONS[(status, action)]
    except KeyError:
        raise RuleBroken(f"A case that is {status} can't take the action {action}.") from None


def priority(scores: Mapping[Label, float], verdict: Verdict) -> tuple[float, Label | None]:
    """How urgent a held revision is, and the label that made it so.

    The highest score among the labels whose rules held it; a revision that was never scored goes
    first, because nothing is known of it.
    """
    if not verdict.rules:
        return 1.0, None
    first = max(verdict.rules, key=lambda rule: scores[rule.label])
    return scores[first.label], first.label


def reopened_status(restored: Action) -> CaseStatus:
    """The status of a case when that action stands, at first or after an undo."""
    if restored in (Action.APPROVE, Action.REMOVE):
        return CaseStatus.CLOSED
    return CaseStatus.ESCALATED if restored is Action.ESCALATE else CaseStatus.OPEN

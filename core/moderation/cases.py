"""Human work on one revision: when it starts, who may end it, and what may follow."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    REOPENED = "reopened"


# The legal moves. docs/states.md is made from this table.
TRANSITIONS: dict[tuple[CaseStatus, Action], CaseStatus] = {
    (CaseStatus.OPEN, Action.APPROVE): CaseStatus.CLOSED,
    (CaseStatus.OPEN, Action.REMOVE): CaseStatus.CLOSED,
    (CaseStatus.OPEN, Action.ESCALATE): CaseStatus.ESCALATED,
    (CaseStatus.ESCALATED, Action.APPROVE): CaseStatus.CLOSED,
    (CaseStatus.ESCALATED, Action.REMOVE): CaseStatus.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One piece of review work. `priority` is 0..1, higher first; `label` is what weighed most."""

    id: str
    revision_id: str
    status: CaseStatus
    trigger: CaseTrigger
    priority: float
    label: Label | None
    opened_at: datetime


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

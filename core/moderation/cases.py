"""Cases: the review work on one revision, their priority and their legal changes of status."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.errors import RuleBroken
from core.moderation.decisions import Decision, DecisionSource, Verdict
from core.moderation.policies import AWAITS_PERSON, Action
from core.moderation.scores import Label


class CaseStatus(StrEnum):
    """The status of a case; the strings are stored."""

    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"


class CaseTrigger(StrEnum):
    """Why a case was opened; the strings are stored."""

    HOLD = "hold"
    NOT_SCORED = "not_scored"
    AFTER_EDIT = "after_edit"
    LANGUAGE = "language"
    NOT_READ_WHOLE = "not_read_whole"
    REOPENED = "reopened"


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
class Case:
    """The review work on one revision. `priority` is 0..1, the highest is reviewed first; `label`
    is the label it comes from. `closed_because` is set if the case was closed without a
    decision."""

    id: str
    revision_id: str
    status: CaseStatus
    trigger: CaseTrigger
    priority: float
    label: Label | None
    opened_at: datetime
    closed_because: TextGone | None = None


# Why an automated decision that awaits a person opens a case.
_TRIGGERS = {
    DecisionSource.RULE: CaseTrigger.HOLD,
    DecisionSource.FAILURE_POLICY: CaseTrigger.NOT_SCORED,
    DecisionSource.AFTER_EDIT: CaseTrigger.AFTER_EDIT,
    DecisionSource.LANGUAGE: CaseTrigger.LANGUAGE,
    DecisionSource.NOT_READ_WHOLE: CaseTrigger.NOT_READ_WHOLE,
}

# Below every score: nothing was seen in such a comment, and a site may get very many of them.
LANGUAGE_PRIORITY = 0.0


def case_after(
    decision: Decision, verdict: Verdict, before: Case | None, *, new_id: str
) -> Case | None:
    """The case after an automated decision, which had the case `before` it; `new_id` is for a case
    that has to be opened. None if no case is needed. Raises RuleBroken if the case is closed."""
    if verdict.action not in AWAITS_PERSON:
        if before is None:
            return None
        return replace(before, status=next_status(before.status, verdict.action))
    urgency, label = priority(decision.scores, verdict)
    if decision.source is DecisionSource.LANGUAGE:
        urgency = LANGUAGE_PRIORITY
    elif decision.source is DecisionSource.NOT_READ_WHOLE:
        # Nothing that was read is suspicious, and long texts must not fill the top of the queue.
        urgency = max(decision.scores.values(), default=urgency)
    return Case(
        id=before.id if before else new_id,
        revision_id=decision.revision_id,
        status=status_for(verdict.action),
        trigger=_TRIGGERS[decision.source],
        priority=urgency,
        label=label,
        opened_at=before.opened_at if before else decision.decided_at,
    )


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


def priority(scores: Mapping[Label, float], verdict: Verdict) -> tuple[float, Label | None]:
    """The priority (0..1) of a held revision, and the label it comes from.

    The priority is the highest score among the labels whose rules held the revision. A revision
    without scores gets 1.0, because it may be anything.
    """
    if not verdict.rules:
        return 1.0, None
    first = max(verdict.rules, key=lambda rule: scores[rule.label])
    return scores[first.label], first.label


def status_for(current: Action) -> CaseStatus:
    """The status of a case whose current decision has that action, be it a first decision, an undo
    or a reopening."""
    if current in (Action.APPROVE, Action.REMOVE):
        return CaseStatus.CLOSED
    return CaseStatus.ESCALATED if current is Action.ESCALATE else CaseStatus.OPEN

"""Blind cases: what is left out where one is shown before it is decided. Pure.

Some blind cases are on comments that the model held, others on comments that it approved. Both are
stored with the same trigger and severity and without a label. What still tells them apart is left
out here: the automated decisions, decisions that restored them, and the sampling.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.moderation.cases import Case, CaseStatus
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.effect import is_pending
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Action


def is_hidden(case: Case | None, chain: Sequence[Decision], actor: Actor, now: datetime) -> bool:
    """Whether the actor must not see what a blind case hides: nobody may before its decision holds,
    as it could be cancelled until then, and afterwards those with SEE_BLIND. `chain` are all
    decisions, oldest first."""
    if case is None or not case.is_blind:
        return False
    if case.status is not CaseStatus.CLOSED or is_pending(chain[-1], now):
        return True
    return not can(actor, Permission.SEE_BLIND)


def blind_case(case: Case) -> Case:
    """The case without its sampling and its number of replies, which a held comment can't get."""
    return replace(case, sampling=None, attention=replace(case.attention, replies=0))


def blind_chain(chain: Sequence[Decision]) -> Sequence[Decision]:
    """The decisions, where each that is the model's own or restored one tells only when and by whom
    it was made. Its action is always HOLD, so it says nothing about the comment's visibility."""
    return [
        _blanked(past) if past.is_automated or past.undoes is not None else past for past in chain
    ]


def _blanked(decision: Decision) -> Decision:
    return Decision(
        id=decision.id,
        revision_id=decision.revision_id,
        action=Action.HOLD,
        source=DecisionSource.RULE if decision.is_automated else decision.source,
        actor=decision.actor,
        policy_version=decision.policy_version,
        decided_at=decision.decided_at,
        supersedes=decision.supersedes,
        undoes=decision.undoes,
        grace=decision.grace,
    )

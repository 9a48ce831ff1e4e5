"""How an appeal is heard: who may, the first look without the decision, and the outcome. Pure.

Until they have said how they would decide, people who may hear an appeal don't see what was
decided, by whom, why, or with which scores. So the first answer owes nothing to the decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import PermissionDenied, RuleBroken
from core.moderation.appeals import MAX_APPEAL_CHARS, Appeal, AppealStatus
from core.moderation.cleaning import is_storable
from core.moderation.decisions import Decision
from core.moderation.invisible import visible_form
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Action, Policy

MIN_OUTCOME_CHARS = 10
FIRST_ANSWERS = (Action.APPROVE, Action.REMOVE)


@dataclass(frozen=True, slots=True)
class FirstLook:
    """How a person would decide on the comment of an appeal, said before they saw the decision.
    `reason_code` is the reason for a removal."""

    appeal_id: str
    actor: str
    action: Action
    looked_at: datetime
    reason_code: str | None = None


def check_can_hear(
    actor_id: str, appeal: Appeal, chain: Sequence[Decision], *, is_alone: bool = False
) -> None:
    """Check that the actor may hear the appeal: it is pending, and the actor made none of the
    decisions in `chain`. That holds also where nobody else may hear appeals (`is_alone`), since the
    author is told so. Raises RuleBroken or PermissionDenied."""
    if appeal.status is AppealStatus.CLOSED:
        raise RuleBroken("This appeal was closed: the text it was about is gone.")
    if appeal.status is not AppealStatus.PENDING:
        raise RuleBroken(f"This appeal was {appeal.status} by {appeal.heard_by}.")
    if any(past.actor == actor_id for past in chain):
        nobody = " Nobody else here may: an admin can invite a second lead." if is_alone else ""
        raise PermissionDenied(
            f"You decided on this comment yourself; somebody else must hear it.{nobody}"
        )


def is_decision_hidden(
    actor: Actor, appeal: Appeal, chain: Sequence[Decision], looks: Sequence[FirstLook]
) -> bool:
    """Whether the actor does not see the decision yet: the appeal is theirs to hear, and they have
    not given their first answer. Who decided on the comment knows the decision anyway."""
    return (
        can(actor, Permission.HEAR_APPEALS)
        and appeal.status is AppealStatus.PENDING
        and all(past.actor != actor.id for past in chain)
        and own_look(actor, looks) is None
    )


def own_look(actor: Actor, looks: Sequence[FirstLook]) -> FirstLook | None:
    """The first look that the actor took, None if they have taken none."""
    return next((look for look in looks if look.actor == actor.id), None)


def check_first_look(look: FirstLook, policy: Policy, known: FirstLook | None) -> None:
    """Raises RuleBroken if the actor has answered before, if the answer is neither APPROVE nor
    REMOVE, or if its reason is none of `policy`."""
    if known is not None:
        raise RuleBroken("You have given your first answer already; it can't be changed.")
    if look.action not in FIRST_ANSWERS:
        raise RuleBroken("Say whether you would keep the comment or remove it.")
    if (look.reason_code is not None) != (look.action is Action.REMOVE):
        raise RuleBroken("Choose the reason for which you would remove it, and only then.")
    _check_reason(policy, look.reason_code)


def check_outcome(
    policy: Policy,
    removal: Decision,
    look: FirstLook | None,
    *,
    overturn: bool,
    other_reason: str | None,
) -> None:
    """Raises RuleBroken if the person has not taken a first look, or if `other_reason`, for which
    the removal is to stand, doesn't go with the outcome, the policy or the removal."""
    if look is None:
        raise RuleBroken("Say first how you would decide, before you see the decision.")
    if other_reason is None:
        return
    if overturn:
        raise RuleBroken("A comment that comes back has no reason for a removal.")
    if other_reason == removal.reason_code:
        raise RuleBroken("That is the reason for which the comment was removed.")
    _check_reason(policy, other_reason)


def _check_reason(policy: Policy, code: str | None) -> None:
    if code is not None and code not in {reason.code for reason in policy.reasons}:
        raise RuleBroken("The policy has no such reason.")


def check_outcome_reason(reason: str) -> str:
    """The reason for the outcome, trimmed. The author reads it, so it has a minimum length. Raises
    RuleBroken."""
    trimmed = reason.strip()
    if len(visible_form(trimmed).strip()) < MIN_OUTCOME_CHARS:
        raise RuleBroken("Give the author a reason of at least one sentence.")
    if len(trimmed) > MAX_APPEAL_CHARS:
        raise RuleBroken(f"Please use at most {MAX_APPEAL_CHARS:,} characters.")
    if not is_storable(trimmed):
        raise RuleBroken("The reason holds characters that can't be stored.")
    return trimmed

"""Claims on cases: a reviewer takes the case they open, and the others see who has it.

Deciding, skipping and undoing release the claim themselves: core/services/review.py.
"""

from dataclasses import dataclass

from core.errors import Conflict
from core.moderation.cases import CaseStatus
from core.moderation.claims import Claim, held_by_other, taken_claim
from core.moderation.permissions import Actor, Permission, check_can, decide_permission
from core.services.case_work import case_at_work
from core.services.context import Context
from core.services.review import describe_decision


@dataclass(frozen=True, slots=True)
class ClaimOutcome:
    """Who holds the case now, since when and until when: the actor if `is_mine`, else somebody
    else, who had it first."""

    claim: Claim
    is_mine: bool


def claim_case(context: Context, actor: Actor, revision_id: str) -> ClaimOutcome:
    """Take the case unless somebody else holds it; the actor's own claim is renewed.

    Raises Conflict naming whose decision closed the case, or that its text is gone; NotFound, and
    PermissionDenied for a case that the actor may not decide.
    """
    check_can(actor, Permission.DECIDE)
    with context.store.write() as tx:
        case, work = case_at_work(tx, revision_id)
        if case.status is CaseStatus.CLOSED:
            raise Conflict(describe_decision(tx.decision_chain(revision_id)[-1]))
        check_can(actor, decide_permission(case.status))
        now = context.clock.now()
        before = work.claim
        if before is not None and held_by_other(before, actor.id, now):
            return ClaimOutcome(before, is_mine=False)
        claim = taken_claim(before, revision_id, actor.id, now)
        tx.put_claim(claim)
        return ClaimOutcome(claim, is_mine=True)


def release_case(context: Context, actor: Actor, revision_id: str) -> None:
    """Give the case back. Does nothing if the actor has no claim on it."""
    check_can(actor, Permission.DECIDE)
    with context.store.write() as tx:
        claim = tx.claims([revision_id]).get(revision_id)
        if claim is not None and claim.actor == actor.id:
            tx.drop_claim(revision_id)

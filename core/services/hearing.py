"""Hearing appeals: a person who made none of the decisions says first how they would decide, then
sees what was decided, and ends the appeal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import Conflict, ConsoleError, NotFound
from core.identifiers import new_id
from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.blind import blind_chain, is_hidden
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.hearings import (
    FirstLook,
    check_can_hear,
    check_first_look,
    check_outcome,
    check_outcome_reason,
    is_decision_hidden,
    own_look,
)
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import Action, Policy
from core.services.case_work import add_reviewed
from core.services.context import Context
from core.services.people import is_alone_here
from core.store.base import Reader
from core.store.views import AppealItem, ThreadEntry

APPEAL_LIMIT = 200
THREAD_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a person sees of one appeal. Until their first answer `shown` is None; afterwards it is
    the decisions. `refusal` is why they may not hear the appeal, empty if they may."""

    appeal: Appeal
    text: str
    is_withdrawn: bool
    ancestors: Sequence[ThreadEntry]
    current_policy: Policy
    refusal: str
    shown: "ShownDecision | None"


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """The decision that an appeal is against: `policy` is the version it was made by, `chain` every
    decision on the text, oldest first, as far as a blind case shows them; `scores_policy` is the
    version of `automated`; `looks` are all first looks, `own_look` is the person's."""

    item: AppealItem
    policy: Policy
    scores_policy: Policy
    chain: Sequence[Decision]
    looks: Sequence[FirstLook]
    own_look: FirstLook | None

    @property
    def automated(self) -> Decision:
        """The last automated decision, which has the scores."""
        return _automated(self.chain)


def list_appeals(context: Context, actor: Actor, *, pending: bool) -> Sequence[Appeal]:
    """Pending appeals, the one due first leading, or ended ones, newest first; at most
    APPEAL_LIMIT."""
    check_can(actor, Permission.SEE_APPEALS)
    with context.store.read() as reader:
        return reader.appeals(pending=pending, limit=APPEAL_LIMIT)


def load_hearing(context: Context, actor: Actor, appeal_id: str) -> Hearing:
    """One appeal as the actor may see it now. Raises NotFound."""
    check_can(actor, Permission.SEE_APPEALS)
    with context.store.read() as reader:
        item = reader.appeal_item(appeal_id)
        revision = reader.revision(item.appeal.revision_id) if item else None
        comment = reader.comment(revision.comment_id) if revision else None
        if item is None or comment is None:
            raise NotFound("There is no such appeal.")
        appeal, chain = item.appeal, reader.decision_chain(item.appeal.revision_id)
        looks = reader.first_looks(appeal_id)
        case = reader.case_of(appeal.revision_id)
        is_blind = is_hidden(case, chain, actor, context.clock.now())
        return Hearing(
            appeal=appeal,
            text=item.text,
            is_withdrawn=item.is_withdrawn,
            ancestors=reader.ancestors(comment, THREAD_DEPTH),
            current_policy=reader.policy_in_force(),
            refusal=_refusal(
                *(actor, appeal, chain),
                is_alone=is_alone_here(context, reader, actor, Permission.HEAR_APPEALS),
            ),
            shown=None
            if is_decision_hidden(actor, appeal, chain, looks)
            else ShownDecision(
                item=item,
                policy=_policy(reader, item.decision),
                scores_policy=_policy(reader, _automated(chain)),
                chain=blind_chain(chain) if is_blind else chain,
                looks=looks,
                own_look=own_look(actor, looks),
            ),
        )


def take_first_look(
    context: Context,
    actor: Actor,
    appeal_id: str,
    action: Action,
    reason_code: str | None = None,
) -> FirstLook:
    """Store how the actor would decide: APPROVE, or REMOVE for a reason of the policy in force.

    Raises PermissionDenied (role, or the actor decided on it), RuleBroken or NotFound.
    """
    check_can(actor, Permission.HEAR_APPEALS)
    with context.store.write() as tx:
        appeal = _appeal(tx, appeal_id)
        check_can_hear(actor.id, appeal, tx.decision_chain(appeal.revision_id))
        look = FirstLook(appeal_id, actor.id, action, context.clock.now(), reason_code)
        check_first_look(look, tx.policy_in_force(), own_look(actor, tx.first_looks(appeal_id)))
        told = {"reason": reason_code} if reason_code else {}
        audit = context.audit(
            AuditKind.APPEAL_LOOKED_AT,
            actor,
            appeal.revision_id,
            appeal=appeal_id,
            action=action,
            **told,
        )
        tx.add_first_look(look, audit)
        return look


def hear_appeal(
    context: Context,
    actor: Actor,
    appeal_id: str,
    *,
    overturn: bool,
    reason: str,
    other_reason: str | None = None,
) -> Appeal:
    """End a pending appeal. `overturn` adds a decision that restores the comment; `other_reason` is
    the code for which it stays removed instead, and adds a decision with that. `reason` is written
    for the author.

    Raises PermissionDenied (role, or the actor decided on it), Conflict, RuleBroken or NotFound.
    """
    check_can(actor, Permission.HEAR_APPEALS)
    trimmed = check_outcome_reason(reason)
    with context.store.write() as tx:
        appeal = _appeal(tx, appeal_id)
        chain = tx.decision_chain(appeal.revision_id)
        check_can_hear(actor.id, appeal, chain)
        look = own_look(actor, tx.first_looks(appeal_id))
        policy, removal = tx.policy_in_force(), chain[-1]
        check_outcome(policy, removal, look, overturn=overturn, other_reason=other_reason)
        ended = replace(
            appeal,
            status=AppealStatus.OVERTURNED if overturn else AppealStatus.UPHELD,
            heard_by=actor.id,
            outcome_reason=trimmed,
            heard_at=context.clock.now(),
        )
        kind = AuditKind.APPEAL_OVERTURNED if overturn else AuditKind.APPEAL_UPHELD
        audit = context.audit(kind, actor, appeal.revision_id, appeal=appeal.id)
        if not tx.end_appeal(ended, audit):
            raise Conflict("Somebody else has just heard this appeal.")
        if overturn or other_reason is not None:
            decision = _decision(context, actor, removal, policy, other_reason)
            decision = replace(decision, appeal_id=appeal.id)
            reviewed = context.audit(
                AuditKind.DECISION_REVIEWED,
                actor,
                appeal.revision_id,
                decision=decision.id,
                action=decision.action,
                appeal=appeal.id,
            )
            add_reviewed(tx, decision, len(chain), f"appeal:{appeal.id}", reviewed)
        return ended


def _decision(
    context: Context,
    actor: Actor,
    removal: Decision,
    policy: Policy,
    other_reason: str | None,
) -> Decision:
    """The decision that an outcome adds: the comment is restored, or stays removed for another
    reason of the policy in force."""
    is_restored = other_reason is None
    return Decision(
        id=new_id(),
        revision_id=removal.revision_id,
        action=Action.APPROVE if is_restored else Action.REMOVE,
        source=DecisionSource.REVIEWER,
        actor=actor.id,
        policy_version=removal.policy_version if is_restored else policy.version,
        decided_at=context.clock.now(),
        supersedes=removal.id,
        reason_code=other_reason,
    )


def _automated(chain: Sequence[Decision]) -> Decision:
    return next(past for past in reversed(chain) if past.is_automated)


def _appeal(reader: Reader, appeal_id: str) -> Appeal:
    appeal = reader.appeal(appeal_id)
    if appeal is None:
        raise NotFound("There is no such appeal.")
    return appeal


def _policy(reader: Reader, decision: Decision) -> Policy:
    return reader.policy(decision.policy_version) or reader.policy_in_force()


def _refusal(actor: Actor, appeal: Appeal, chain: Sequence[Decision], *, is_alone: bool) -> str:
    try:
        check_can(actor, Permission.HEAR_APPEALS)
        check_can_hear(actor.id, appeal, chain, is_alone=is_alone)
    except ConsoleError as refusal:
        return str(refusal)
    return ""

"""Appeals: an author files one; a person who made none of the decisions hears it."""

from dataclasses import replace
from datetime import datetime

from core.errors import Conflict, NotFound, RuleBroken
from core.identifiers import new_id
from core.moderation.appeals import (
    Appeal,
    AppealStatus,
    check_can_appeal,
    check_can_hear,
    check_outcome_reason,
    check_words,
)
from core.moderation.audit import AuditKind
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.effect import in_force
from core.moderation.permissions import Actor, Permission, Role, check_can
from core.moderation.policies import Action
from core.services.case_work import add_reviewed
from core.services.context import Context
from core.services.gone_texts import text_gone
from core.services.lookup import find_revision

AUTHOR = Actor(id="author", role=Role.AUTHOR)


def file_appeal(
    context: Context, reference: str, words: str, *, seen: datetime | None = None
) -> Appeal:
    """File an appeal against the removal of the text with that reference. `seen` is the time of the
    decision that the author was shown. Raises NotFound, RuleBroken or InvalidInput."""
    trimmed = check_words(words)
    with context.store.write() as tx:
        revision = find_revision(tx, reference)
        chain = tx.decision_chain(revision.id)
        now = context.clock.now()
        removal = check_can_appeal(
            in_force(chain, now),
            tx.appeal_of(revision.id),
            now=now,
            window_days=context.appeal_window_days,
            gone=text_gone(tx, revision),
            seen=seen,
        )
        appeal = Appeal(
            id=new_id(),
            decision_id=removal.id,
            revision_id=revision.id,
            words=trimmed,
            status=AppealStatus.PENDING,
            filed_at=now,
        )
        audit = context.audit(AuditKind.APPEAL_FILED, AUTHOR, revision.id, appeal=appeal.id)
        if not tx.add_appeal(appeal, audit):
            raise RuleBroken("This decision has been appealed already.")
        return appeal


def hear_appeal(
    context: Context, actor: Actor, appeal_id: str, *, overturn: bool, reason: str
) -> Appeal:
    """End a pending appeal. `overturn` adds a decision that restores the comment.

    Raises PermissionDenied (role, or the actor decided on it), Conflict, RuleBroken or NotFound.
    """
    check_can(actor, Permission.HEAR_APPEALS)
    trimmed = check_outcome_reason(reason)
    with context.store.write() as tx:
        appeal = tx.appeal(appeal_id)
        if appeal is None:
            raise NotFound("There is no such appeal.")
        chain = tx.decision_chain(appeal.revision_id)
        check_can_hear(actor.id, appeal, chain)
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
        if overturn:
            decision = _restoring(context, actor, appeal, chain[-1])
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


def _restoring(context: Context, actor: Actor, appeal: Appeal, current: Decision) -> Decision:
    return Decision(
        id=new_id(),
        revision_id=appeal.revision_id,
        action=Action.APPROVE,
        source=DecisionSource.REVIEWER,
        actor=actor.id,
        policy_version=current.policy_version,
        decided_at=context.clock.now(),
        supersedes=current.id,
        appeal_id=appeal.id,
    )

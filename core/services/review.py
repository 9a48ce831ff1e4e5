"""A reviewer's actions on a case: decide, escalate, skip, undo. One transaction each."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Conflict, InvalidInput, NotFound
from core.identifiers import new_id
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.cases import Case, CaseStatus, TextGone, next_status, status_after_undo
from core.moderation.comments import check_idempotency_key
from core.moderation.decisions import Decision, DecisionSource, check_can_undo, is_override
from core.moderation.invisible import is_blank
from core.moderation.permissions import Actor, Permission, check_can, decide_permission
from core.moderation.policies import ACTION_DONE, Action
from core.moderation.reopening import check_can_undo_as
from core.services.context import Context
from core.services.gone_texts import text_gone
from core.store.base import Reader, Writer

_GONE = {
    TextGone.EDITED: "The author has changed this comment; the new text gets its own decision.",
    TextGone.WITHDRAWN: "This comment was withdrawn; there is nothing left to decide.",
}


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's choice for the case that was on screen.

    `seen_version` is the revision's version that was shown. `idempotency_key` is derived from what
    was shown, never from the time of the key press, so that sending it twice decides only once.
    """

    revision_id: str
    seen_version: int
    action: Action
    idempotency_key: str
    reason_code: str | None = None
    note: str = ""


def decide_case(context: Context, actor: Actor, review: Review) -> Decision:
    """Make the reviewer's decision, which supersedes the current one. The same request again
    returns the first one's decision.

    Raises Conflict naming whose decision stands (also for a used idempotency key with another
    action, reason, note or actor), InvalidInput, PermissionDenied, RuleBroken or NotFound.
    """
    check_can(actor, Permission.DECIDE)
    check_idempotency_key(review.idempotency_key)
    with context.store.write() as tx:
        replayed = tx.decision_by_key(review.idempotency_key)
        if replayed is not None:
            return _replayed(replayed, tx.decision_chain(replayed.revision_id), actor, review)
        check_latest(tx, review.revision_id)
        chain = tx.decision_chain(review.revision_id)
        case = tx.case_of(review.revision_id)
        if case is None or not chain:
            raise NotFound("There is no case for this comment.")
        # Checked before the rules below: the slower of two reviewers should read whose decision
        # stands, not that a closed case takes no action.
        if len(chain) != review.seen_version or case.status is CaseStatus.CLOSED:
            raise Conflict(describe_standing(case, chain[-1]))
        check_can(actor, decide_permission(case.status))
        status = next_status(case.status, review.action)
        decision = _decision(context, tx, actor, review, chain[-1])
        audit = context.audit(
            AuditKind.DECISION_REVIEWED,
            actor,
            review.revision_id,
            decision=decision.id,
            action=decision.action,
            override=str(is_override(decision, chain)).lower(),
        )
        add_reviewed(tx, decision, review.seen_version, review.idempotency_key, audit)
        tx.set_case_status(case.id, status)
        return decision


def skip_case(context: Context, actor: Actor, revision_id: str) -> Decision | None:
    """Record in the audit trail that the actor skipped the case; nothing else changes. Returns the
    decision that closed the case meanwhile, None if it is still open. Raises NotFound, and Conflict
    if the text was edited or withdrawn meanwhile."""
    check_can(actor, Permission.DECIDE)
    with context.store.write() as tx:
        case = tx.case_of(revision_id)
        if case is None:
            raise NotFound("There is no case for this comment.")
        check_latest(tx, revision_id)
        tx.add_audit(context.audit(AuditKind.CASE_SKIPPED, actor, revision_id))
        return tx.decision_chain(revision_id)[-1] if case.status is CaseStatus.CLOSED else None


def undo_decision(
    context: Context, actor: Actor, revision_id: str, *, seen_version: int
) -> Decision:
    """Undo the actor's own current decision: a new decision restores the action before it, and the
    case gets its earlier status. The same call again returns the first call's decision.

    Raises Conflict naming whose decision stands, PermissionDenied, RuleBroken or NotFound.
    """
    check_can(actor, Permission.DECIDE)
    with context.store.write() as tx:
        replayed = _undone(tx.decision_chain(revision_id), actor, seen_version)
        if replayed is not None:
            return replayed
        check_latest(tx, revision_id)
        chain = tx.decision_chain(revision_id)
        case = tx.case_of(revision_id)
        if case is None or len(chain) < 2:
            raise NotFound("There is nothing to undo here.")
        current, restored = chain[-1], chain[-2]
        if len(chain) != seen_version:
            raise Conflict(describe_decision(current))
        check_can_undo(actor.id, current, has_appeal=tx.appeal_of(revision_id) is not None)
        check_can_undo_as(actor, chain, context.clock.now())
        decision = Decision(
            id=new_id(),
            revision_id=revision_id,
            action=restored.action,
            source=DecisionSource.REVIEWER,
            actor=actor.id,
            policy_version=restored.policy_version,
            decided_at=context.clock.now(),
            reason_code=restored.reason_code,
            note=restored.note,
            supersedes=current.id,
            undoes=current.id,
        )
        audit = context.audit(
            AuditKind.DECISION_UNDONE, actor, revision_id, decision=decision.id, undoes=current.id
        )
        add_reviewed(tx, decision, seen_version, f"undo:{current.id}", audit)
        reopening = tx.decision_by_key(reopening_key(restored))
        was_reopening = reopening is not None and reopening.id == current.id
        status = status_after_undo(restored.action, was_reopening=was_reopening)
        tx.set_case_status(case.id, status)
        return decision


def reopening_key(decision: Decision) -> str:
    """The idempotency key of the decision that reopens this one."""
    return f"reopen:{decision.id}"


def describe_decision(decision: Decision) -> str:
    """One line that says who made the decision, when, and that it stands."""
    done = ACTION_DONE[decision.action] + " this comment"
    if decision.undoes is not None:
        # It doesn't name the action restored, which may be what a blind case hides.
        done = "undid the decision on this comment"
    elif decision.action is Action.HOLD and not decision.is_automated:
        done = "put this comment back on hold"  # people hold a comment only by reopening it
    when = f"{decision.decided_at:%H:%M:%S} UTC"
    return f"{decision.actor} {done} at {when}; that stands."


def check_latest(tx: Reader, revision_id: str) -> None:
    """Raises Conflict if the revision's text was edited or withdrawn."""
    revision = tx.revision(revision_id)
    gone = text_gone(tx, revision) if revision else None
    if gone is not None:
        raise Conflict(_GONE[gone])


def describe_standing(case: Case, current: Decision) -> str:
    """As `describe_decision`, without what a blind case hides."""
    if case.is_blind and case.status is not CaseStatus.CLOSED and current.is_automated:
        return "The model has assessed this comment meanwhile; look at it again."
    return describe_decision(current)


def add_reviewed(
    tx: Writer, decision: Decision, seen_version: int, key: str, audit: AuditEvent
) -> None:
    """Add a person's decision. Raises Conflict if the revision's version is no longer
    `seen_version`."""
    if not tx.add_decision(decision, seen_version=seen_version, idempotency_key=key, audit=audit):
        raise Conflict("Somebody else decided first.")


def _replayed(first: Decision, chain: Sequence[Decision], actor: Actor, review: Review) -> Decision:
    """The first decision if the request is the same. Raises InvalidInput or Conflict for a
    different request with the same idempotency key. `chain` are all decisions on its revision."""
    if first.revision_id != review.revision_id:
        raise InvalidInput("The idempotency key was used for another comment.")
    asked = (actor.id, review.action, review.reason_code or None, _note(review))
    is_same = asked == (first.actor, first.action, first.reason_code or None, first.note)
    if not is_same or chain.index(first) != review.seen_version:
        raise Conflict(describe_decision(chain[-1]))
    return first


def _note(review: Review) -> str:
    """The note, trimmed; empty if the author would see nothing of it."""
    return "" if is_blank(review.note) else review.note.strip()


def _undone(chain: Sequence[Decision], actor: Actor, seen_version: int) -> Decision | None:
    """The decision of an earlier, identical undo; None if there was none."""
    if not 0 < seen_version < len(chain):
        return None
    taken, then = chain[seen_version - 1], chain[seen_version]
    is_same = then.undoes == taken.id and then.actor == actor.id
    return then if is_same else None


def _decision(
    context: Context, tx: Writer, actor: Actor, review: Review, current: Decision
) -> Decision:
    policy = tx.policy_in_force()
    if review.reason_code:
        policy.reason(review.reason_code)
    return Decision(
        id=new_id(),
        revision_id=review.revision_id,
        action=review.action,
        source=DecisionSource.REVIEWER,
        actor=actor.id,
        policy_version=policy.version,
        decided_at=context.clock.now(),
        reason_code=review.reason_code,
        note=_note(review),
        supersedes=current.id,
    )

"""A reviewer's actions on a case: decide, escalate, skip, undo. One transaction each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import Conflict, InvalidInput, NotFound
from core.identifiers import new_id
from core.moderation.audit import AuditKind
from core.moderation.cases import Case, CaseStatus, next_status
from core.moderation.claims import Claim, check_not_held
from core.moderation.comments import check_idempotency_key
from core.moderation.decisions import Decision, DecisionSource, check_can_undo, is_override
from core.moderation.effect import remaining_grace, standing, would_cancel
from core.moderation.invisible import is_blank
from core.moderation.permissions import Actor, Permission, check_can, decide_permission
from core.moderation.policies import ACTION_DONE, Action, Policy
from core.moderation.reopening import check_can_undo_as
from core.services.case_work import add_reviewed, case_at_work, release
from core.services.context import Context
from core.services.second_look_draw import draw_second_look
from core.services.undone_case import undone_case
from core.store.base import Reader, Writer

_NOTHING_TO_UNDO = "There is nothing to undo here."


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's choice for the case that was on screen.

    `seen_version` is the revision's version that was shown. `idempotency_key` is derived from what
    was shown, never from the time of the key press, so that sending it twice decides only once.
    `note` is shown to the author, `internal_note` to the staff alone.
    """

    revision_id: str
    seen_version: int
    action: Action
    idempotency_key: str
    reason_code: str | None = None
    note: str = ""
    internal_note: str = ""


def decide_case(context: Context, actor: Actor, review: Review) -> Decision:
    """Make the reviewer's decision, which supersedes the current one and takes effect after the
    grace window. The same request again returns the first one's decision.

    Raises Conflict naming whose decision stands (also for a used idempotency key with another
    action, reason, note or actor) or who else holds the case; InvalidInput, PermissionDenied,
    RuleBroken or NotFound.
    """
    check_can(actor, Permission.DECIDE)
    check_idempotency_key(review.idempotency_key)
    with context.store.write() as tx:
        chain, replayed = tx.chain_and_replay(review.revision_id, review.idempotency_key)
        if replayed is not None:
            return _replayed(replayed, chain, actor, review)
        checked = check_review(context, tx, actor, review, chain)
        return add_review(context, tx, actor, review, checked)


@dataclass(frozen=True, slots=True)
class CheckedReview:
    """What a review was checked against, and the status that it gives the case."""

    chain: Sequence[Decision]
    case: Case
    claim: Claim | None
    policy: Policy
    status: CaseStatus


def check_review(
    context: Context, tx: Reader, actor: Actor, review: Review, chain: Sequence[Decision]
) -> CheckedReview:
    """Check that the actor may decide so on the case as it is; `chain` are the decisions so far.
    Raises Conflict, NotFound, PermissionDenied or RuleBroken."""
    case, work = case_at_work(tx, review.revision_id)
    # Checked before the rules below: the slower of two reviewers should read whose decision
    # stands, not that a closed case takes no action.
    if len(chain) != review.seen_version or case.status is CaseStatus.CLOSED:
        raise Conflict(describe_standing(case, chain[-1]))
    check_can(actor, decide_permission(case.status))
    check_not_held(work.claim, actor.id, context.clock.now())
    policy = work.policy or tx.policy_in_force()
    return CheckedReview(chain, case, work.claim, policy, next_status(case.status, review.action))


def add_review(
    context: Context,
    tx: Writer,
    actor: Actor,
    review: Review,
    checked: CheckedReview,
    **data: str,
) -> Decision:
    """Make the checked decision; `data` goes into its audit event. Raises what is wrong with the
    decision itself, whatever the comment: InvalidInput, RuleBroken or NotFound."""
    decision = _decision(context, actor, review, checked)
    audit = context.audit(
        AuditKind.DECISION_REVIEWED,
        actor,
        review.revision_id,
        decision=decision.id,
        action=decision.action,
        override=str(is_override(decision, checked.chain)).lower(),
        **data,
    )
    key = review.idempotency_key
    add_reviewed(tx, decision, review.seen_version, key, audit, case_status=checked.status)
    draw_second_look(context, tx, decision)
    release(context, tx, actor, checked.claim)
    return decision


def skip_case(
    context: Context, actor: Actor, revision_id: str, *, press: str = ""
) -> Decision | None:
    """Record in the audit trail that the actor skipped the case, and release their claim; once for
    each `press`, an id of the request if it may be sent again. Returns the decision that closed the
    case meanwhile, None if it is still open. Raises NotFound, and Conflict if the text was edited
    or withdrawn meanwhile."""
    check_can(actor, Permission.DECIDE)
    with context.store.write() as tx:
        case, work = case_at_work(tx, revision_id)
        audit = context.audit(AuditKind.CASE_SKIPPED, actor, revision_id)
        if press:
            audit = replace(audit, id=_skip_id(actor, press))
        if not (press and any(past.id == audit.id for past in tx.audit_trail(revision_id))):
            tx.add_audit(audit)
            release(context, tx, actor, work.claim)
        return tx.decision_chain(revision_id)[-1] if case.status is CaseStatus.CLOSED else None


def _skip_id(actor: Actor, press: str) -> str:
    return hashlib.sha256(f"skip:{actor.id}:{press}".encode()).hexdigest()[:32]


def undo_decision(
    context: Context, actor: Actor, revision_id: str, *, seen_version: int
) -> Decision:
    """Undo the actor's own decision that made the revision's version `seen_version`; it still has
    to stand. A new decision restores the one before it, and the case gets its earlier status. The
    same call again returns the first call's decision.

    Within the grace window this cancels the decision: it never takes effect. It is possible while
    somebody else holds the case, and leaves them their claim.

    Raises Conflict naming whose decision stands, PermissionDenied, RuleBroken or NotFound.
    """
    check_can(actor, Permission.DECIDE)
    with context.store.write() as tx:
        return undo_review(context, tx, actor, revision_id, seen_version)


def undo_review(
    context: Context, tx: Writer, actor: Actor, revision_id: str, seen_version: int, **data: str
) -> Decision:
    """`undo_decision` inside a transaction; `data` goes into its audit event. Writes nothing if it
    raises."""
    chain = tx.decision_chain(revision_id)
    replayed = _undone(chain, actor, seen_version)
    if replayed is not None:
        return replayed
    case, work = case_at_work(tx, revision_id, missing=_NOTHING_TO_UNDO)
    if len(chain) < 2:
        raise NotFound(_NOTHING_TO_UNDO)
    left = standing(chain)
    if seen_version not in (len(chain), chain.index(left[-1]) + 1):
        raise Conflict(describe_standing(case, chain[-1]))
    taken, now = chain[seen_version - 1], context.clock.now()
    check_can_undo(actor.id, taken, has_appeal=tx.appeal_of(revision_id) is not None)
    check_can_undo_as(actor, left, now)
    decision = _undoing(actor, chain, left, now)
    audit = context.audit(
        AuditKind.DECISION_UNDONE,
        actor,
        revision_id,
        decision=decision.id,
        action=decision.action,
        undoes=taken.id,
        **({"cancelled": "true"} if would_cancel(chain, taken, now) else {}),
        **data,
    )
    add_reviewed(tx, decision, len(chain), f"undo:{taken.id}", audit)
    tx.change_case(undone_case(tx, case, taken, [*chain, decision]))
    release(context, tx, actor, work.claim)
    return decision


def describe_decision(decision: Decision) -> str:
    """One line that says who made the decision, when, and that it stands."""
    when = f"{decision.decided_at:%H:%M:%S} UTC"
    if decision.undoes is not None:
        # It doesn't name the action restored, which may be what a blind case hides.
        return f"{decision.actor} undid the decision on this comment at {when}; that stands."
    done = ACTION_DONE[decision.action]
    if decision.action is Action.HOLD and not decision.is_automated:
        done = "put back on hold"  # people hold a comment only by reopening it
    return f"{decision.actor} {done} this comment at {when}; that stands."


def describe_standing(case: Case | None, current: Decision) -> str:
    """As `describe_decision`, without what a blind case hides."""
    is_hidden = case is not None and case.is_blind and case.status is not CaseStatus.CLOSED
    if is_hidden and current.is_automated:
        return "The model has assessed this comment meanwhile; look at it again."
    return describe_decision(current)


def _replayed(first: Decision, chain: Sequence[Decision], actor: Actor, review: Review) -> Decision:
    """The first decision if the request is the same. Raises InvalidInput or Conflict for a
    different request with the same idempotency key. `chain` are all decisions on the request's
    revision."""
    if first.revision_id != review.revision_id:
        raise InvalidInput("The idempotency key was used for another comment.")
    notes = (_trimmed(review.note), _trimmed(review.internal_note))
    asked = (actor.id, review.action, review.reason_code or None, *notes)
    made = (first.actor, first.action, first.reason_code or None, first.note, first.internal_note)
    is_same = asked == made
    if not is_same or chain.index(first) != review.seen_version:
        raise Conflict(describe_decision(chain[-1]))
    return first


def _trimmed(note: str) -> str:
    """Empty if its reader would see nothing of it."""
    return "" if is_blank(note) else note.strip()


def _undone(chain: Sequence[Decision], actor: Actor, seen_version: int) -> Decision | None:
    """The decision of an earlier, identical undo; None if there was none."""
    if not 0 < seen_version < len(chain):
        return None
    taken = chain[seen_version - 1]
    return next(
        (past for past in chain if past.undoes == taken.id and past.actor == actor.id), None
    )


def _undoing(
    actor: Actor, chain: Sequence[Decision], left: Sequence[Decision], now: datetime
) -> Decision:
    """The decision that undoes the last of `left`, the standing decisions of `chain`."""
    restored = left[-2]
    return Decision(
        id=new_id(),
        revision_id=restored.revision_id,
        action=restored.action,
        source=DecisionSource.REVIEWER,
        actor=actor.id,
        policy_version=restored.policy_version,
        decided_at=now,
        reason_code=restored.reason_code,
        note=restored.note,
        supersedes=chain[-1].id,
        undoes=left[-1].id,
        # What it restores may be a decision that has not taken effect yet.
        grace=remaining_grace(restored, now),
    )


def _decision(context: Context, actor: Actor, review: Review, checked: CheckedReview) -> Decision:
    policy = checked.policy
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
        note=_trimmed(review.note),
        supersedes=checked.chain[-1].id,
        grace=context.grace,
        internal_note=_trimmed(review.internal_note),
    )

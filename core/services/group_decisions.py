"""Decides on a group of cases, or undoes that: one transaction, one audit event for the group, and
for each comment its own decision with its own event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import Conflict, NotFound, PermissionDenied, RuleBroken
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.comments import check_idempotency_key
from core.moderation.decisions import Decision
from core.moderation.groups import (
    Member,
    check_members,
    group_id_of,
    member_key,
    request_digest,
)
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import Action
from core.services.context import Context
from core.services.review import (
    CheckedReview,
    Review,
    add_review,
    check_review,
    describe_decision,
    undo_review,
)
from core.store.base import Reader, Writer

# Why one comment can't be decided on, or not any more; the others still can.
_OF_ONE_COMMENT = (Conflict, NotFound, PermissionDenied, RuleBroken)
_NOT_DECIDED = "This comment was left out when the group was decided."


@dataclass(frozen=True, slots=True)
class GroupReview:
    """A reviewer's choice for all comments of a group that were left ticked. `members` are as they
    were shown; for `idempotency_key` see `Review`."""

    members: Sequence[Member]
    action: Action
    idempotency_key: str
    reason_code: str | None = None
    note: str = ""
    internal_note: str = ""


@dataclass(frozen=True, slots=True)
class SkippedMember:
    """A comment that the group's decision, or its undo, left as it was, and why."""

    revision_id: str
    author: str
    why: str


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """What became of each member. `decisions` are the new ones, in the order of the request;
    `group_id` is what `undo_group` needs."""

    group_id: str
    decisions: Sequence[Decision]
    skipped: Sequence[SkippedMember]


def decide_group(context: Context, actor: Actor, group: GroupReview) -> GroupOutcome:
    """Decide on each member as `decide_case` would. Members are skipped that were decided, edited
    or withdrawn meanwhile, that somebody else holds, or that the actor may not decide on. The same
    request again returns the decisions of the first.

    Raises PermissionDenied, Conflict for a used key with another request, and what is wrong with
    the request itself: InvalidInput, RuleBroken or NotFound. Then nothing is decided.
    """
    check_can(actor, Permission.DECIDE)
    check_idempotency_key(group.idempotency_key)
    check_members(group.members)
    group_id = group_id_of(group.idempotency_key)
    with context.store.write() as tx:
        first = _event(tx, group_id, AuditKind.GROUP_DECIDED)
        if first is not None:
            return _replayed(tx, actor, group, first)
        passed, skipped = _checked(context, tx, actor, group, group_id)
        decisions = [
            add_review(context, tx, actor, review, checked, group=group_id)
            for review, checked in passed
        ]
        _add_event(context, tx, actor, group, [decision.revision_id for decision in decisions])
        return GroupOutcome(group_id, decisions, skipped)


def undo_group(context: Context, actor: Actor, group_id: str) -> GroupOutcome:
    """Undo the actor's decision on a group: each member's as `undo_decision` would, which cancels
    it within the grace window. Members that were decided again, appealed, edited or withdrawn since
    are skipped. The same call again returns the first call's decisions.

    Raises PermissionDenied, RuleBroken for another's group, or NotFound.
    """
    check_can(actor, Permission.DECIDE)
    with context.store.write() as tx:
        decided = _event(tx, group_id, AuditKind.GROUP_DECIDED)
        if decided is None:
            raise NotFound("There is no such group.")
        if decided.actor != actor.id:
            raise RuleBroken("You can undo only your own decision, and only while it stands.")
        is_new = _event(tx, group_id, AuditKind.GROUP_UNDONE) is None
        undone: list[Decision] = []
        skipped: list[SkippedMember] = []
        for revision_id in _members_of(decided):
            try:
                seen = _version_of(tx, group_id, revision_id)
                undone.append(undo_review(context, tx, actor, revision_id, seen, group=group_id))
            except _OF_ONE_COMMENT as error:
                skipped.append(_skipped(tx, revision_id, str(error)))
        if is_new:
            counts = {"count": str(len(undone)), "skipped": str(len(skipped))}
            tx.add_audit(context.audit(AuditKind.GROUP_UNDONE, actor, group_id, **counts))
        return GroupOutcome(group_id, undone, skipped)


def find_decided_group(context: Context, actor: Actor, revision_id: str) -> str | None:
    """The group with which the current decision on a comment was made, for `undo_group`; None if it
    was made by itself."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        chain = reader.decision_chain(revision_id)
        trail = reader.audit_trail(revision_id)
    if not chain:
        return None
    event = next((each for each in trail if each.data.get("decision") == chain[-1].id), None)
    return None if event is None else event.data.get("group")


def _checked(
    context: Context, tx: Writer, actor: Actor, group: GroupReview, group_id: str
) -> tuple[list[tuple[Review, CheckedReview]], list[SkippedMember]]:
    passed, skipped = [], []
    for revision_id, seen_version in group.members:
        review = Review(
            revision_id=revision_id,
            seen_version=seen_version,
            action=group.action,
            idempotency_key=member_key(group_id, revision_id),
            reason_code=group.reason_code,
            note=group.note,
            internal_note=group.internal_note,
        )
        try:
            chain = tx.decision_chain(revision_id)
            passed.append((review, check_review(context, tx, actor, review, chain)))
        except _OF_ONE_COMMENT as error:
            skipped.append(_skipped(tx, revision_id, str(error)))
    return passed, skipped


def _add_event(
    context: Context, tx: Writer, actor: Actor, group: GroupReview, decided: Sequence[str]
) -> None:
    group_id = group_id_of(group.idempotency_key)
    event = context.audit(
        AuditKind.GROUP_DECIDED,
        actor,
        group_id,
        action=group.action,
        reason=group.reason_code or "",
        count=str(len(decided)),
        skipped=str(len(group.members) - len(decided)),
        members=",".join(decided),
        request=_digest(actor, group),
    )
    # Unique in the database, so that a group is decided only once whatever happens.
    tx.add_audit(replace(event, id=group_id))


def _replayed(tx: Reader, actor: Actor, group: GroupReview, first: AuditEvent) -> GroupOutcome:
    if first.data["request"] != _digest(actor, group):
        raise Conflict("This key was used for another group.")
    decisions: list[Decision] = []
    skipped: list[SkippedMember] = []
    for revision_id, _ in group.members:
        decision = tx.decision_by_key(member_key(first.id, revision_id))
        if decision is not None:
            decisions.append(decision)
            continue
        chain = tx.decision_chain(revision_id)
        why = describe_decision(chain[-1]) if chain else _NOT_DECIDED
        skipped.append(_skipped(tx, revision_id, why))
    return GroupOutcome(first.id, decisions, skipped)


def _event(tx: Reader, group_id: str, kind: AuditKind) -> AuditEvent | None:
    return next((event for event in tx.audit_trail(group_id) if event.kind is kind), None)


def _members_of(decided: AuditEvent) -> Sequence[str]:
    return [revision_id for revision_id in decided.data["members"].split(",") if revision_id]


def _version_of(tx: Reader, group_id: str, revision_id: str) -> int:
    """The version that the group's decision gave the revision."""
    chain = tx.decision_chain(revision_id)
    decision = tx.decision_by_key(member_key(group_id, revision_id))
    if decision is None:
        raise NotFound("There is nothing to undo here.")
    return [past.id for past in chain].index(decision.id) + 1


def _skipped(tx: Reader, revision_id: str, why: str) -> SkippedMember:
    revision = tx.revision(revision_id)
    comment = tx.comment(revision.comment_id) if revision else None
    return SkippedMember(revision_id, comment.author if comment else "", why)


def _digest(actor: Actor, group: GroupReview) -> str:
    notes = (group.note, group.internal_note)
    return request_digest(actor.id, group.members, group.action, group.reason_code, *notes)

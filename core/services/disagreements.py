"""Disagreements between a decision and its second look, which a third person settles; and what
people said alike, which a third person makes golden."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Conflict, ConsoleError
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.decisions import Decision
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import Action, Policy
from core.moderation.second_looks import (
    Answer,
    SecondLook,
    changes_decision,
    made_golden,
    no_longer_golden,
    settled,
)
from core.services.context import Context
from core.services.gone_texts import text_gone
from core.services.reopen import add_reopening
from core.services.review import Review, add_review, check_review
from core.services.second_looks import ancestors_of, check_is_another, find_look
from core.store.base import Reader, Writer
from core.store.quality_base import LookItem
from core.store.views import ThreadEntry

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One that waits. `ancestors` are the comments above it, root first. `refusal` is why the actor
    may not settle it, empty if they may. Not `is_standing`: settling it can't change the comment
    any more, because another decision, an appeal, an edit or an open case came."""

    item: LookItem
    ancestors: Sequence[ThreadEntry]
    refusal: str
    is_standing: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits to be settled: the oldest, at most MOST_SHOWN, and how many there are."""

    items: Sequence[Disagreement]
    waiting: int
    policy: Policy


def list_disagreements(context: Context, actor: Actor) -> Inbox:
    """Both answers with their reasons and notes."""
    check_can(actor, Permission.SEE_QUALITY)
    with context.store.read() as reader:
        return Inbox(
            items=[_shown(reader, actor, item) for item in reader.disagreements(MOST_SHOWN)],
            waiting=reader.count_disagreements(),
            policy=reader.policy_in_force(),
        )


def settle(
    context: Context,
    actor: Actor,
    look_id: str,
    action: Action,
    reason_code: str | None = None,
    *,
    because: str,
    note: str = "",
) -> Decision | None:
    """Store what the actor finds, a third person, and `because` for the two who differ.

    If it is another action than was decided, and that decision stands, the comment is reopened and
    decided anew in the same transaction: `note` is for its author, and the new decision is
    returned. Otherwise nothing changes for the comment.

    Raises PermissionDenied (role, or the actor took part), RuleBroken, Conflict or NotFound.
    """
    check_can(actor, Permission.SETTLE_DISAGREEMENTS)
    answer = Answer(actor.id, action, context.clock.now(), reason_code, because.strip())
    with context.store.write() as tx:
        look = find_look(tx, look_id)
        if reason_code is not None:
            tx.policy_in_force().reason(reason_code)
        chain = check_is_another(tx, actor.id, look)
        ended = settled(look, answer)
        changes = _can_change(tx, look) and changes_decision(ended, chain)
        audit = context.audit(
            AuditKind.DISAGREEMENT_SETTLED,
            actor,
            look.revision_id,
            look=look.id,
            action=action,
            changes=str(changes).lower(),
        )
        if not tx.change_second_look(ended, look.state, audit):
            raise Conflict("Somebody else has just settled this disagreement.")
        if not changes:
            return None
        return _decide_anew(context, tx, actor, ended, chain=chain, note=note)


def list_agreed(context: Context, actor: Actor, *, golden: bool) -> Sequence[LookItem]:
    """Golden items, or what could become some: two people said the same. The newest, at most
    MOST_SHOWN."""
    check_can(actor, Permission.SEE_QUALITY)
    with context.store.read() as reader:
        return reader.agreed_looks(golden=golden, limit=MOST_SHOWN)


def make_golden(context: Context, actor: Actor, look_id: str) -> None:
    """Others meet the text among their second looks from now on. Raises PermissionDenied for one of
    the two who judged it, RuleBroken, Conflict or NotFound."""
    check_can(actor, Permission.KEEP_GOLDEN_ITEMS)
    with context.store.write() as tx:
        look = find_look(tx, look_id)
        _keep(context, tx, actor, made_golden(look, actor.id), AuditKind.GOLDEN_MADE)


def drop_golden(context: Context, actor: Actor, look_id: str) -> None:
    """Nobody meets it any more, and answers to it no longer count. Raises RuleBroken or
    NotFound."""
    check_can(actor, Permission.KEEP_GOLDEN_ITEMS)
    with context.store.write() as tx:
        look = find_look(tx, look_id)
        _keep(context, tx, actor, no_longer_golden(look), AuditKind.GOLDEN_DROPPED)


def _keep(context: Context, tx: Writer, actor: Actor, look: SecondLook, kind: AuditKind) -> None:
    audit = context.audit(kind, actor, look.revision_id, look=look.id)
    if not tx.change_second_look(look, look.state, audit):
        raise Conflict("Somebody else has just changed this second look.")


def _shown(reader: Reader, actor: Actor, item: LookItem) -> Disagreement:
    chain = reader.decision_chain(item.look.revision_id)
    refusal = ""
    try:
        check_can(actor, Permission.SETTLE_DISAGREEMENTS)
        check_is_another(reader, actor.id, item.look)
    except ConsoleError as error:
        refusal = str(error)
    stands = chain[-1].id == item.look.decision_id and _can_change(reader, item.look)
    return Disagreement(item, ancestors_of(reader, item.look), refusal, stands)


def _can_change(reader: Reader, look: SecondLook) -> bool:
    """Whether the text is there and nobody else is to decide on it: no appeal, no open case."""
    revision, case = reader.revision(look.revision_id), reader.case_of(look.revision_id)
    is_there = revision is not None and text_gone(reader, revision) is None
    is_open = case is not None and case.status is not CaseStatus.CLOSED
    return is_there and not is_open and reader.appeal_of(look.revision_id) is None


def _decide_anew(
    context: Context,
    tx: Writer,
    actor: Actor,
    look: SecondLook,
    *,
    chain: Sequence[Decision],
    note: str,
) -> Decision:
    assert look.settled is not None
    reopening = add_reopening(context, tx, actor, chain, tx.case_of(look.revision_id))
    after = [*chain, reopening]
    review = Review(
        revision_id=look.revision_id,
        seen_version=len(after),
        action=look.settled.action,
        idempotency_key=f"settle:{look.id}",
        reason_code=look.settled.reason_code,
        note=note,
    )
    checked = check_review(context, tx, actor, review, after)
    return add_review(context, tx, actor, review, checked, look=look.id, reopens=look.decision_id)

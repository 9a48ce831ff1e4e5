"""Taking second looks: a text comes without its decision, and a person says how they would
decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, NotFound
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.decisions import Decision
from core.moderation.permissions import Actor, Permission, can, check_can
from core.moderation.policies import Action, Policy
from core.moderation.second_looks import (
    ASKED_AMONG,
    Answer,
    SecondLook,
    answered,
    check_took_no_part,
    check_waits,
    golden_answer,
    in_own_order,
    is_golden_turn,
    is_same_answer,
)
from core.services.case_work import check_latest
from core.services.context import Context
from core.store.base import Reader, Writer
from core.store.views import ThreadEntry

THREAD_DEPTH = 6
SETTLED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class SettledLook:
    """A disagreement of the actor's that was settled: what they said, and what a third person
    found, whose note says why. The other one of the two is not named."""

    look_id: str
    text: str
    own: Answer
    found: Answer


@dataclass(frozen=True, slots=True)
class SecondLookCard:
    """What a person sees before they answer: no decision, no score, and nobody's name. It is the
    same for a golden item. `ancestors` are the comments above it, root first."""

    look_id: str
    text: str
    ancestors: Sequence[ThreadEntry]
    policy: Policy


def next_look(context: Context, actor: Actor) -> SecondLookCard | None:
    """The text that the actor should judge next; the same until they have answered, or somebody
    else was faster. None if nothing waits for them: a golden item alone is not shown, as it would
    be known for one."""
    check_can(actor, Permission.TAKE_SECOND_LOOKS)
    with context.store.read() as reader:
        look = _next(reader, actor, context.clock.now())
        revision = reader.revision(look.revision_id) if look else None
        if look is None or revision is None:
            return None
        return SecondLookCard(
            look_id=look.id,
            text=revision.text,
            ancestors=ancestors_of(reader, look),
            policy=reader.policy_in_force(),
        )


def answer_look(
    context: Context,
    actor: Actor,
    look_id: str,
    action: Action,
    reason_code: str | None = None,
    *,
    note: str = "",
) -> None:
    """Store how the actor would decide: APPROVE, or REMOVE for a reason of the policy in force.
    `note` is for whoever settles a disagreement. It changes nothing for the comment.

    Raises PermissionDenied (role, or the actor has judged this text), RuleBroken if it does not
    wait for an answer, Conflict if somebody was faster or the text is gone, or NotFound. The same
    answer sent again changes nothing.
    """
    check_can(actor, Permission.TAKE_SECOND_LOOKS)
    answer = Answer(actor.id, action, context.clock.now(), reason_code, note.strip())
    with context.store.write() as tx:
        look = find_look(tx, look_id)
        if reason_code is not None:
            tx.policy_in_force().reason(reason_code)
        if is_same_answer(_own_answer(tx, actor, look), answer):
            return
        chain = check_is_another(tx, actor.id, look)
        if look.golden_by is not None:
            _answer_golden(context, tx, actor, look, answer)
            return
        check_latest(tx, look.revision_id)
        check_waits(look, chain, answer.given_at)
        done = answered(look, answer)
        if not tx.change_second_look(done, look.state, _audit(context, actor, look, answer)):
            raise Conflict("Somebody else has just judged this text.")


def list_own_settled(context: Context, actor: Actor) -> Sequence[SettledLook]:
    """The actor's last disagreements that were settled, newest first, at most SETTLED_SHOWN."""
    check_can(actor, Permission.TAKE_SECOND_LOOKS)
    with context.store.read() as reader:
        items = reader.settled_looks(actor.id, SETTLED_SHOWN)
    return [
        SettledLook(item.look.id, item.text, own, item.look.settled)
        for item in items
        for own in item.look.answers[:2]
        if own.actor == actor.id and item.look.settled is not None
    ]


def ancestors_of(reader: Reader, look: SecondLook) -> Sequence[ThreadEntry]:
    """What the text replies to, root first, as far as THREAD_DEPTH."""
    revision = reader.revision(look.revision_id)
    comment = reader.comment(revision.comment_id) if revision else None
    return reader.ancestors(comment, THREAD_DEPTH) if comment else ()


def check_is_another(reader: Reader, actor_id: str, look: SecondLook) -> Sequence[Decision]:
    """All decisions on the look's text. Raises PermissionDenied for whoever has judged it."""
    chain = reader.decision_chain(look.revision_id)
    looks, heard = reader.second_looks_of(look.revision_id), reader.hearers_of(look.revision_id)
    check_took_no_part(actor_id, looks, chain, heard)
    return chain


def find_look(reader: Reader, look_id: str) -> SecondLook:
    """Raises NotFound."""
    look = reader.second_look(look_id)
    if look is None:
        raise NotFound("There is no such second look.")
    return look


def _next(reader: Reader, actor: Actor, now: datetime) -> SecondLook | None:
    waiting = reader.waiting_looks(actor.id, now, ASKED_AMONG)
    look = in_own_order(actor.id, waiting)[0] if waiting else None
    if look is None or can(actor, Permission.SEE_QUALITY):
        return look  # who sees the list of golden items would know them
    if is_golden_turn(actor.id, reader.count_looks_given(actor.id)):
        return reader.next_golden_item(actor.id) or look
    return look


def _own_answer(reader: Reader, actor: Actor, look: SecondLook) -> Answer | None:
    """What the actor has answered to it already."""
    if look.second is not None and look.second.actor == actor.id:
        return look.second
    given = [each.answer for each in reader.golden_answers(look.id)]
    return next((answer for answer in given if answer.actor == actor.id), None)


def _answer_golden(
    context: Context, tx: Writer, actor: Actor, look: SecondLook, answer: Answer
) -> None:
    given = golden_answer(look, answer, tx.golden_answers(look.id))
    tx.add_golden_answer(given, _audit(context, actor, look, answer))


def _audit(context: Context, actor: Actor, look: SecondLook, answer: Answer) -> AuditEvent:
    told = {"reason": answer.reason_code} if answer.reason_code else {}
    return context.audit(
        AuditKind.SECOND_LOOK_ANSWERED,
        actor,
        look.revision_id,
        look=look.id,
        action=answer.action,
        **told,
    )

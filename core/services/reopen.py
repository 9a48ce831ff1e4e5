"""Reopening: a decided comment is put on hold and its case back in the queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Conflict, ConsoleError, NotFound
from core.identifiers import new_id
from core.moderation.audit import AuditKind
from core.moderation.blind import blind_chain, is_hidden
from core.moderation.cases import Case, CaseStatus
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.openings import reopened_case
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.reopening import check_can_reopen, reopened_action
from core.services.case_work import add_reviewed, check_latest, reopening_key
from core.services.context import Context
from core.services.lookup import find_revision
from core.services.review import describe_standing
from core.store.base import Reader, Writer


@dataclass(frozen=True, slots=True)
class Reopening:
    """Whether an actor may reopen a comment. `refusal` is why not, empty if they may; `decision` is
    the current decision and `seen_version` its version, which `reopen` needs."""

    revision_id: str
    seen_version: int
    decision: Decision | None
    refusal: str


def load_reopening(context: Context, actor: Actor, reference: str) -> Reopening:
    """Whether the actor may reopen the comment with that reference. Raises NotFound."""
    check_can(actor, Permission.OPEN_CASE)
    with context.store.read() as reader:
        revision = find_revision(reader, reference)
        return _reopening(context, reader, actor, revision.id)


def load_case_reopening(context: Context, actor: Actor, revision_id: str) -> Reopening:
    """Whether the actor may reopen the case of a revision."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        return _reopening(context, reader, actor, revision_id)


def reopen(context: Context, actor: Actor, revision_id: str, *, seen_version: int) -> Decision:
    """Put the comment on hold and its case in the queue; a comment without a case gets one. The
    same call again returns the first call's decision.

    Raises Conflict naming whose decision stands, PermissionDenied, RuleBroken or NotFound.
    """
    check_can(actor, Permission.OPEN_CASE)
    with context.store.write() as tx:
        if tx.revision(revision_id) is None:
            raise NotFound("There is no such comment.")
        chain = tx.decision_chain(revision_id)
        replayed = _replayed(tx, chain, actor, seen_version)
        if replayed is not None:
            return replayed
        check_latest(tx, revision_id)
        case = tx.case_of(revision_id)
        if chain and len(chain) != seen_version:
            raise Conflict(describe_standing(case, chain[-1]))
        return add_reopening(context, tx, actor, chain, case)


def add_reopening(
    context: Context, tx: Writer, actor: Actor, chain: Sequence[Decision], case: Case | None
) -> Decision:
    """`reopen` inside a transaction, of a text that is there: `chain` are the decisions on it,
    `case` the one it has. Writes nothing if it raises."""
    revision_id = chain[-1].revision_id if chain else ""
    appeal = tx.appeal_of(revision_id)
    check_can_reopen(actor, chain, appeal, context.clock.now(), is_open=_is_open(case))
    decision = _on_hold(context, tx, actor, chain)
    audit = context.audit(
        AuditKind.DECISION_REOPENED,
        actor,
        revision_id,
        decision=decision.id,
        action=decision.action,
        reopens=chain[-1].id,
    )
    add_reviewed(tx, decision, len(chain), reopening_key(chain[-1].id), audit)
    _open_case(context, tx, decision)
    return decision


def _replayed(
    tx: Writer, chain: Sequence[Decision], actor: Actor, seen_version: int
) -> Decision | None:
    if not 0 < seen_version < len(chain):
        return None
    first = tx.decision_by_key(reopening_key(chain[seen_version - 1].id))
    return first if first is not None and first.actor == actor.id else None


def _on_hold(context: Context, tx: Writer, actor: Actor, chain: Sequence[Decision]) -> Decision:
    return Decision(
        id=new_id(),
        revision_id=chain[-1].revision_id,
        action=reopened_action(chain),
        source=DecisionSource.REVIEWER,
        actor=actor.id,
        policy_version=tx.policy_in_force().version,
        decided_at=context.clock.now(),
        supersedes=chain[-1].id,
    )


def _open_case(context: Context, tx: Writer, decision: Decision) -> None:
    known, now = tx.case_of(decision.revision_id), context.clock.now()
    case = reopened_case(
        known, decision, tx.attention(decision.revision_id), opened_at=now, new_id=new_id()
    )
    if known is None:
        tx.open_case(case)
    else:
        tx.change_case(case)


def _is_open(case: Case | None) -> bool:
    return case is not None and case.status is not CaseStatus.CLOSED


def _reopening(context: Context, reader: Reader, actor: Actor, revision_id: str) -> Reopening:
    chain, case = reader.decision_chain(revision_id), reader.case_of(revision_id)
    refusal = ""
    try:
        check_latest(reader, revision_id)
        appeal = reader.appeal_of(revision_id)
        check_can_reopen(actor, chain, appeal, context.clock.now(), is_open=_is_open(case))
    except ConsoleError as error:
        refusal = str(error)
    is_blinded = is_hidden(case, chain, actor, context.clock.now())
    shown = blind_chain(chain) if is_blinded else chain
    return Reopening(revision_id, len(chain), shown[-1] if shown else None, refusal)

"""Steps in the transactions of services that decide on a case: its state now, who holds it, and the
new decision."""

from core.errors import Conflict, NotFound
from core.moderation.audit import AuditEvent
from core.moderation.cases import Case, CaseStatus, TextGone
from core.moderation.claims import Claim, held_by_other
from core.moderation.decisions import Decision
from core.moderation.permissions import Actor
from core.services.context import Context
from core.services.gone_texts import text_gone
from core.store.base import Reader, Writer
from core.store.views import CaseWork

_GONE = {
    TextGone.EDITED: "The author has changed this comment; the new text gets its own decision.",
    TextGone.WITHDRAWN: "This comment was withdrawn; there is nothing left to decide.",
}


def case_at_work(
    tx: Reader, revision_id: str, *, missing: str = "There is no case for this comment."
) -> tuple[Case, CaseWork]:
    """The revision's case, and what else a decision on it has to check. Raises Conflict if the text
    was edited or withdrawn, NotFound(`missing`) if there is no case."""
    work = tx.case_work(revision_id)
    if work is not None and work.gone is not None:
        raise Conflict(_GONE[work.gone])
    if work is None or work.case is None:
        raise NotFound(missing)
    return work.case, work


def check_latest(tx: Reader, revision_id: str) -> None:
    """Raises Conflict if the revision's text was edited or withdrawn."""
    revision = tx.revision(revision_id)
    gone = text_gone(tx, revision) if revision else None
    if gone is not None:
        raise Conflict(_GONE[gone])


def add_reviewed(
    tx: Writer,
    decision: Decision,
    seen_version: int,
    key: str,
    audit: AuditEvent,
    *,
    case_status: CaseStatus | None = None,
) -> None:
    """Add a person's decision, and give its case that status. Raises Conflict if the revision's
    version is no longer `seen_version`."""
    is_stored = tx.add_decision(
        decision,
        seen_version=seen_version,
        idempotency_key=key,
        audit=audit,
        case_status=case_status,
    )
    if not is_stored:
        raise Conflict("Somebody else decided first.")


def release(context: Context, tx: Writer, actor: Actor, claim: Claim | None) -> None:
    """Drop the claim, unless somebody else holds it."""
    if claim is not None and not held_by_other(claim, actor.id, context.clock.now()):
        tx.drop_claim(claim.revision_id)


def reopening_key(decision_id: str) -> str:
    """The idempotency key of the decision that reopens that one."""
    return f"reopen:{decision_id}"

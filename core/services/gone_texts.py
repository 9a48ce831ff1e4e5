"""Texts that were edited or withdrawn: whether one is, and the end of the work on it."""

from core.moderation.appeals import AppealStatus, closed_appeal
from core.moderation.audit import AuditKind
from core.moderation.cases import TextGone, closed_case
from core.moderation.comments import Revision
from core.moderation.edits import why_gone
from core.moderation.permissions import Actor
from core.services.context import Context
from core.store.base import Reader, Writer


def text_gone(reader: Reader, revision: Revision) -> TextGone | None:
    """Why the text can no longer be decided on: edited or withdrawn; None if neither."""
    newest = reader.latest_revision(revision.comment_id) or revision
    return why_gone(is_latest=newest.id == revision.id, is_withdrawn=newest.is_withdrawn)


def end_work_on(
    context: Context, actor: Actor, tx: Writer, revision: Revision, because: TextGone
) -> None:
    """Close the revision's open case, with a claim on it, and its pending appeal; the author of the
    appeal gets an explanation."""
    case = tx.case_of(revision.id)
    ended = closed_case(case, because) if case is not None else None
    if ended is not None:
        tx.change_case(ended)
        tx.drop_claim(revision.id)
    appeal = tx.appeal_of(revision.id)
    if appeal is not None and appeal.status is AppealStatus.PENDING:
        audit = context.audit(
            AuditKind.APPEAL_CLOSED, actor, revision.id, appeal=appeal.id, because=because
        )
        tx.end_appeal(closed_appeal(appeal, because, context.clock.now()), audit)

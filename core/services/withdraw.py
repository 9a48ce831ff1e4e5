"""Withdrawal: a comment was taken back by its author or by the site it was written on."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import NotFound
from core.moderation.audit import AuditKind
from core.moderation.cases import TextGone
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context
from core.services.gone_texts import end_work_on
from core.store.base import Writer


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The result of a withdrawal. `is_new` is False if the comment was withdrawn before."""

    reference: str
    withdrawn_at: datetime
    is_new: bool


def withdraw_comment(context: Context, actor: Actor, source: str, source_id: str) -> Withdrawal:
    """Hide all texts of the comment from now on, and close its case and pending appeal. Doing it
    again changes nothing. Raises PermissionDenied, and NotFound for an unknown comment."""
    check_can(actor, Permission.INGEST)
    with context.store.write() as tx:
        withdrawal = withdraw_known(context, actor, tx, (source, source_id))
    if withdrawal is None:
        raise NotFound(f"There is no comment {source_id!r} of {source!r}.")
    return withdrawal


def withdraw_known(
    context: Context, actor: Actor, tx: Writer, key: tuple[str, str]
) -> Withdrawal | None:
    """`withdraw_comment` inside a transaction, without its check of permissions. `key` is (source,
    id at the source). None for an unknown comment."""
    comment = tx.comment_by_source(*key)
    latest = tx.latest_revision(comment.id) if comment else None
    if comment is None or latest is None:
        return None
    if latest.withdrawn_at is not None:
        return Withdrawal(latest.reference, latest.withdrawn_at, is_new=False)
    now = context.clock.now()
    end_work_on(context, actor, tx, latest, TextGone.WITHDRAWN)
    audit = context.audit(AuditKind.COMMENT_WITHDRAWN, actor, latest.id)
    tx.withdraw_comment(comment.id, now, audit)
    return Withdrawal(latest.reference, now, is_new=True)

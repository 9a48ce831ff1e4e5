"""What follows the restoring of a backup: it is noted, and later erasures are repeated."""

from collections.abc import Callable
from datetime import datetime

from core.moderation.audit import AUDIT_LOG, AuditKind
from core.moderation.erasure import ErasureCount
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context
from core.services.erasure import erase_author

Names = set[tuple[str, str]]


def finish_restore(
    context: Context, actor: Actor, made_at: datetime, listed: Callable[[Names], Names]
) -> ErasureCount:
    """Notes in the audit log that the state is that of a backup made at `made_at`, and erases
    every author whom `listed` finds among the (source, author) of the state. Returns what was
    erased. Raises PermissionDenied and StoreError."""
    check_can(actor, Permission.RESTORE)
    with context.store.write() as tx:
        made = made_at.isoformat(timespec="seconds")
        tx.add_audit(context.audit(AuditKind.STATE_RESTORED, actor, AUDIT_LOG, made_at=made))
    with context.store.read() as reader:
        names = set(reader.names())
    erased = ErasureCount()
    for source, author in sorted(listed(names)):
        for batch in erase_author(context, actor, source, author):
            erased += batch
    return erased

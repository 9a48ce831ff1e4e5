"""The audit log as a whole: whether it is unchanged, and its export."""

from collections.abc import Iterator

from core.moderation.audit import AUDIT_LOG, AuditKind
from core.moderation.audit_chain import ChainCheck, StoredEvent, check_chain
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context


def verify_audit(context: Context, actor: Actor, known_head: str | None = None) -> ChainCheck:
    """Checks every event against the one before it. `known_head` is a link that was noted elsewhere
    after an earlier check: it must still be part of the chain. Reads all events, in flat memory."""
    check_can(actor, Permission.SEE_AUDIT)
    with context.store.read() as reader:
        return check_chain(reader.audit_chain(), reader.audit_head(), known_head)


def export_audit(context: Context, actor: Actor) -> Iterator[StoredEvent]:
    """Every event, oldest first. That somebody exports the log is stored as an event before the
    first one is given, which is also the last one given."""
    check_can(actor, Permission.SEE_AUDIT)
    with context.store.write() as tx:
        tx.add_audit(context.audit(AuditKind.AUDIT_EXPORTED, actor, AUDIT_LOG))
    return _events(context)


def _events(context: Context) -> Iterator[StoredEvent]:
    with context.store.read() as reader:
        yield from reader.audit_chain()

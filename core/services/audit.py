"""The audit log as a whole: whether it is unchanged, and its export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.errors import InvalidInput
from core.identifiers import normalise_reference
from core.moderation.audit import AUDIT_LOG, AuditEvent, AuditFilter, AuditKind
from core.moderation.audit_chain import ChainCheck, StoredEvent, check_chain, is_link
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context

PAGE_EVENTS = 100
EXPORTED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Events, newest first. `older` is the place to ask from for those before them, None if there
    are none."""

    events: Sequence[AuditEvent]
    older: int | None


def list_audit(
    context: Context, actor: Actor, chosen: AuditFilter, *, before: int | None = None
) -> AuditPage:
    """The newest PAGE_EVENTS events that fit. The subject may also be named by the reference of a
    text."""
    check_can(actor, Permission.SEE_AUDIT)
    with context.store.read() as reader:
        reference = normalise_reference(chosen.subject_id or "")
        revision = reader.revision_by_reference(reference) if reference else None
        if revision is not None:
            chosen = replace(chosen, subject_id=revision.id)
        found = reader.audit_events(chosen, PAGE_EVENTS + 1, before)
    shown = found[:PAGE_EVENTS]
    return AuditPage(
        events=[event for _, event in shown],
        older=shown[-1][0] if len(found) > PAGE_EVENTS else None,
    )


def list_audit_actors(context: Context, actor: Actor) -> Sequence[str]:
    """Everybody who is named in an event."""
    check_can(actor, Permission.SEE_AUDIT)
    with context.store.read() as reader:
        return reader.audit_actors()


def verify_audit(context: Context, actor: Actor, known_head: str | None = None) -> ChainCheck:
    """Checks every event against the one before it. `known_head` is a link that was noted elsewhere
    after an earlier check: it must still be part of the chain. Then each decision against the event
    that tells of it. Reads all events, in flat memory. Raises InvalidInput for a head that is no
    link."""
    check_can(actor, Permission.SEE_AUDIT)
    known = None if known_head is None else known_head.strip().lower()
    if known is not None and not is_link(known):
        raise InvalidInput(
            "a head is a link of 64 digits and letters from a to f, as `audit verify` prints it"
        )
    with context.store.read() as reader:
        check = check_chain(reader.audit_chain(), reader.audit_head(), known)
        check.note_changed(reader.changed_decisions())
    return check


def export_audit(context: Context, actor: Actor) -> Iterator[StoredEvent]:
    """Every event, oldest first. That somebody exports the log is stored as an event before the
    first one is given, which is also the last one given."""
    check_can(actor, Permission.SEE_AUDIT)
    with context.store.write() as tx:
        tx.add_audit(context.audit(AuditKind.AUDIT_EXPORTED, actor, AUDIT_LOG))
        head = tx.audit_head()
    return _events(context, head.seq if head else 0)


def _events(context: Context, until: int) -> Iterator[StoredEvent]:
    """Up to that place. No transaction stays open while a slow reader takes its time."""
    after = 0
    while after < until:
        with context.store.read() as reader:
            chunk = reader.audit_chunk(after, EXPORTED_AT_ONCE)
        yield from (event for event in chunk if event.seq <= until)
        after = chunk[-1].seq if chunk else until

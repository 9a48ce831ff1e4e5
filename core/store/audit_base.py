"""The part of the store's reads about the audit log."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from core.moderation.audit import AuditEvent, AuditFilter
from core.moderation.audit_chain import ChangedDecision, Head, StoredEvent


class AuditReader(Protocol):
    """Reads as those of `core.store.base.Reader`."""

    def audit_chain(self) -> Iterator[StoredEvent]:
        """Every audit event as it is stored, in order; to be read before the transaction ends."""
        ...

    def changed_decisions(self) -> Iterator[ChangedDecision]:
        """The decisions whose action or actor is not what their event says, or that no event tells
        of, in no order; to be read before the transaction ends."""
        ...

    def audit_chunk(self, after: int, limit: int) -> Sequence[StoredEvent]:
        """The next events after that place, in order."""
        ...

    def audit_head(self) -> Head | None:
        """The last event as the state noted it; None if there was none yet."""
        ...

    def audit_trail(self, subject_id: str) -> Sequence[AuditEvent]:
        """Events about one subject, oldest first."""
        ...

    def audit_events(
        self, chosen: AuditFilter, limit: int, before: int | None
    ) -> Sequence[tuple[int, AuditEvent]]:
        """The newest events that fit, newest first, each with its place; only those at places below
        `before`."""
        ...

    def audit_actors(self) -> Sequence[str]:
        """Everybody who is named in an event, in alphabetical order."""
        ...

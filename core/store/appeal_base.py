"""The part of the store's interfaces about appeals."""

from collections.abc import Collection, Sequence
from typing import Protocol

from core.moderation.appeals import Appeal
from core.moderation.audit import AuditEvent
from core.moderation.hearings import FirstLook
from core.store.views import AppealItem


class AppealReader(Protocol):
    """The reads."""

    def appeal(self, appeal_id: str) -> Appeal | None: ...

    def appeal_of(self, revision_id: str) -> Appeal | None:
        """The latest appeal against a decision on the revision."""
        ...

    def appeals_of(self, revision_id: str) -> Sequence[Appeal]:
        """All against decisions on the revision, oldest first."""
        ...

    def appeals(self, *, pending: bool, limit: int) -> Sequence[Appeal]:
        """Pending appeals, the one due first leading, or ended ones, newest first."""
        ...

    def appeal_item(self, appeal_id: str) -> AppealItem | None: ...

    def hearers_of(self, revision_id: str) -> Collection[str]:
        """The ids of the people who looked at any appeal about the text."""
        ...

    def first_looks(self, appeal_id: str) -> Sequence[FirstLook]:
        """Everybody's, oldest first."""
        ...


class AppealWriter(AppealReader, Protocol):
    """The writes."""

    def add_appeal(self, appeal: Appeal, audit: AuditEvent) -> bool:
        """False, with nothing written, if the decision has an appeal already."""
        ...

    def add_first_look(self, look: FirstLook, audit: AuditEvent) -> None:
        """The person must have taken none before."""
        ...

    def end_appeal(self, appeal: Appeal, audit: AuditEvent) -> bool:
        """Store the outcome and the messages about it. False, with nothing written, if the appeal
        is no longer pending."""
        ...

"""The parts of `core.store.base.Reader` and `Writer` about the people who work here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.moderation.audit import AuditEvent
from core.moderation.exposure import ReviewedText
from core.moderation.people import Person
from core.moderation.preferences import Preferences, QueueLimits
from core.moderation.sign_ins import SignIn
from core.store.views import LeftOutCount


class PeopleReader(Protocol):
    """Reads as those of Reader."""

    def person(self, name: str) -> Person | None: ...

    def people(self) -> Sequence[Person]:
        """Everybody who was invited or has signed in, in alphabetical order."""
        ...

    def sign_in(self, token_digest: str) -> SignIn | None: ...

    def preferences(self, actor_id: str) -> Preferences | None: ...

    def all_preferences(self) -> Mapping[str, Preferences]:
        """The preferences of everybody who stored any, by the person's id."""
        ...

    def people_deciding(self, since: datetime) -> Sequence[str]:
        """The ids of the people who decided on a case since `since`, in alphabetical order."""
        ...

    def reviewed_since(self, actor_id: str, since: datetime) -> Sequence[ReviewedText]:
        """The texts that the person decided on since `since`, each once, with the scores of its
        last automated decision."""
        ...

    def count_left_out(self, limits: QueueLimits) -> LeftOutCount:
        """The waiting cases that a queue with those limits does not show."""
        ...


class PeopleWriter(Protocol):
    """Writes as those of Writer."""

    def save_person(self, person: Person, audit: AuditEvent) -> None:
        """Store in place of what was known of them."""
        ...

    def end_sign_ins_of(self, actor_id: str) -> None: ...

    def note_seen(self, person: Person) -> None:
        """Store when they were last seen and which roles they were told to have. Nothing that
        people here decide changes, so there is no event."""
        ...

    def add_sign_in(self, sign_in: SignIn) -> None: ...

    def change_sign_in(self, sign_in: SignIn) -> None:
        """Set everything but the token of the sign-in with that token; nothing if it has ended."""
        ...

    def end_sign_in(self, token_digest: str) -> None: ...

    def remove_sign_ins(self, *, before: datetime) -> None:
        """Remove those from before that time."""
        ...

    def save_preferences(
        self, actor_id: str, stored: Preferences, changed_at: datetime, audit: AuditEvent
    ) -> None:
        """Store the person's preferences in place of earlier ones."""
        ...

"""The parts of `core.store.base.Reader` and `Writer` about messages to the site and to authors.

No method stores a new message: `add_decision` and `end_appeal` do, so that none can be forgotten.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.moderation.audit import AuditEvent
from core.moderation.outbox import Channel, Message, MessageState
from core.store.views import MessageCount


class OutboxReader(Protocol):
    """Reads as those of Reader."""

    def message(self, message_id: str) -> Message | None: ...

    def messages(
        self, state: MessageState, limit: int, after: Message | None = None
    ) -> Sequence[Message]:
        """The first stored `limit` in that state, from the one after `after`."""
        ...

    def messages_of(self, revision_id: str) -> Sequence[Message]:
        """All about one text, in the order in which they were stored."""
        ...

    def has_due_messages(self, channel: Channel, now: datetime) -> bool:
        """Whether `claim_messages` would find any."""
        ...

    def is_overtaken(self, message: Message) -> bool:
        """Whether a message that was stored later was delivered to the same audience on the same
        channel, about the same comment."""
        ...

    def count_messages(self) -> Sequence[MessageCount]:
        """For each channel and state that has any."""
        ...


class OutboxWriter(Protocol):
    """Writes as those of Writer."""

    def claim_messages(
        self, channel: Channel, *, now: datetime, until: datetime, limit: int
    ) -> Sequence[Message]:
        """Messages to send, each with one more attempt: nobody else gets them until `until`. A
        message waits until all those before it about the same comment and for the same audience
        have ended."""
        ...

    def save_message(self, message: Message) -> bool:
        """Store the end of an attempt. False, with nothing written, if the message has ended or was
        claimed again since."""
        ...

    def replay_message(self, message: Message, audit: AuditEvent) -> None:
        """Store a message that is to be sent again."""
        ...

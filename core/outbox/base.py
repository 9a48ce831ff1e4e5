"""The interface of a channel: the services deliver through it."""

from datetime import datetime
from typing import Protocol

from core.moderation.message_contents import MessageContent
from core.moderation.outbox import Channel, FailedAttempt


class MessageChannel(Protocol):
    """Threads may share it."""

    @property
    def name(self) -> Channel: ...

    @property
    def workers(self) -> int:
        """How many messages it can deliver at once."""
        ...

    def deliver(
        self, message_id: str, content: MessageContent, now: datetime
    ) -> FailedAttempt | None:
        """One attempt, which ends in `LONGEST_ATTEMPT_S` whatever the receiver does. None: the
        receiver has taken it. Raises nothing that the receiver can cause."""
        ...

    def close(self) -> None: ...


LONGEST_ATTEMPT_S = 10.0

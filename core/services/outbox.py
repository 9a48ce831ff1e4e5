"""The outbox: sends the messages that are due, lists those that died, and has them sent again.

A message is claimed for a while and its end is noted afterwards. Who is killed in between leaves it
to the next sender, so each message arrives at least once, and may arrive twice.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.errors import NotFound
from core.moderation.audit import OUTBOX, AuditKind
from core.moderation.message_contents import MessageType, NothingToTell
from core.moderation.outbox import (
    FailedAttempt,
    Message,
    MessageState,
    delivered,
    failed,
    is_given_up,
    not_needed,
    replayed,
)
from core.moderation.permissions import Actor, Permission, check_can
from core.outbox.base import LONGEST_ATTEMPT_S, MessageChannel
from core.services.context import Context
from core.services.message_contents import read_content
from core.store.base import Reader, Writer
from core.store.views import MessageCount

LEASE = timedelta(seconds=LONGEST_ATTEMPT_S + 50)
"""How long a claimed message stays with its sender; a batch is attempted all at once."""
REPLAYED_AT_ONCE = 500
_NEVER_ENDED = FailedAttempt("none of the last attempts ended", is_final=True)


@dataclass(slots=True)
class SendReport:
    """What became of the messages of a batch: their states after it. A failed one that is to be
    tried again is `pending`; `failures` say why it failed."""

    states: Counter[MessageState] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def has_progress(self) -> bool:
        """Whether a message ended, so that others may be due now."""
        return self.states.total() > self.states[MessageState.PENDING]

    def add(self, ended: Message) -> None:
        """Count a message after its attempt."""
        self.states[ended.state] += 1
        if ended.state in (MessageState.PENDING, MessageState.DEAD):
            self.failures.append(ended.detail)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends the messages of one channel. `author_url` is the address of the look-up; `draw` (0 to
    1) spreads further attempts."""

    context: Context
    channel: MessageChannel
    author_url: str
    draw: Callable[[], float] = random.random

    def send_due(self) -> SendReport:
        """Send one batch of the messages that are due. Raises StoreError, once all attempts of the
        batch are over."""
        report = SendReport()
        with self.context.store.read() as reader:
            # A write of nothing would succeed on a full disk, and hide it from the health check.
            if not reader.has_due_messages(self.channel.name, self.context.clock.now()):
                return report
        with self.context.store.write() as tx:
            # Read within the write lock: what cancelled a decision until now is stored already.
            now = self.context.clock.now()
            claimed = tx.claim_messages(
                self.channel.name, now=now, until=now + LEASE, limit=self.channel.workers
            )
        with ThreadPoolExecutor(self.channel.workers, thread_name_prefix="outbox") as workers:
            for ended in workers.map(lambda message: self._send(message, now), claimed):
                report.add(ended)
        return report

    def _send(self, message: Message, claimed_at: datetime) -> Message:
        """One attempt, and its end noted."""
        ended = self._attempt(message, claimed_at)
        with self.context.store.write() as tx:
            tx.save_message(ended)
        return ended

    def _attempt(self, message: Message, claimed_at: datetime) -> Message:
        now = self.context.clock.now
        if is_given_up(message):
            return failed(message, _NEVER_ENDED, now(), draw=self.draw())
        with self.context.store.read() as reader:
            content = read_content(self.context, reader, message, claimed_at, self.author_url)
        if isinstance(content, NothingToTell):
            return not_needed(message, content, now())
        failure = self.channel.deliver(message.id, content, now())
        if failure is None:
            return delivered(message, now())
        return failed(message, failure, now(), draw=self.draw())


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message that was given up; `type` is None if it is no longer needed."""

    message: Message
    type: MessageType | None


def count_messages(context: Context, actor: Actor) -> Sequence[MessageCount]:
    """How many messages each channel has in each state."""
    check_can(actor, Permission.SEE_OUTBOX)
    with context.store.read() as reader:
        return reader.count_messages()


def list_dead(context: Context, actor: Actor, limit: int) -> Sequence[DeadMessage]:
    """The dead messages that were stored first."""
    check_can(actor, Permission.SEE_OUTBOX)
    with context.store.read() as reader:
        dead = reader.messages(MessageState.DEAD, limit)
        return [DeadMessage(each, _type_of(context, reader, each)) for each in dead]


def _type_of(context: Context, reader: Reader, message: Message) -> MessageType | None:
    content = read_content(context, reader, message, context.clock.now(), author_url="")
    return None if isinstance(content, NothingToTell) else content.type


def replay_message(context: Context, actor: Actor, message_id: str) -> Message:
    """Have a dead message sent again. Raises PermissionDenied, NotFound, and RuleBroken for a
    message that is not dead."""
    check_can(actor, Permission.REPLAY_MESSAGES)
    with context.store.write() as tx:
        message = tx.message(message_id)
        if message is None:
            raise NotFound("There is no such message.")
        return _replay(context, actor, tx, message)


def replay_dead(context: Context, actor: Actor) -> int:
    """Have all messages sent again that are dead now, in the order in which they were stored; how
    many these are."""
    check_can(actor, Permission.REPLAY_MESSAGES)
    count, last = 0, None
    while True:
        with context.store.write() as tx:
            dead = tx.messages(MessageState.DEAD, REPLAYED_AT_ONCE, last)
            for message in dead:
                _replay(context, actor, tx, message)
        if not dead:
            return count
        count, last = count + len(dead), dead[-1]


def _replay(context: Context, actor: Actor, tx: Writer, message: Message) -> Message:
    again = replayed(message, context.clock.now())
    audit = context.audit(AuditKind.OUTBOX_REPLAYED, actor, OUTBOX, message=message.id)
    tx.replay_message(again, audit)
    return again

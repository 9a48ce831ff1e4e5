"""A site with one comment whose messages go to a receiver in memory, for the properties of the
outbox."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import ConsoleError
from core.moderation.comments import IncomingComment, Revision
from core.moderation.message_contents import MessageContent
from core.moderation.outbox import Channel, FailedAttempt, MessageState
from core.moderation.permissions import SYSTEM, Actor
from core.moderation.policies import Action
from core.services.appeal import file_appeal
from core.services.hearing import hear_appeal, take_first_look
from core.services.ingest import ingest
from core.services.outbox import LEASE, Sender
from core.services.reopen import reopen
from core.services.review import undo_decision
from core.services.score import score_waiting
from core.services.withdraw import withdraw_comment
from tests.factories import LEAD, MODERATOR, OTHER_LEAD, chain_of, decided
from tests.integration.outbox_site import AUTHOR_URL, OutboxSite

GRACE_S = 15
# Odd, so that no two things happen at one moment.
EACH_STEP_S = 1.003


class SenderDied(Exception):
    """Stands for a kill: nothing is noted."""


@dataclass(frozen=True)
class Arrived:
    """What the receiver took, and when."""

    id: str
    content: MessageContent
    at: datetime


class ReceiverInMemory:
    """Implements `core.outbox.base.MessageChannel`. `outcome` is that of the next attempts."""

    name = Channel.WEBHOOK
    workers = 4

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.outcome = "ok"

    def deliver(
        self, message_id: str, content: MessageContent, now: datetime
    ) -> FailedAttempt | None:
        if self.outcome == "refuses":
            return FailedAttempt("answered 500")
        if self.outcome == "dies before":
            raise SenderDied
        self.arrived.append(Arrived(message_id, content, now))
        if self.outcome == "dies after":
            raise SenderDied
        return None if self.outcome == "ok" else FailedAttempt("gave no answer in time")

    def close(self) -> None:
        """Nothing is open."""


class Walk:
    """What people, the author, time and the sender do, one after the other. What may not be done
    just then is left out."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        home = self._stack.enter_context(tempfile.TemporaryDirectory())
        self.site = OutboxSite(Path(home), grace_s=GRACE_S)
        self._stack.callback(self.site.services.close)
        self.receiver = ReceiverInMemory()
        self.context = self.site.services.context
        self._sender = Sender(self.context, self.receiver, AUTHOR_URL, draw=lambda: 0)

    def close(self) -> None:
        self._stack.close()

    def take(self, step: Sequence[str]) -> None:
        """One step: its name and what it needs."""
        with suppress(ConsoleError, SenderDied):
            getattr(self, step[0])(*step[1:])
        self.site.time.move(EACH_STEP_S)

    def write(self, text: str) -> None:
        row = IncomingComment("site", "1", text, "sam", self.site.time.now)
        list(ingest(self.context, SYSTEM, [row]))
        list(score_waiting(self.context, self.site.services.scorer))

    def decide(self, who: str, action: str) -> None:
        decided(self.site.services, self.newest(), Action(action), actor=_PEOPLE[who])

    def decide_and_send(self, who: str, action: str, seconds: str) -> None:
        """All that was to be told before is told, so nothing else keeps the decision's messages
        back when the sender looks, some seconds after the press."""
        self.receiver.outcome = "ok"
        while self._sender.send_due().states:
            pass
        self.decide(who, action)
        self.wait(seconds)
        self.send("ok")

    def undo(self, who: str) -> None:
        seen = len(self.chain())
        undo_decision(self.context, _PEOPLE[who], self.newest().id, seen_version=seen)

    def reopen(self) -> None:
        reopen(self.context, LEAD, self.newest().id, seen_version=len(self.chain()))

    def appeal(self) -> None:
        file_appeal(self.context, self.newest().reference, "It was a quotation.")

    def hear(self, overturn: str) -> None:
        with self.context.store.read() as reader:
            appeal = reader.appeal_of(self.newest().id)
        if appeal is not None:
            take_first_look(self.context, OTHER_LEAD, appeal.id, Action.APPROVE)
            reason = "A sentence that says why."
            is_overturned = overturn == "yes"
            hear_appeal(self.context, OTHER_LEAD, appeal.id, overturn=is_overturned, reason=reason)

    def withdraw(self) -> None:
        withdraw_comment(self.context, SYSTEM, "site", "1")

    def wait(self, seconds: str) -> None:
        self.site.time.move(float(seconds))

    def send(self, outcome: str) -> None:
        self.receiver.outcome = outcome
        self._sender.send_due()

    def drain(self) -> None:
        """The receiver is well from now on, and all time passes that is needed."""
        self.receiver.outcome = "ok"
        for _ in range(200):
            if not self.site.pending():
                return
            self._sender.send_due()
            self.site.time.move(LEASE.total_seconds())
        raise AssertionError("messages stay pending")

    def newest(self) -> Revision:
        return self.revisions()[-1]

    def chain(self) -> Sequence[object]:
        return chain_of(self.site.services, self.newest())

    def revisions(self) -> list[Revision]:
        """Of the one comment, oldest first."""
        with self.context.store.read() as reader:
            comment = reader.comment_by_source("site", "1")
            assert comment is not None
            newest = reader.latest_revision(comment.id)
            assert newest is not None
            earlier = [each.revision for each in reader.earlier_texts(newest)]
        return [*earlier[::-1], newest]

    def is_dead(self) -> bool:
        with self.context.store.read() as reader:
            return bool(reader.messages(MessageState.DEAD, 1))


_PEOPLE: dict[str, Actor] = {"mina": MODERATOR, "lena": LEAD}

"""Sending as a service: what stops one message stops no other, and nothing is tried for ever."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from core.errors import StoreError
from core.moderation.audit import OUTBOX, AuditKind
from core.moderation.message_contents import MessageContent
from core.moderation.outbox import MAX_ATTEMPTS, FailedAttempt, Message, MessageState
from core.moderation.permissions import SYSTEM
from core.processes.sending import AFTER_ERROR_S, Sending
from core.services.outbox import LEASE, Sender, SendReport, list_dead, replay_dead
from tests.factories import CLEAN, HELD, scored, withdrawn
from tests.integration.outbox_site import AUTHOR_URL, OutboxSite, outbox_site
from tests.property.outbox_walk import ReceiverInMemory, SenderDied


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OutboxSite]:
    with outbox_site(tmp_path) as made:
        yield made


def sender(site: OutboxSite, receiver: ReceiverInMemory) -> Sender:
    return Sender(site.services.context, receiver, AUTHOR_URL, draw=lambda: 0)


class ReceiverOfOthers(ReceiverInMemory):
    """Something of the console itself fails at one message."""

    def __init__(self, poison: str) -> None:
        super().__init__()
        self.poison = poison

    def deliver(
        self, message_id: str, content: MessageContent, now: datetime
    ) -> FailedAttempt | None:
        if message_id == self.poison:
            raise ZeroDivisionError
        return super().deliver(message_id, content, now)


def only_message(site: OutboxSite, text: str) -> Message:
    (message,) = site.messages(scored(site.services, text))
    return message


def state_of(site: OutboxSite, message: Message) -> tuple[MessageState, str]:
    with site.services.context.store.read() as reader:
        found = reader.message(message.id)
    assert found is not None
    return found.state, found.detail


def test_a_message_that_nothing_can_be_made_of_is_given_up_and_holds_up_no_other(
    site: OutboxSite,
) -> None:
    poison, other = only_message(site, CLEAN), only_message(site, f"{CLEAN} Again.")
    receiver = ReceiverOfOthers(poison.id)
    sending = sender(site, receiver)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            sending.send_due()
        site.time.move(LEASE.total_seconds())
    assert [each.id for each in receiver.arrived] == [other.id]
    assert sending.send_due().states == {MessageState.DEAD: 1}
    assert state_of(site, poison) == (MessageState.DEAD, "none of the last attempts ended")


def test_a_dead_message_that_nobody_needs_any_more_is_listed_without_a_type(
    site: OutboxSite,
) -> None:
    revision = scored(site.services, CLEAN)
    receiver = ReceiverInMemory()
    receiver.outcome = "refuses"
    while sender(site, receiver).send_due().states[MessageState.DEAD] == 0:
        site.time.move(30_000)
    (dead,) = list_dead(site.services.context, SYSTEM, 20)
    assert dead.type == "comment.published"
    withdrawn(site.services, revision)
    (dead,) = list_dead(site.services.context, SYSTEM, 20)
    assert dead.type is None
    assert replay_dead(site.services.context, SYSTEM) == 1
    with site.services.context.store.read() as reader:
        replayed = reader.audit_trail(OUTBOX)[-1]
    assert (replayed.kind, replayed.data["message"]) == (AuditKind.OUTBOX_REPLAYED, dead.message.id)
    assert sender(site, receiver).send_due().states == {MessageState.NOT_NEEDED: 1}
    assert list_dead(site.services.context, SYSTEM, 20) == []


def test_more_dead_messages_than_are_replayed_at_once(
    site: OutboxSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.services.outbox.REPLAYED_AT_ONCE", 2)
    for n in range(5):
        scored(site.services, f"{CLEAN} {n}")
    with site.services.context.store.write() as tx:
        for each in tx.claim_messages(
            ReceiverInMemory.name, now=site.time.now, until=site.time.now, limit=9
        ):
            assert tx.save_message(replace(each, state=MessageState.DEAD, ended_at=site.time.now))
    assert replay_dead(site.services.context, SYSTEM) == 5
    assert len(site.pending()) == 5


def test_the_words_of_an_attempt_are_reported(site: OutboxSite) -> None:
    scored(site.services, HELD)
    receiver = ReceiverInMemory()
    receiver.outcome = "refuses"
    report = sender(site, receiver).send_due()
    assert report.failures == ["answered 500"] * 2
    assert not report.has_progress
    receiver.outcome = "ok"
    site.time.move(31)
    report = sender(site, receiver).send_due()
    assert (report.failures, report.has_progress) == ([], True)
    assert not sender(site, receiver).send_due().has_progress


def test_with_nothing_due_nothing_is_written(site: OutboxSite) -> None:
    """The state's write lock is taken, and nobody waits for it."""
    with site.services.context.store.write():
        assert not sender(site, ReceiverInMemory()).send_due().states


class _Sender:
    """Gives what it is told to, or raises it."""

    channel = ReceiverInMemory()

    def __init__(self, *outcomes: SendReport | Exception) -> None:
        self.outcomes = list(outcomes)

    def send_due(self) -> SendReport:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def test_the_loop_outlives_errors_and_waits_after_them(caplog: pytest.LogCaptureFixture) -> None:
    ended, failed = SendReport(), SendReport()
    ended.states[MessageState.DELIVERED] = 1
    failed.states[MessageState.PENDING] = 1
    failed.failures.append("answered 500")
    stub = _Sender(StoreError("locked"), SenderDied("bug"), ended, failed, SendReport())
    sending = Sending([stub], every_s=7)  # type: ignore[list-item]
    waits = [sending._look(stub) for _ in range(5)]  # type: ignore[arg-type]
    assert waits == [AFTER_ERROR_S, 7, 0, 7, 7]
    told = caplog.text
    assert "Sending failed, to be tried again: locked" in told
    assert "A message could not be sent" in told
    assert "A message was not delivered: webhook answered 500" in told

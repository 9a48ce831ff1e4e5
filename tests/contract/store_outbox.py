"""Contract of every store: messages are stored with what they are about, claimed one by one and in
order, and each end is noted once."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.moderation.appeals import AppealStatus
from core.moderation.audit import OUTBOX, AuditKind
from core.moderation.outbox import (
    CLOCKS_DIFFER,
    Audience,
    Channel,
    FailedAttempt,
    Message,
    MessageState,
    delivered,
    failed,
    not_needed,
    replayed,
)
from core.moderation.policies import Action
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import Rows, at

SITE, AUTHOR = Audience.SITE, Audience.AUTHOR
LATE = at(100)
LEASE = timedelta(minutes=1)
WEBHOOK, EMAIL = Channel.WEBHOOK, Channel.EMAIL


def claim(
    store: Store, now: datetime = LATE, channel: Channel = WEBHOOK, limit: int = 9
) -> list[Message]:
    with store.write() as tx:
        return list(tx.claim_messages(channel, now=now, until=now + LEASE, limit=limit))


def save(store: Store, message: Message) -> bool:
    with store.write() as tx:
        return tx.save_message(message)


def told(messages: list[Message]) -> list[tuple[str, Audience]]:
    return [(each.decision_id, each.audience) for each in messages]


class Outbox(StoreFixtures):
    @pytest.fixture
    def sending(self, store: Store, tmp_path: Path) -> Iterator[Store]:
        """The same state, opened for a site with both channels."""
        del store  # which has stored a policy
        opened = self.open_store(tmp_path, (WEBHOOK, EMAIL))
        yield opened
        opened.close()

    def test_without_a_channel_there_are_no_messages(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one")
        first = rows.decided(revision, Action.REMOVE)
        appeal = rows.appeal(first)
        rows.hear(appeal, AppealStatus.UPHELD)
        with store.read() as reader:
            assert reader.messages_of(revision.id) == []
            assert reader.count_messages() == []

    def test_a_decision_and_an_outcome_store_their_messages(self, sending: Store) -> None:
        rows = Rows(sending)
        revision = rows.comment("one")
        first = rows.decided(revision, Action.REMOVE)
        second = rows.decided(revision, Action.REMOVE, seen=1, minutes=2)
        appeal = rows.appeal(second)
        rows.hear(appeal, AppealStatus.UPHELD, minutes=10)
        with sending.read() as reader:
            found = reader.messages_of(revision.id)
            assert [reader.message(each.id) for each in found] == list(found)
            assert reader.message("nothing") is None
        assert [(e.channel, e.audience, e.decision_id, e.appeal_id) for e in found] == [
            (WEBHOOK, SITE, first.id, None),
            (WEBHOOK, AUTHOR, first.id, None),
            (EMAIL, AUTHOR, first.id, None),
            (WEBHOOK, SITE, second.id, None),
            (WEBHOOK, AUTHOR, second.id, None),
            (EMAIL, AUTHOR, second.id, None),
            (WEBHOOK, AUTHOR, second.id, "a1"),
            (EMAIL, AUTHOR, second.id, "a1"),
        ]
        wait = timedelta(seconds=15) + CLOCKS_DIFFER
        due = [at(1)] * 3 + [at(2) + wait] * 3 + [at(10)] * 2
        assert [each.due_at for each in found] == [each.next_at for each in found] == due
        assert {(each.state, each.attempts) for each in found} == {(MessageState.PENDING, 0)}

    def test_a_refused_or_rolled_back_decision_stores_none(self, sending: Store) -> None:
        rows = Rows(sending)
        revision = rows.comment("one")
        rows.decided(revision, Action.HOLD)
        with sending.write() as tx:
            assert rows.decide(tx, revision, Action.REMOVE, seen=0) is None
        with suppress(ZeroDivisionError), sending.write() as tx:
            assert rows.decide(tx, revision, Action.REMOVE, seen=1)
            raise ZeroDivisionError
        with sending.read() as reader:
            assert len(reader.messages_of(revision.id)) == 3

    def test_an_outcome_that_came_second_stores_none(self, sending: Store) -> None:
        rows = Rows(sending)
        revision = rows.comment("one")
        appeal = rows.appeal(rows.decided(revision, Action.REMOVE))
        ended = rows.hear(appeal, AppealStatus.UPHELD)
        with sending.write() as tx:
            assert not tx.end_appeal(ended, rows.audit(AuditKind.APPEAL_UPHELD, revision.id))
        with sending.read() as reader:
            assert len(reader.messages_of(revision.id)) == 5

    def test_only_what_is_due_is_claimed_once_and_counted(self, sending: Store) -> None:
        rows = Rows(sending)
        revision = rows.comment("one")
        rows.decided(revision, Action.HOLD, minutes=1)
        assert claim(sending, at(0.9)) == []
        with sending.read() as reader:
            assert not reader.has_due_messages(WEBHOOK, at(0.9))
            assert reader.has_due_messages(WEBHOOK, at(1))
        first = claim(sending, at(1))
        assert [each.audience for each in first] == [SITE, AUTHOR]
        assert {(each.attempts, each.next_at) for each in first} == {(1, at(1) + LEASE)}
        with sending.read() as reader:
            assert [reader.message(each.id) for each in first] == first
        assert claim(sending, at(1)) == []
        with sending.read() as reader:
            assert not reader.has_due_messages(WEBHOOK, at(1))
            assert reader.has_due_messages(EMAIL, at(1))
        assert [each.channel for each in claim(sending, at(1), EMAIL)] == [EMAIL]
        again = claim(sending, at(1) + LEASE)
        assert {each.attempts for each in again} == {2}

    def test_a_limit_takes_what_has_waited_longest(self, sending: Store) -> None:
        rows = Rows(sending)
        for name, minutes in (("one", 3), ("two", 1), ("three", 2)):
            rows.decided(rows.comment(name), Action.APPROVE, minutes=minutes)
        order = [each.revision_id for each in claim(sending, limit=2)]
        assert order == ["two-1", "three-1"]
        assert [each.revision_id for each in claim(sending, limit=2)] == ["one-1"]

    def test_a_later_message_waits_for_the_earlier_one(self, sending: Store) -> None:
        rows = Rows(sending)
        revision, other = rows.comment("one"), rows.comment("two")
        first = rows.decided(revision, Action.REMOVE)
        second = rows.decided(revision, Action.APPROVE, seen=1, minutes=2)
        edited = rows.edit(revision)
        third = rows.decided(edited, Action.HOLD, minutes=3)
        rows.decided(other, Action.HOLD, minutes=4)
        claimed = claim(sending)
        assert told(claimed)[:2] == [(first.id, SITE), (first.id, AUTHOR)]
        assert {each.revision_id for each in claimed[2:]} == {other.id}
        assert save(sending, delivered(claimed[0], LATE))
        assert told(claim(sending)) == [(second.id, SITE)]
        assert save(sending, not_needed(claimed[1], "x", LATE))
        author = claim(sending)
        assert told(author) == [(second.id, AUTHOR)]
        given_up = failed(author[0], FailedAttempt("y", is_final=True), LATE, draw=0)
        assert save(sending, given_up)
        assert told(claim(sending)) == [(third.id, AUTHOR)]

    def test_an_end_is_noted_once_and_only_by_who_claimed_last(self, sending: Store) -> None:
        rows = Rows(sending)
        rows.decided(rows.comment("one"), Action.APPROVE)
        (slow,) = claim(sending)
        (quick,) = claim(sending, LATE + LEASE)
        assert (slow.id, slow.attempts, quick.attempts) == (quick.id, 1, 2)
        assert not save(sending, failed(slow, FailedAttempt("x"), LATE, draw=0))
        ended = delivered(quick, LATE)
        assert save(sending, ended)
        assert not save(sending, failed(quick, FailedAttempt("x"), LATE, draw=0))
        with sending.read() as reader:
            assert reader.message(quick.id) == ended

    def test_a_failed_message_comes_again_at_its_time(self, sending: Store) -> None:
        rows = Rows(sending)
        rows.decided(rows.comment("one"), Action.APPROVE)
        (message,) = claim(sending)
        again = failed(message, FailedAttempt("answered 500"), LATE, draw=0)
        assert save(sending, again)
        assert claim(sending, again.next_at - timedelta(microseconds=1)) == []
        (second,) = claim(sending, again.next_at)
        assert (second.attempts, second.detail) == (2, "answered 500")

    def test_dead_messages_are_listed_counted_and_replayed(self, sending: Store) -> None:
        rows = Rows(sending)
        for name in ("one", "two", "three"):
            rows.decided(rows.comment(name), Action.APPROVE)
        claimed = claim(sending)
        final = FailedAttempt("refused", is_final=True)
        dead = [failed(each, final, LATE, draw=0) for each in claimed[:2]]
        assert all(save(sending, each) for each in dead)
        with sending.read() as reader:
            assert list(reader.messages(MessageState.DEAD, 9)) == dead
            assert list(reader.messages(MessageState.DEAD, 1)) == dead[:1]
            assert list(reader.messages(MessageState.DEAD, 9, dead[0])) == dead[1:]
            counts = {(e.channel, e.state): e for e in reader.count_messages()}
        assert {key: each.count for key, each in counts.items()} == {
            (WEBHOOK, MessageState.DEAD): 2,
            (WEBHOOK, MessageState.PENDING): 1,
        }
        assert counts[WEBHOOK, MessageState.DEAD].last_ended_at == LATE
        assert counts[WEBHOOK, MessageState.PENDING].last_ended_at is None
        assert counts[WEBHOOK, MessageState.PENDING].oldest_due_at == at(1)
        with sending.write() as tx:
            tx.replay_message(
                replayed(dead[0], LATE), rows.audit(AuditKind.OUTBOX_REPLAYED, OUTBOX)
            )
        with sending.read() as reader:
            assert [each.kind for each in reader.audit_trail(OUTBOX)] == ["outbox.replayed"]
        assert [each.id for each in claim(sending)] == [dead[0].id]

    def test_a_message_is_overtaken_by_a_later_delivered_one(self, sending: Store) -> None:
        rows = Rows(sending)
        revision, other = rows.comment("one"), rows.comment("two")
        rows.decided(revision, Action.REMOVE)
        rows.decided(revision, Action.APPROVE, seen=1, minutes=2)
        rows.decided(other, Action.APPROVE)
        with sending.read() as reader:
            site = [each for each in reader.messages_of(revision.id) if each.audience is SITE]
            (elsewhere,) = reader.messages_of(other.id)
        for each in claim(sending):
            save(sending, failed(each, FailedAttempt("x", is_final=True), LATE, draw=0))
        self._is_overtaken(sending, site, [False, False])
        for each in claim(sending):
            if each.audience is SITE:
                save(sending, delivered(each, LATE))
        self._is_overtaken(sending, [*site, elsewhere], [True, False, False])

    @staticmethod
    def _is_overtaken(store: Store, messages: list[Message], expected: list[bool]) -> None:
        with store.read() as reader:
            assert [reader.is_overtaken(each) for each in messages] == expected

    def test_words_come_back_as_they_were(self, sending: Store) -> None:
        rows = Rows(sending)
        rows.decided(rows.comment("one"), Action.APPROVE)
        (message,) = claim(sending)
        odd = replace(message, detail="Zürich 🙂 'quoted' \\ ; DROP TABLE outbox")
        assert save(sending, odd)
        with sending.read() as reader:
            assert reader.message(message.id) == odd

"""The chain of the audit log, as each database makes and keeps it."""

from contextlib import suppress
from datetime import timedelta

import pytest

from core.errors import StoreError
from core.moderation.audit import AuditEvent, AuditFilter, AuditKind
from core.moderation.audit_chain import ChainCheck, check_chain
from core.moderation.policies import Action
from core.store.base import Store
from core.store.sql.writer import SqlWriter
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import START, Rows

WORDS = "Zürich 🙂 \u0301 'quoted' \\ \x07"


def event(name: str) -> AuditEvent:
    return AuditEvent(name, AuditKind.CASE_SKIPPED, WORDS, WORDS, START, {WORDS: WORDS})


def check(store: Store) -> ChainCheck:
    with store.read() as reader:
        return check_chain(reader.audit_chain(), reader.audit_head())


class AuditChain(StoreFixtures):
    def test_events_of_every_way_follow_from_each_other(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one")
        with store.write() as tx:
            assert rows.decide(tx, revision, Action.HOLD)
            tx.add_audit(event("x"))
        with store.read() as reader:
            stored = list(reader.audit_chain())
        kinds = [each.kind for each in stored]
        assert kinds == [
            "policy.stored",
            "comment.stored",
            "decision.reviewed",
            "case.skipped",
        ]
        assert stored[-1].actor == WORDS
        assert check(store).is_whole

    def test_a_write_that_is_rolled_back_leaves_the_chain_whole(self, store: Store) -> None:
        with suppress(ZeroDivisionError), store.write() as tx:
            tx.add_audit(event("x"))
            raise ZeroDivisionError
        with store.together():
            for name in ("y", "z"):
                with store.write() as tx:
                    tx.add_audit(event(name))
        assert (check(store).is_whole, check(store).events) == (True, 3)

    @pytest.mark.parametrize(
        "statement", ["DELETE FROM audit_events", "UPDATE audit_events SET actor = 'otto'"]
    )
    def test_no_event_can_be_changed_or_deleted(self, store: Store, statement: str) -> None:
        with pytest.raises(StoreError, match="never changed or deleted"):
            self._run(store, statement)
        assert check(store).is_whole

    @staticmethod
    def _run(store: Store, statement: str) -> None:
        with store.write() as tx:
            assert isinstance(tx, SqlWriter)
            tx._connection.exec_driver_sql(statement)


FILTERS = [
    AuditFilter(),
    AuditFilter(kind=AuditKind.CASE_SKIPPED),
    AuditFilter(actor="mina"),
    AuditFilter(actor="nobody"),
    AuditFilter(subject_id="s1"),
    AuditFilter(actor="mina", kind=AuditKind.CASE_SKIPPED),
    AuditFilter(actor="otto", subject_id="s0"),
    AuditFilter(since=START + timedelta(minutes=7)),
    AuditFilter(until=START + timedelta(minutes=7)),
    AuditFilter(since=START + timedelta(minutes=3), until=START + timedelta(minutes=9)),
    AuditFilter(actor="mina", since=START + timedelta(minutes=3)),
    AuditFilter(since=START + timedelta(days=900)),
    AuditFilter(until=START - timedelta(days=900)),
]
KINDS = (AuditKind.CASE_SKIPPED, AuditKind.GROUP_DECIDED, AuditKind.APPEAL_FILED)


def fits(event: AuditEvent, chosen: AuditFilter) -> bool:
    return (
        chosen.kind in (None, event.kind)
        and chosen.actor in (None, event.actor)
        and chosen.subject_id in (None, event.subject_id)
        and (chosen.since is None or event.occurred_at >= chosen.since)
        and (chosen.until is None or event.occurred_at < chosen.until)
    )


class AuditSearch(StoreFixtures):
    """Events stored by machines whose clocks differ by minutes."""

    @pytest.fixture
    def stored(self, store: Store) -> list[AuditEvent]:
        events = [
            AuditEvent(
                f"found-{number}",
                KINDS[number % 3],
                ("mina", "otto")[number % 2],
                f"s{number % 4}",
                START + timedelta(minutes=number + 3 * (-1) ** number),
            )
            for number in range(14)
        ]
        with store.write() as tx:
            for each in events:
                tx.add_audit(each)
        return events

    @pytest.mark.parametrize("chosen", FILTERS, ids=str)
    def test_pages_hold_what_fits_newest_first(
        self, store: Store, stored: list[AuditEvent], chosen: AuditFilter
    ) -> None:
        found: list[AuditEvent] = []
        before: int | None = None
        with store.read() as reader:
            while page := reader.audit_events(chosen, 3, before):
                found += [each for _, each in page]
                before = page[-1][0]
        ours = [each for each in found if each.id.startswith("found-")]
        assert ours == [each for each in reversed(stored) if fits(each, chosen)]

    def test_everybody_is_named_once(self, store: Store, stored: list[AuditEvent]) -> None:
        with store.read() as reader:
            assert set(reader.audit_actors()) >= {"mina", "otto"}
            assert list(reader.audit_actors()) == sorted(set(reader.audit_actors()))

    def test_chunks_are_the_chain(self, store: Store, stored: list[AuditEvent]) -> None:
        with store.read() as reader:
            chain = list(reader.audit_chain())
            first = list(reader.audit_chunk(0, 5))
            rest = list(reader.audit_chunk(first[-1].seq, 100))
            assert list(reader.audit_chunk(chain[-1].seq, 5)) == []
        assert [*first, *rest] == chain

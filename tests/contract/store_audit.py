"""The chain of the audit log, as each database makes and keeps it."""

from contextlib import suppress

import pytest

from core.errors import StoreError
from core.moderation.audit import AuditEvent, AuditKind
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

"""Contract of every store: transactions."""

from pathlib import Path

import pytest

from core.errors import StoreError
from core.moderation.cases import Case, CaseTrigger
from core.moderation.comments import IncomingThread
from core.moderation.policies import Action
from core.store.base import Store, Writer
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import OPEN, START, Rows


class Transactions(StoreFixtures):
    """A transaction is stored completely or not at all, and a reader sees one snapshot."""

    def test_exception_inside_a_write_leaves_nothing(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one")

        def stop_half_way(tx: Writer) -> None:
            assert rows.decide(tx, revision, Action.HOLD) is not None
            tx.open_case(Case("c", revision.id, OPEN, CaseTrigger.HOLD, 1.0, None, START))
            tx.add_thread(IncomingThread("site", "t", "Title", None, START))
            raise RuntimeError("half way")

        with pytest.raises(RuntimeError, match="half way"), store.write() as tx:
            stop_half_way(tx)
        with store.read() as reader:
            assert reader.decision_chain(revision.id) == []
            assert reader.revision(revision.id) == revision
            assert reader.case_of(revision.id) is None
            assert len(reader.audit_trail(revision.id)) == 1
        with store.write() as tx:
            assert rows.decide(tx, revision, Action.HOLD) is not None

    def test_row_that_breaks_a_rule_of_the_store_undoes_the_whole_write(
        self, store: Store, rows: Rows
    ) -> None:
        one, two = rows.comment("one"), rows.comment("two")

        def decide_both(tx: Writer) -> None:
            rows.decide(tx, one, Action.HOLD, key="same")
            rows.decide(tx, two, Action.HOLD, key="same")

        with pytest.raises(StoreError), store.write() as tx:
            decide_both(tx)
        with store.read() as reader:
            assert reader.count_waiting() == 2
            assert reader.decision_by_key("same") is None

    def test_what_is_written_is_read_inside_the_write_and_seen_outside_only_after(
        self, store: Store, rows: Rows
    ) -> None:
        revision = rows.comment("one")
        with store.write() as tx:
            rows.decide(tx, revision, Action.HOLD)
            assert tx.count_waiting() == 0
            with store.read() as reader:
                assert reader.count_waiting() == 1
        with store.read() as reader:
            assert reader.count_waiting() == 0

    def test_writes_made_together_are_seen_outside_only_after_the_last(
        self, store: Store, rows: Rows
    ) -> None:
        one, two = rows.comment("one"), rows.comment("two")
        with store.together():
            for revision in (one, two):
                with store.write() as tx:
                    rows.decide(tx, revision, Action.HOLD)
            with store.read() as reader:
                assert reader.count_waiting() == 2
        with store.read() as reader:
            assert reader.count_waiting() == 0

    def test_one_of_the_writes_made_together_may_fail(self, store: Store, rows: Rows) -> None:
        one, two = rows.comment("one"), rows.comment("two")

        def fail(tx: Writer) -> None:
            rows.decide(tx, one, Action.HOLD)
            raise RuntimeError("half way")

        with store.together():
            with pytest.raises(RuntimeError, match="half way"), store.write() as tx:
                fail(tx)
            with store.write() as tx:
                rows.decide(tx, two, Action.HOLD)
        with store.read() as reader:
            assert [each.id for each in reader.waiting_revisions(9)] == [one.id]

    def test_reads_of_one_block_see_one_moment(self, store: Store, rows: Rows) -> None:
        rows.comment("one")
        with store.read() as reader:
            assert reader.count_waiting() == 1
            rows.comment("two")
            assert reader.count_waiting() == 1
        with store.read() as reader:
            assert reader.count_waiting() == 2

    def test_another_store_on_the_same_place_sees_what_was_committed(
        self, store: Store, rows: Rows, tmp_path: Path
    ) -> None:
        revision = rows.comment("one")
        other = self.open_store(tmp_path)
        with other.read() as reader:
            assert reader.revision(revision.id) == revision
        other.close()

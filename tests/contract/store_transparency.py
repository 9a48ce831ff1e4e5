"""Contract of every store: restricted texts, and the queries of the transparency report."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import StoreError
from core.moderation.audit import AuditKind
from core.moderation.policies import Action
from core.store.base import Store
from core.store.transparency_base import TextTimes
from core.store.transparency_queries import FIGURES
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import Rows, at

GRACE = timedelta(seconds=15)


class Restrictions(StoreFixtures):
    """A span has its beginning and not its end; what is asked comes back in a fixed order."""

    def test_removals_come_in_the_order_in_which_they_take_effect(
        self, store: Store, rows: Rows
    ) -> None:
        late, early, approved = (rows.comment(name) for name in ("one", "two", "three"))
        second = rows.decided(late, Action.REMOVE, minutes=3)
        first = rows.decided(early, Action.REMOVE, minutes=2)
        rows.decided(approved, Action.APPROVE, minutes=2)
        with store.read() as reader:
            assert list(reader.restricting_decisions(at(0), at(9))) == [
                (first.id, early.id),
                (second.id, late.id),
            ]
            assert list(reader.restricting_decisions(at(2), at(3))) == [(first.id, early.id)]
            assert list(reader.restricting_decisions(at(3), at(3))) == []

    def test_a_decision_counts_from_the_end_of_its_window(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one")
        rows.decided(revision, Action.APPROVE, minutes=1)
        rows.decided(revision, Action.REMOVE, seen=1, minutes=2)
        with store.read() as reader:
            assert list(reader.restricting_decisions(at(2), at(2) + GRACE)) == []
            assert len(list(reader.restricting_decisions(at(2) + GRACE, at(9)))) == 1

    def test_reads_may_be_made_between_two_rows(self, store: Store, rows: Rows) -> None:
        for number in range(5):
            rows.decided(rows.comment(f"c{number}"), Action.REMOVE)
        with store.read() as reader:
            found = [
                len(reader.decision_chain(revision_id))
                for _, revision_id in reader.restricting_decisions(at(0), at(9))
            ]
            ended = [
                reader.text_times(revision_id).author
                for revision_id in reader.texts_with_ends(at(0), at(9))
            ]
        assert found == [1] * 5
        assert ended == ["sam"] * 5

    def test_texts_are_told_by_a_decision_an_edit_or_a_withdrawal(
        self, store: Store, rows: Rows
    ) -> None:
        decided, edited, withdrawn = (rows.comment(name) for name in ("a", "b", "c"))
        for revision in (decided, edited, withdrawn, rows.comment("d")):
            rows.decided(revision, Action.REMOVE, minutes=1)
        rows.decided(decided, Action.APPROVE, seen=1, minutes=10)
        rows.decided(rows.comment("never"), Action.APPROVE, minutes=10)
        edit = replace(edited, id="b-2", number=2, reference="R", received_at=at(11))
        with store.write() as tx:
            tx.add_revision(edit, rows.audit(AuditKind.COMMENT_EDITED, edit.id))
            audit = rows.audit(AuditKind.COMMENT_WITHDRAWN, withdrawn.id)
            tx.withdraw_comment(withdrawn.comment_id, at(12), audit)
        with store.read() as reader:
            told = list(reader.texts_with_ends(at(5), at(20)))
            assert told == sorted(told)
            assert set(told) == {decided.id, edited.id, withdrawn.id}
            assert list(reader.texts_with_ends(at(11), at(12))) == [edited.id]
            assert reader.text_times(edited.id).edited_at == at(11)
            assert reader.text_times(withdrawn.id).withdrawn_at == at(12)
            assert reader.text_times("b-2").posted_at == at(11)

    def test_times_of_a_text(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one", author="Zoë", minutes=3)
        with store.read() as reader:
            assert reader.text_times(revision.id) == TextTimes("Zoë", at(3), None, None, False)
        rows.report(revision, "una")
        with store.read() as reader:
            assert reader.text_times(revision.id).is_reported
            with pytest.raises(StoreError):
                reader.text_times("nothing")

    @pytest.mark.parametrize("query", FIGURES, ids=[query.name for query in FIGURES])
    def test_each_query_runs_on_an_empty_state(self, store: Store, query) -> None:
        with store.read() as reader:
            text, found = reader.figure(query, at(0), at(9))
        assert "{" not in text
        assert len(found) == (0 if query.groups else 1)
        assert all(row.value in (0, None) for row in found)

"""Contract of every store: comments, revisions, threads and authors."""

from dataclasses import replace

import pytest

from core.errors import StoreError
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.comments import Comment, IncomingThread
from core.moderation.policies import Action
from core.moderation.queue import QueueFilter
from core.store.base import Store
from tests.contract.queue_cases import ask
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import ESCALATED, START, Rows, at

WITHDRAWN = AuditKind.COMMENT_WITHDRAWN


class Comments(StoreFixtures):
    """Comments and their revisions."""

    def test_missing_rows_are_none_or_empty(self, store: Store) -> None:
        with store.read() as reader:
            assert reader.is_empty()
            assert reader.comment("x") is None
            assert reader.comment_by_source("site", "x") is None
            assert reader.latest_revision("x") is None
            assert reader.revision("x") is None
            assert reader.revision_by_reference("x") is None
            assert reader.any_revision("x") is None
            assert reader.decision_by_key("x") is None
            assert reader.case("x") is None
            assert reader.case_of("x") is None
            assert reader.appeal("x") is None
            assert reader.appeal_of("x") is None
            assert reader.policy(99) is None
            assert list(reader.decision_chain("x")) == []
            assert list(reader.audit_trail("x")) == []
            assert list(reader.waiting_revisions(10)) == []
            assert list(reader.queue_lines(ask(QueueFilter()), None, 10)) == []
            assert list(reader.appeals(pending=True, limit=10)) == []
            assert reader.author_record("site", "x").comments == 0

    def test_comment_and_revision_come_back_whole(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one", parent="root", author="Zoë")
        with store.read() as reader:
            comment = Comment("c-one", "site", "one", "Zoë", START, "root")
            assert not reader.is_empty()
            assert reader.comment("c-one") == comment
            assert reader.comment_by_source("site", "one") == comment
            assert reader.comment_by_source("elsewhere", "one") is None
            assert reader.revision("one-1") == revision
            assert reader.latest_revision("c-one") == revision
            assert reader.revision_by_reference("REF-one-1") == revision

    def test_any_revision_is_the_next_by_its_id_and_the_first_after_the_last(
        self, store: Store, rows: Rows
    ) -> None:
        one, two = (rows.comment(name) for name in ("one", "two"))
        with store.read() as reader:
            assert reader.any_revision("") == reader.any_revision(one.id) == one
            assert reader.any_revision(f"{one.id}0") == reader.any_revision(two.id) == two
            assert reader.any_revision("zzz") == one

    def test_same_comment_of_a_source_is_not_stored_twice(self, rows: Rows) -> None:
        rows.comment("one")
        with pytest.raises(StoreError):
            rows.comment("one")

    def test_edit_is_the_latest_and_the_old_one_stays(self, store: Store, rows: Rows) -> None:
        old = rows.comment("one")
        new = rows.edit(old)
        with store.read() as reader:
            assert reader.latest_revision(old.comment_id) == new
            assert reader.revision(old.id) == old
            assert reader.revision_by_reference(old.reference) == old

    def test_edit_leaves_cases_to_the_rules(self, store: Store, rows: Rows) -> None:
        old = rows.comment("one")
        case = rows.case(old, status=ESCALATED)
        rows.edit(old)
        with store.read() as reader:
            assert reader.case_of(old.id) == case

    def test_earlier_texts_are_newest_first_with_decisions_and_appeal(
        self, store: Store, rows: Rows
    ) -> None:
        first = rows.comment("one")
        removal = rows.decided(first, Action.REMOVE)
        appeal = rows.appeal(removal)
        second = rows.edit(first)
        third = rows.edit(second, "Again.")
        rows.edit(rows.comment("other"))
        with store.read() as reader:
            earlier = list(reader.earlier_texts(third))
            assert [text.revision for text in earlier] == [second, reader.revision(first.id)]
            assert earlier[0].chain == []
            assert (earlier[1].chain, earlier[1].appeal) == ([removal], appeal)
            assert list(reader.earlier_texts(first)) == []
            assert reader.received_after(first) == second.received_at
            with pytest.raises(StoreError):
                reader.received_after(third)

    def test_withdrawn_comment_keeps_the_time_and_is_in_no_list(
        self, store: Store, rows: Rows
    ) -> None:
        old = rows.comment("one", text="secret")
        new = rows.edit(old, "secret, too")
        other = rows.comment("two")
        with store.write() as tx:
            tx.withdraw_comment(old.comment_id, at(7), rows.audit(WITHDRAWN, new.id))
        returned = rows.edit(new, "Back.")
        with store.write() as tx:
            tx.withdraw_comment(old.comment_id, at(9), rows.audit(WITHDRAWN, returned.id))
        with store.read() as reader:
            found = [reader.revision(text.id) for text in (old, new, returned)]
            assert [text.withdrawn_at for text in found if text] == [at(7), at(7), at(9)]
            assert list(reader.waiting_revisions(10)) == [other]
            assert reader.count_waiting() == 1

    def test_withdrawn_text_is_in_no_thread_and_in_no_failed_list(
        self, store: Store, rows: Rows
    ) -> None:
        failed = rows.comment("one", text="secret")
        rows.failed(failed)
        rows.comment("two", parent="one")
        with store.write() as tx:
            tx.withdraw_comment("c-one", at(7), rows.audit(WITHDRAWN, failed.id))
        with store.read() as reader:
            assert list(reader.failed_revisions(10, None)) == []
            assert reader.count_failed() == 0
            comment = reader.comment("c-two")
            assert comment is not None
            (entry,) = reader.ancestors(comment, 5)
            assert (entry.text, entry.is_withdrawn) == ("", True)

    def test_facts_of_a_comment_are_filled_in(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one", author="[unknown]")
        whole = Comment("c-one", "site", "one", "Zoë", at(-9), "root", is_time_known=False)
        with store.write() as tx:
            tx.complete_comment(whole, rows.audit(AuditKind.COMMENT_COMPLETED, revision.id))
        with store.read() as reader:
            assert reader.comment("c-one") == whole
            kinds = [event.kind for event in reader.audit_trail(revision.id)]
        assert kinds == [AuditKind.COMMENT_STORED, AuditKind.COMMENT_COMPLETED]

    def test_waiting_are_latest_and_undecided_oldest_first(self, store: Store, rows: Rows) -> None:
        second = rows.comment("b", minutes=2)
        third = rows.comment("c", minutes=3)
        first = rows.comment("a", minutes=1)
        rows.decided(rows.comment("decided", minutes=0), Action.APPROVE)
        edited = rows.edit(rows.comment("edited", minutes=4))
        with store.read() as reader:
            waiting = list(reader.waiting_revisions(10))
            assert waiting == [first, second, third, edited]
            assert list(reader.waiting_revisions(2)) == [first, second]
            assert reader.count_waiting() == reader.queue_count().not_scored_yet == 4


class Threads(StoreFixtures):
    """Threads, and the comment that a comment replies to."""

    def test_thread_is_stored_once(self, store: Store, rows: Rows) -> None:
        thread = IncomingThread("site", "t", "First title", "op", START)
        with store.write() as tx:
            assert tx.add_thread(thread)
            assert not tx.add_thread(replace(thread, title="Second title"))
        with store.write() as tx:
            assert not tx.add_thread(thread)
        rows.comment("one", parent="t")
        with store.read() as reader:
            comment = reader.comment("c-one")
            assert comment is not None
            assert [entry.text for entry in reader.ancestors(comment, 5)] == ["First title"]

    def test_ancestors_are_root_first_and_the_nearest_ones(self, store: Store, rows: Rows) -> None:
        with store.write() as tx:
            tx.add_thread(IncomingThread("site", "t", "The title", None, START))
        rows.edit(rows.comment("a", parent="t", text="before the edit"), "after it")
        rows.comment("b", parent="a", text="in between", author="Zoë")
        rows.comment("c", parent="b")
        with store.read() as reader:
            comment = reader.comment("c-c")
            assert comment is not None
            whole = reader.ancestors(comment, 10)
            assert [entry.text for entry in whole] == ["The title", "after it", "in between"]
            assert [entry.is_title for entry in whole] == [True, False, False]
            assert whole[2].author == "Zoë"
            near = [entry.text for entry in reader.ancestors(comment, 2)]
            assert near == ["after it", "in between"]

    def test_missing_parent_ends_the_ancestors(self, store: Store, rows: Rows) -> None:
        rows.comment("a", parent="never seen", text="first")
        rows.comment("b", parent="a")
        with store.read() as reader:
            comment = reader.comment("c-b")
            assert comment is not None
            assert [entry.text for entry in reader.ancestors(comment, 10)] == ["first"]

    @pytest.mark.parametrize("ring", ["a", "ab", "abcd"])
    def test_comments_that_answer_each_other_in_a_ring_are_each_told_once(
        self, store: Store, rows: Rows, ring: str
    ) -> None:
        for name, parent in zip(ring, ring[1:] + ring[0], strict=True):
            rows.comment(name, parent=parent, text=name)
        with store.read() as reader:
            comment = reader.comment("c-a")
            assert comment is not None
            told = [entry.text for entry in reader.ancestors(comment, 1_000_000)]
        assert told == list(ring[:0:-1])


class Authors(StoreFixtures):
    """The record of an author."""

    def test_record_of_an_author_counts_comments_by_where_they_stand(
        self, store: Store, rows: Rows
    ) -> None:
        for name, action in (
            ("held", Action.HOLD),
            ("up", Action.ESCALATE),
            ("gone", Action.REMOVE),
            ("fine", Action.APPROVE),
        ):
            rows.decided(rows.comment(name), action)
        rows.comment("waiting")
        edited = rows.comment("edited")
        rows.decided(edited, Action.REMOVE)  # the old text was removed, the new one waits
        rows.edit(edited)
        rows.decided(rows.comment("somebody else's", author="kim"), Action.REMOVE)
        back = rows.comment("back")
        appeal = rows.appeal(rows.decided(back, Action.REMOVE))
        rows.hear(appeal, AppealStatus.OVERTURNED)
        rows.decided(back, Action.APPROVE, seen=1)
        with store.read() as reader:
            record = reader.author_record("site", "sam")
            assert reader.author_record("elsewhere", "sam").comments == 0
        told = (record.comments, record.removed, record.held, record.overturned)
        assert told == (7, 1, 2, 1)

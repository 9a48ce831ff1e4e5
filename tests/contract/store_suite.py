"""What every store of the moderation state must do, as one suite to subclass.

A subclass supplies `open_store`; two stores opened on the same folder share one state.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import StoreError
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.cases import Case, CaseTrigger
from core.moderation.comments import Comment, IncomingThread
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.store.base import Store, Writer
from tests.contract.store_rows import CLOSED, ESCALATED, OPEN, POLICY, START, Rows, at


class StoreSuite:
    """Subclass it as `Test…` and supply `open_store`."""

    def open_store(self, folder: Path) -> Store:
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = self.open_store(tmp_path)
        with store.write() as tx:
            tx.add_policy(POLICY, AuditEvent("e0", AuditKind.POLICY_STORED, "system", "1", START))
        yield store
        store.close()

    @pytest.fixture
    def rows(self, store: Store) -> Rows:
        return Rows(store)

    # Transactions

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

    # Comments and revisions

    def test_missing_rows_are_none_or_empty(self, store: Store) -> None:
        with store.read() as reader:
            assert reader.is_empty()
            assert reader.comment("x") is None
            assert reader.comment_by_source("site", "x") is None
            assert reader.latest_revision("x") is None
            assert reader.revision("x") is None
            assert reader.revision_by_reference("x") is None
            assert reader.decision_by_key("x") is None
            assert reader.case("x") is None
            assert reader.case_of("x") is None
            assert reader.appeal("x") is None
            assert reader.appeal_of("x") is None
            assert reader.policy(99) is None
            assert list(reader.decision_chain("x")) == []
            assert list(reader.audit_trail("x")) == []
            assert list(reader.waiting_revisions(10)) == []
            assert list(reader.queue([OPEN], None, 10)) == []
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

    def test_edit_closes_the_cases_of_this_comment_alone(self, store: Store, rows: Rows) -> None:
        old, other = rows.comment("one"), rows.comment("two")
        rows.case(old, status=ESCALATED)
        rows.case(other)
        rows.edit(old)
        with store.read() as reader:
            statuses = [reader.case_of(revision.id) for revision in (old, other)]
        assert [case.status for case in statuses if case] == [CLOSED, OPEN]

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

    # What the failure policy decided

    def test_failed_are_latest_and_still_the_failure_policys_oldest_first(
        self, store: Store, rows: Rows
    ) -> None:
        second = rows.comment("b", minutes=2)
        third = rows.comment("c", minutes=3)
        first = rows.comment("a", minutes=1)
        for revision in (third, first, second):
            rows.failed(revision)
        approved = rows.comment("approved", minutes=4)
        rows.failed(approved, Action.APPROVE)
        reviewed = rows.comment("reviewed", minutes=0)
        rows.failed(reviewed)
        rows.decided(reviewed, Action.HOLD, seen=1)
        rows.decided(rows.comment("by rule", minutes=0), Action.HOLD)
        rows.comment("waiting", minutes=0)
        edited = rows.comment("edited", minutes=0)
        rows.failed(edited)
        rows.edit(edited)
        with store.read() as reader:
            found = list(reader.failed_revisions(10, None))
            assert [revision.id for revision in found] == ["a-1", "b-1", "c-1", "approved-1"]
            assert found[0] == reader.revision("a-1")
            assert list(reader.failed_revisions(2, None)) == found[:2]
            assert list(reader.failed_revisions(2, found[1])) == found[2:]
            assert list(reader.failed_revisions(10, found[3])) == []
            assert reader.count_failed() == 4

    def test_failed_of_one_moment_are_each_given_once(self, store: Store, rows: Rows) -> None:
        for name in "cabd":
            rows.failed(rows.comment(name, minutes=1))
        seen: list[str] = []
        after = None
        with store.read() as reader:
            while page := reader.failed_revisions(1, after):
                seen += [revision.id for revision in page]
                after = page[-1]
        assert seen == ["a-1", "b-1", "c-1", "d-1"]

    # Decisions

    def test_decision_comes_back_whole_and_is_current(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one")
        decision = rows.decided(revision, Action.REMOVE)
        with store.read() as reader:
            assert list(reader.decision_chain(revision.id)) == [decision]
            stored = reader.revision(revision.id)
        assert stored == replace(revision, version=1, current_decision_id=decision.id)

    def test_chain_is_oldest_first(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one")
        actions = (Action.HOLD, Action.ESCALATE, Action.REMOVE, Action.HOLD)
        chain = [rows.decided(revision, action, seen=n) for n, action in enumerate(actions)]
        with store.read() as reader:
            assert list(reader.decision_chain(revision.id)) == chain

    @pytest.mark.parametrize("seen", [0, 2, 7])
    def test_stale_version_writes_nothing(self, store: Store, rows: Rows, seen: int) -> None:
        revision = rows.comment("one")
        first = rows.decided(revision, Action.HOLD)
        with store.write() as tx:
            assert rows.decide(tx, revision, Action.APPROVE, seen=seen, key="late") is None
        with store.read() as reader:
            assert list(reader.decision_chain(revision.id)) == [first]
            assert reader.decision_by_key("late") is None
            stored = reader.revision(revision.id)
            assert stored is not None
            assert (stored.version, stored.current_decision_id) == (1, first.id)
            assert len(reader.audit_trail(revision.id)) == 2

    def test_scored_texts_are_what_rules_decided_newest_first(
        self, store: Store, rows: Rows
    ) -> None:
        for minutes, name in enumerate(("old", "new")):
            revision = rows.comment(name, text=f"{name} text")
            rows.decided(revision, Action.HOLD, minutes=minutes)
        rows.decided(revision, Action.APPROVE, seen=1, minutes=9)  # a person's
        rows.comment("waiting")
        with store.read() as reader:
            found = list(reader.scored_texts(10))
            assert list(reader.scored_texts(1)) == found[:1]
        assert [each.text for each in found] == ["new text", "old text"]
        assert (found[0].scores, found[0].model_version) == ({Label.THREAT: 0.1 + 0.2}, "m1")
        assert [each.source_id for each in found] == ["new", "old"]

    def test_decision_is_found_by_its_key_which_is_taken_once(
        self, store: Store, rows: Rows
    ) -> None:
        revision = rows.comment("one")
        with store.write() as tx:
            first = rows.decide(tx, revision, Action.HOLD, key="k")
        with pytest.raises(StoreError), store.write() as tx:
            rows.decide(tx, revision, Action.APPROVE, seen=1, key="k")
        with store.read() as reader:
            assert reader.decision_by_key("k") == first
            assert list(reader.decision_chain(revision.id)) == [first]

    # Cases and the queue

    def test_case_comes_back_and_changes_its_status(self, store: Store, rows: Rows) -> None:
        case = rows.case(rows.comment("one"))
        with store.write() as tx:
            tx.set_case_status(case.id, ESCALATED)
        with store.read() as reader:
            assert reader.case(case.id) == replace(case, status=ESCALATED)
            assert reader.case_of(case.revision_id) == reader.case(case.id)

    def test_case_that_is_scored_late_changes_its_place_in_the_queue(
        self, store: Store, rows: Rows
    ) -> None:
        case = rows.case(rows.comment("one"), label=None, priority=1.0)
        other = rows.case(rows.comment("two"))
        changed = replace(
            case, status=ESCALATED, trigger=CaseTrigger.HOLD, priority=0.7, label=Label.INSULT
        )
        with store.write() as tx:
            tx.change_case(changed)
        with store.read() as reader:
            assert reader.case(case.id) == changed
            assert reader.case(other.id) == other

    def test_queue_puts_the_urgent_first_then_the_old(self, store: Store, rows: Rows) -> None:
        for name, priority, minutes in (("a", 0.5, 3), ("b", 0.9, 2), ("c", 0.5, 1)):
            rows.case(rows.comment(name), priority=priority, minutes=minutes)
        rows.case(rows.comment("closed"), status=CLOSED, priority=1.0)
        with store.read() as reader:
            listed = [item.revision_id for item in reader.queue([OPEN], None, 10)]
            assert listed == ["b-1", "c-1", "a-1"]
            assert [item.revision_id for item in reader.queue([OPEN], None, 2)] == ["b-1", "c-1"]

    def test_queue_is_filtered_by_status_and_label(self, store: Store, rows: Rows) -> None:
        rows.case(rows.comment("threat"), label=Label.THREAT)
        rows.case(rows.comment("insult"), label=Label.INSULT)
        rows.case(rows.comment("none"), label=None)
        rows.case(rows.comment("up"), status=ESCALATED)
        with store.read() as reader:
            found = {
                (statuses, label): {i.revision_id for i in reader.queue(statuses, label, 10)}
                for statuses in ((OPEN,), (ESCALATED,), (OPEN, ESCALATED), ())
                for label in (None, "threat", "obscene")
            }
        assert found[(OPEN,), None] == {"threat-1", "insult-1", "none-1"}
        assert found[(OPEN,), "threat"] == {"threat-1"}
        assert found[(ESCALATED,), None] == {"up-1"}
        assert found[(OPEN, ESCALATED), "threat"] == {"threat-1", "up-1"}
        assert found[(OPEN, ESCALATED), "obscene"] == set()
        assert found[(), None] == set()

    def test_queue_line_shows_the_start_of_the_text(self, store: Store, rows: Rows) -> None:
        case = rows.case(rows.comment("one", text="Two\n\n  lines " + "x" * 500, author="Zoë"))
        with store.read() as reader:
            (item,) = reader.queue([OPEN], None, 10)
        assert item.excerpt.startswith("Two lines xxx")
        assert len(item.excerpt) <= 200
        assert (item.case_id, item.author, item.label) == (case.id, "Zoë", Label.THREAT)
        assert (item.priority, item.opened_at, item.status) == (0.5, START, OPEN)

    def test_counts_tell_what_waits_and_since_when(self, store: Store, rows: Rows) -> None:
        with store.read() as reader:
            assert reader.queue_count().oldest_opened_at is None
        rows.case(rows.comment("a"), minutes=5)
        rows.case(rows.comment("b"), minutes=3, status=ESCALATED)
        rows.case(rows.comment("c"), minutes=1, status=CLOSED)
        with store.read() as reader:
            counted = reader.queue_count()
        assert (counted.open, counted.escalated, counted.oldest_opened_at) == (1, 1, at(3))

    # Threads

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

    # Authors

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

    # Appeals

    def test_appeal_comes_back_and_ends_once(self, store: Store, rows: Rows) -> None:
        decision = rows.decided(rows.comment("one"), Action.REMOVE)
        appeal = rows.appeal(decision)
        with store.read() as reader:
            assert reader.appeal(appeal.id) == reader.appeal_of("one-1") == appeal
        ended = rows.hear(appeal, AppealStatus.UPHELD)
        with store.write() as tx:
            again = replace(ended, status=AppealStatus.OVERTURNED, heard_by="ravi")
            late = rows.audit(AuditKind.APPEAL_OVERTURNED, "one-1")
            assert not tx.end_appeal(again, late)
        with store.read() as reader:
            assert reader.appeal(appeal.id) == ended
            kinds = [event.kind for event in reader.audit_trail("one-1")]
        assert kinds[-1] is AuditKind.APPEAL_UPHELD

    def test_second_appeal_of_a_decision_writes_nothing(self, store: Store, rows: Rows) -> None:
        decision = rows.decided(rows.comment("one"), Action.REMOVE)
        first = rows.appeal(decision)
        with store.write() as tx:
            second = replace(first, id="a2", words="Again.")
            assert not tx.add_appeal(second, rows.audit(AuditKind.APPEAL_FILED, "one-1"))
        with store.read() as reader:
            assert reader.appeal("a2") is None
            assert reader.appeal_of("one-1") == first
            assert len(reader.audit_trail("one-1")) == 3

    def test_appeals_are_listed_pending_oldest_first_and_ended_newest_first(
        self, store: Store, rows: Rows
    ) -> None:
        removed = {
            name: rows.decided(rows.comment(name, text=name), Action.REMOVE) for name in "abcd"
        }
        filed = {
            name: rows.appeal(removed[name], name=name, minutes=minutes)
            for name, minutes in (("b", 2), ("a", 1), ("d", 4), ("c", 3))
        }
        rows.hear(filed["c"], AppealStatus.UPHELD, minutes=11)
        rows.hear(filed["a"], AppealStatus.OVERTURNED, minutes=12)
        with store.read() as reader:
            pending = reader.appeals(pending=True, limit=10)
            ended = reader.appeals(pending=False, limit=10)
            first = reader.appeals(pending=True, limit=1)
        assert [item.appeal.id for item in pending] == ["b", "d"]
        assert [item.appeal.id for item in ended] == ["a", "c"]
        assert [item.appeal.id for item in first] == ["b"]
        item = pending[0]
        assert (item.decision, item.text, item.author) == (removed["b"], "b", "sam")
        assert item.reference == "REF-b-1"

    # Policies and the audit trail

    def test_policy_is_never_overwritten(self, store: Store, rows: Rows) -> None:
        other = replace(POLICY, rules=POLICY.rules[:1])
        with store.write() as tx:
            assert not tx.add_policy(other, rows.audit(AuditKind.POLICY_STORED, "1"))
        with store.read() as reader:
            assert reader.policy(1) == POLICY
            assert len(reader.audit_trail("1")) == 1

    def test_highest_version_is_in_force(self, store: Store, rows: Rows) -> None:
        newer = replace(POLICY, version=10, rules=POLICY.rules[:3])
        with store.write() as tx:
            assert tx.add_policy(newer, rows.audit(AuditKind.POLICY_STORED, "10"))
            older = replace(POLICY, version=9)
            assert tx.add_policy(older, rows.audit(AuditKind.POLICY_STORED, "9"))
        with store.read() as reader:
            assert reader.current_policy() == newer
            assert reader.policy(1) == POLICY

    def test_audit_trail_is_in_the_order_written_whatever_the_clock_said(
        self, store: Store
    ) -> None:
        events = [
            AuditEvent(f"x{n}", AuditKind.CASE_SKIPPED, "mina", "s", at(-n), {"n": str(n)})
            for n in range(5)
        ]
        for event in events:
            with store.write() as tx:
                tx.add_audit(event)
        with store.read() as reader:
            assert list(reader.audit_trail("s")) == events
            assert list(reader.audit_trail("S")) == []

    def test_event_is_written_once(self, store: Store) -> None:
        event = AuditEvent("x", AuditKind.CASE_SKIPPED, "mina", "s", START)
        with store.write() as tx:
            tx.add_audit(event)
        with pytest.raises(StoreError), store.write() as tx:
            tx.add_audit(event)

"""Contract of every store: texts alike, replies, and an author's comments."""

from dataclasses import replace
from datetime import timedelta

from core.moderation.alike import Signature, signature_of
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import Revision, Visibility
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.store.base import Store
from core.store.near_views import NearCase
from core.store.views import AuthorRecord
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import CLOSED, ESCALATED, OPEN, START, Rows, at

TEXT = "You idiot, read the whole article before you write about it."
OTHER = "What a lovely morning it was, with all the boats on the water."
SIGNATURE = signature_of(TEXT)
UNLIKE = Signature(1, (2, 3), 50)


class NearTexts(StoreFixtures):
    """Texts alike, by their signatures."""

    def waiting(
        self, rows: Rows, name: str, text: str, *, status: CaseStatus = OPEN, minutes: float = 0
    ) -> Revision:
        revision = rows.comment(name, text=text, author=f"author of {name}")
        action = Action.ESCALATE if status is ESCALATED else Action.HOLD
        rows.decided(revision, action)
        rows.case(revision, status=status, minutes=minutes)
        return revision

    def closed(self, rows: Rows, name: str, text: str, action: Action, minutes: float) -> None:
        revision = rows.comment(name, text=text)
        rows.decided(revision, Action.HOLD)
        rows.case(revision, status=CLOSED, minutes=minutes)
        rows.decided(revision, action, seen=1, minutes=minutes)

    def test_same_texts_that_wait_are_counted_for_each_case(self, store: Store, rows: Rows) -> None:
        self.waiting(rows, "a", TEXT)
        self.waiting(rows, "b", f" {TEXT.upper()}!", status=ESCALATED)
        self.waiting(rows, "c", OTHER)
        self.waiting(rows, "d", TEXT + " Please.")
        self.closed(rows, "e", TEXT, Action.REMOVE, 1)
        with store.read() as reader:
            counted = reader.count_same(["a-1", "b-1", "c-1", "e-1", "unknown"])
            assert counted == {"a-1": 2, "b-1": 2, "c-1": 1, "e-1": 2}
            assert reader.count_same([]) == {}

    def test_same_texts_are_listed_the_oldest_case_first(self, store: Store, rows: Rows) -> None:
        self.waiting(rows, "new", TEXT, minutes=3)
        self.waiting(rows, "old", TEXT, minutes=1, status=ESCALATED)
        self.waiting(rows, "other", OTHER)
        self.closed(rows, "closed", TEXT, Action.REMOVE, 2)
        with store.read() as reader:
            assert reader.same_waiting(SIGNATURE.text_key, 10) == ["old-1", "new-1"]
            assert reader.same_waiting(SIGNATURE.text_key, 1) == ["old-1"]
            assert reader.same_waiting(UNLIKE.text_key, 10) == []

    def test_near_texts_have_a_band_in_common_and_another_text(
        self, store: Store, rows: Rows
    ) -> None:
        self.waiting(rows, "same", TEXT)
        self.waiting(rows, "far", f"{TEXT} And then go and tell it to all of the others.")
        self.waiting(rows, "near", f"{TEXT} Do.", status=ESCALATED)
        self.waiting(rows, "other", OTHER)
        self.waiting(rows, "short", "Yes.")
        self.closed(rows, "closed", f"{TEXT} Now.", Action.REMOVE, 2)
        with store.read() as reader:
            found = reader.near_waiting(SIGNATURE, 10, least=0.3)
            assert found[0] == "near-1"
            assert set(found) <= {"near-1", "far-1"}
            assert reader.near_waiting(SIGNATURE, 1, least=0.3) == ["near-1"]
            assert reader.near_waiting(signature_of("Yes."), 10, least=0.3) == []
            assert reader.near_waiting(UNLIKE, 10, least=0.3) == []
            assert reader.near_waiting(replace(SIGNATURE, size=500), 10, least=0.3) == []
            assert reader.near_waiting(replace(SIGNATURE, size=9), 10, least=0.3) == []
            assert "far-1" not in reader.near_waiting(SIGNATURE, 10, least=0.7)

    def test_case_that_may_be_in_a_group_comes_with_its_facts(
        self, store: Store, rows: Rows
    ) -> None:
        self.waiting(rows, "a", TEXT, minutes=2)
        second = self.waiting(rows, "b", OTHER)
        with store.write() as tx:
            assert rows.decide(tx, second, Action.ESCALATE, seen=1)
        with store.read() as reader:
            assert reader.near_cases(["unknown"]) == []
            assert reader.near_cases([]) == []
            found = reader.near_cases(["b-1", "a-1"])
        assert [case.revision_id for case in found] == ["b-1", "a-1"]
        assert found[0].seen_version == 2
        assert found[1] == NearCase(
            revision_id="a-1",
            seen_version=1,
            status=OPEN,
            text=TEXT,
            source="site",
            author="author of a",
            label=Label.THREAT,
            opened_at=at(2),
            scores={Label.THREAT: 0.1 + 0.2},
        )
        assert found[0].scores == found[1].scores

    def test_decided_texts_are_those_that_a_person_closed(self, store: Store, rows: Rows) -> None:
        self.closed(rows, "first", TEXT, Action.REMOVE, 1)
        self.closed(rows, "second", TEXT, Action.APPROVE, 2)
        self.closed(rows, "near", f"{TEXT} Do.", Action.REMOVE, 3)
        self.closed(rows, "escalated", TEXT, Action.ESCALATE, 4)
        self.waiting(rows, "waiting", TEXT)
        by_model = rows.comment("model", text=TEXT)
        rows.decided(by_model, Action.REMOVE)
        rows.case(by_model, status=CLOSED)
        gone = rows.comment("gone", text=TEXT)
        rows.decided(gone, Action.HOLD)
        rows.case(gone, status=CLOSED)
        rows.decided(gone, Action.REMOVE, seen=1)
        with store.write() as tx:
            audit = rows.audit(AuditKind.COMMENT_WITHDRAWN, gone.id)
            tx.withdraw_comment(gone.comment_id, START, audit)
        key = SIGNATURE.text_key
        with store.read() as reader:
            same = reader.same_decided(key, 10, apart_from="")
            assert [decided.revision_id for decided in same] == ["second-1", "first-1"]
            assert [known.revision_id for known in reader.same_decided(key, 1, apart_from="")] == [
                "second-1"
            ]
            (other,) = reader.same_decided(key, 10, apart_from="second-1")
            assert (other.text, other.action, other.reason_code) == (TEXT, Action.REMOVE, "threat")
            assert (other.actor, other.decided_at) == ("mina", at(1))
            counted = reader.count_same_decided(key, 10, apart_from="")
            assert counted == {Action.APPROVE: 1, Action.REMOVE: 1}
            assert reader.count_same_decided(key, 1, apart_from="") == {Action.APPROVE: 1}
            assert reader.count_same_decided(key, 9, apart_from="first-1") == {Action.APPROVE: 1}
            (near,) = reader.near_decided(SIGNATURE, 10, least=0.3)
            assert near.revision_id == "near-1"
            assert reader.near_decided(signature_of("Yes."), 10, least=0.3) == []


class Conversations(StoreFixtures):
    """Replies, and what else an author wrote."""

    def test_replies_are_the_direct_ones_oldest_first(self, store: Store, rows: Rows) -> None:
        rows.comment("root", parent="root", minutes=0)  # a faulty source
        rows.comment("late", parent="root", minutes=5)
        early = rows.comment("early", parent="root", minutes=1, author="zoe")
        removed = rows.comment("removed", parent="root", minutes=2)
        gone = rows.comment("gone", parent="root", minutes=3)
        for number in range(3):
            rows.comment(f"below-{number}", parent="early", minutes=9)
        rows.decided(early, Action.APPROVE)
        rows.decided(removed, Action.REMOVE)
        with store.write() as tx:
            audit = rows.audit(AuditKind.COMMENT_WITHDRAWN, gone.id)
            tx.withdraw_comment(gone.comment_id, START, audit)
        edited = rows.edit(removed, "Another text.")
        with store.read() as reader:
            root = reader.comment("c-root")
            assert root is not None
            found = reader.replies(root, 10)
            assert reader.count_replies(root) == 4
            assert reader.replies(root, 2) == found[:2]
        assert [(reply.revision_id, reply.visibility, reply.replies) for reply in found] == [
            ("early-1", Visibility.VISIBLE, 3),
            (edited.id, Visibility.PENDING, 0),
            ("gone-1", Visibility.WITHDRAWN, 0),
            ("late-1", Visibility.PENDING, 0),
        ]
        assert [reply.text for reply in found] == ["Hello.", "Another text.", "", "Hello."]
        assert (found[0].author, found[0].created_at) == ("zoe", at(1))

    def test_records_of_several_authors_come_at_once(self, store: Store, rows: Rows) -> None:
        for name, author in (("a", "sam"), ("b", "sam"), ("c", "zoe")):
            rows.decided(rows.comment(name, author=author), Action.REMOVE)
        asked = [("site", "sam"), ("site", "zoe"), ("elsewhere", "sam")]
        with store.read() as reader:
            assert reader.author_records(asked) == {
                ("site", "sam"): AuthorRecord(2, 2, 0, 0),
                ("site", "zoe"): AuthorRecord(1, 1, 0, 0),
                ("elsewhere", "sam"): AuthorRecord(0, 0, 0, 0),
            }
            assert reader.author_records([]) == {}

    def test_comments_of_an_author_come_newest_first_page_by_page(
        self, store: Store, rows: Rows
    ) -> None:
        for number in range(5):  # two have the same time
            rows.comment(f"n{number}", minutes=number // 2)
        rows.comment("other", author="zoe")
        with store.read() as reader:
            whole = reader.author_comments("site", "sam", 10, None)
            pages = []
            before = None
            while page := reader.author_comments("site", "sam", 2, before):
                pages += page
                before = (page[-1].created_at, page[-1].comment_id)
            assert reader.author_comments("elsewhere", "sam", 10, None) == []
        assert [each.comment_id for each in whole] == ["c-n4", "c-n3", "c-n2", "c-n1", "c-n0"]
        assert pages == whole

    def test_each_comment_of_an_author_says_what_was_decided(
        self, store: Store, rows: Rows
    ) -> None:
        rows.comment("undecided", minutes=1)
        rows.decided(rows.comment("by rule", minutes=2, text="One\n two"), Action.APPROVE)
        removed = rows.comment("by person", minutes=3)
        rows.decided(removed, Action.HOLD)
        decision = rows.decided(removed, Action.REMOVE, seen=1, minutes=8)
        rows.hear(rows.appeal(decision), AppealStatus.UPHELD)
        gone = rows.comment("gone", minutes=4)
        rows.failed(gone)
        with store.write() as tx:
            audit = rows.audit(AuditKind.COMMENT_WITHDRAWN, gone.id)
            tx.withdraw_comment(gone.comment_id, START, audit)
        with store.read() as reader:
            last, third, second, first = reader.author_comments("site", "sam", 10, None)
        assert (first.action, first.actor, first.decided_at, first.appeal) == (None,) * 4
        assert (first.visibility, first.is_by_person) == (Visibility.PENDING, False)
        assert (second.action, second.is_by_person, second.excerpt) == (
            Action.APPROVE,
            False,
            "One two",
        )
        assert (third.action, third.actor, third.reason_code) == (Action.REMOVE, "mina", "threat")
        assert (third.decided_at, third.appeal) == (at(8), AppealStatus.UPHELD)
        assert third.created_at == START + timedelta(minutes=3)
        assert (last.excerpt, last.visibility) == ("", Visibility.WITHDRAWN)
        assert last.action is Action.HOLD
        assert last.actor is None  # the failure policy's decision is by no person

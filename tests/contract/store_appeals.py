"""Contract of every store: appeals."""

from dataclasses import replace

from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.hearings import FirstLook
from core.moderation.policies import Action
from core.store.base import Store
from core.store.views import AppealItem
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import Rows, at


class Appeals(StoreFixtures):
    """Filed once, heard once, listed."""

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

    def test_appeals_are_listed_pending_first_due_first_and_ended_newest_first(
        self, store: Store, rows: Rows
    ) -> None:
        removed = {
            name: rows.decided(rows.comment(name, text=name), Action.REMOVE) for name in "abcde"
        }
        filed = {
            name: rows.appeal(removed[name], name=name, minutes=minutes, due_minutes=due)
            for name, minutes, due in (
                ("b", 2, 60),
                ("a", 1, 60),
                ("d", 4, 60),
                ("c", 3, 60),
                ("e", 5, 50),
            )
        }
        rows.hear(filed["c"], AppealStatus.UPHELD, minutes=11)
        rows.hear(filed["a"], AppealStatus.OVERTURNED, minutes=12)
        with store.read() as reader:
            pending = reader.appeals(pending=True, limit=10)
            ended = reader.appeals(pending=False, limit=10)
            first = reader.appeals(pending=True, limit=1)
        assert [appeal.id for appeal in pending] == ["e", "b", "d"]
        assert [appeal.id for appeal in ended] == ["a", "c"]
        assert first == [filed["e"]]

    def test_an_appeal_comes_with_its_decision_and_comment(self, store: Store, rows: Rows) -> None:
        decision = rows.decided(rows.comment("b", text="b"), Action.REMOVE)
        appeal = rows.appeal(decision)
        with store.read() as reader:
            item = reader.appeal_item(appeal.id)
            assert reader.appeal_item("none") is None
        assert item == AppealItem(appeal, decision, "b", "sam", "REF-b-1")

    def test_first_looks_come_back_oldest_first(self, store: Store, rows: Rows) -> None:
        appeal = rows.appeal(rows.decided(rows.comment("one"), Action.REMOVE))
        looks = [
            FirstLook(appeal.id, "ravi", Action.REMOVE, at(8), "threat"),
            FirstLook(appeal.id, "lena", Action.APPROVE, at(9)),
        ]
        with store.write() as tx:
            for look in reversed(looks):
                tx.add_first_look(look, rows.audit(AuditKind.APPEAL_LOOKED_AT, "one-1"))
        with store.read() as reader:
            assert reader.first_looks(appeal.id) == looks
            assert reader.first_looks("none") == []
            trail = reader.audit_trail("one-1")
        assert [event.kind for event in trail][-2:] == [AuditKind.APPEAL_LOOKED_AT] * 2

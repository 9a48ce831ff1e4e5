"""Contract of every store: appeals."""

from dataclasses import replace

from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.policies import Action
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import Rows


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

"""Contract of every store: claims, and what a decision on a case has to check."""

from dataclasses import replace

from core.moderation.audit import AuditKind
from core.moderation.claims import Claim
from core.moderation.policies import Action
from core.store.base import Store
from core.store.views import CaseWork
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import POLICY, Rows, at


class Claims(StoreFixtures):
    """One claim a case, replaced or dropped; a case with all that a decision checks."""

    def test_claim_is_replaced_and_dropped(self, store: Store, rows: Rows) -> None:
        for name in "ab":
            rows.case(rows.comment(name))
        first, other = Claim("a-1", "mina", at(1), at(6)), Claim("b-1", "otto", at(2), at(7))
        later = Claim("a-1", "otto", at(8), at(13))
        with store.write() as tx:
            tx.put_claim(first)
            tx.put_claim(other)
        with store.read() as reader:
            assert reader.claims(["a-1", "b-1", "x"]) == {"a-1": first, "b-1": other}
            assert reader.claims(["x"]) == reader.claims([]) == {}
        with store.write() as tx:
            tx.put_claim(later)
            tx.drop_claim("b-1")
            tx.drop_claim("x")
            assert tx.claims(["a-1", "b-1"]) == {"a-1": later}

    def test_case_comes_with_its_text_and_its_claim(self, store: Store, rows: Rows) -> None:
        bare, held = rows.comment("bare"), rows.comment("held")
        case, claim = rows.case(held), Claim(held.id, "mina", at(1), at(6))
        with store.read() as reader:
            assert reader.case_work("x") is None
            assert reader.case_work(bare.id) == CaseWork(True, False, None, None, POLICY)
            assert reader.case_work(held.id) == CaseWork(True, False, case, None, POLICY)
        with store.write() as tx:
            tx.put_claim(claim)
            audit = rows.audit(AuditKind.COMMENT_WITHDRAWN, held.id)
            tx.withdraw_comment(held.comment_id, at(3), audit)
        newest = rows.edit(held)
        with store.read() as reader:
            assert reader.case_work(held.id) == CaseWork(False, True, case, claim, POLICY)
            assert reader.case_work(newest.id) == CaseWork(True, False, None, None, POLICY)
        newer = replace(POLICY, version=10)
        with store.write() as tx:
            assert tx.add_policy(newer, rows.audit(AuditKind.POLICY_STORED, "10"))
            work = tx.case_work(newest.id)
            assert work is not None
            assert work.policy == newer

    def test_chain_comes_with_the_decision_of_a_key(self, store: Store, rows: Rows) -> None:
        one, two = rows.comment("one"), rows.comment("two")
        with store.write() as tx:
            first = rows.decide(tx, one, Action.HOLD, key="first")
            second = rows.decide(tx, one, Action.APPROVE, seen=1, key="second")
            other = rows.decide(tx, two, Action.HOLD, key="other")
        with store.read() as reader:
            chain = [first, second]
            assert reader.chain_and_replay(one.id, "none") == (chain, None)
            assert reader.chain_and_replay(one.id, "first") == (chain, first)
            assert reader.chain_and_replay(one.id, "second") == (chain, second)
            assert reader.chain_and_replay(one.id, "other") == (chain, other)
            assert reader.chain_and_replay("x", "other") == ([], other)
            assert reader.chain_and_replay("x", "none") == ([], None)

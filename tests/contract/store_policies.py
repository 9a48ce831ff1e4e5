"""Contract of every store: policies and the audit trail."""

from dataclasses import replace

import pytest

from core.errors import StoreError
from core.moderation.audit import AuditEvent, AuditKind
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import POLICY, START, Rows, at


class PoliciesAndAudit(StoreFixtures):
    """Policies and audit events are never overwritten."""

    def test_policy_is_never_overwritten(self, store: Store, rows: Rows) -> None:
        other = replace(POLICY, rules=POLICY.rules[:3])
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
            assert reader.newest_policy() == newer
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

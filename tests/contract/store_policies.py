"""Contract of every store: policies and the audit trail."""

from dataclasses import replace

import pytest

from core.errors import StoreError
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.policies import Action
from core.moderation.policy_drafts import DraftState, PolicyDraft
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import POLICY, START, Rows, at
from tests.factories_text_rules import text_rule

NEXT = replace(POLICY, version=2, created_at=at(1), rules=POLICY.rules[:3])
DRAFT = PolicyDraft(
    id="d1",
    author="lena",
    base_version=1,
    policy=NEXT,
    note="Fewer holds \u2764",
    state=DraftState.DRAFTED,
    created_at=at(0),
    updated_at=at(1),
)


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

    def test_every_version_is_listed_the_newest_first(self, store: Store, rows: Rows) -> None:
        newer = replace(NEXT, version=7)
        with store.write() as tx:
            tx.add_policy(newer, rows.audit(AuditKind.POLICY_STORED, "7"))
        with store.read() as reader:
            assert reader.policies() == [newer, POLICY]

    def test_a_draft_is_read_as_it_was_stored_and_changed(self, store: Store, rows: Rows) -> None:
        changed = replace(
            DRAFT,
            policy=replace(NEXT, created_at=at(3)),
            note="",
            state=DraftState.PROPOSED,
            updated_at=at(3),
            version=2,
            rolls_back_to=1,
        )
        with store.write() as tx:
            tx.add_policy_draft(DRAFT, rows.audit(AuditKind.POLICY_DRAFTED, "d1"))
            assert tx.policy_draft("d1") == DRAFT
        with store.write() as tx:
            tx.change_policy_draft(changed, rows.audit(AuditKind.POLICY_PROPOSED, "d1"))
        with store.read() as reader:
            assert reader.policy_draft("d1") == changed
            assert reader.policy_draft("d2") is None
            assert [event.kind for event in reader.audit_trail("d1")] == [
                AuditKind.POLICY_DRAFTED,
                AuditKind.POLICY_PROPOSED,
            ]

    def test_open_drafts_are_those_that_did_not_end_oldest_first(
        self, store: Store, rows: Rows
    ) -> None:
        later = replace(DRAFT, id="a", author="ravi", created_at=at(2), state=DraftState.PROPOSED)
        ended = replace(DRAFT, id="b", state=DraftState.DISCARDED, ended_by="ravi")
        with store.write() as tx:
            for draft in (later, ended, DRAFT):
                tx.add_policy_draft(draft, rows.audit(AuditKind.POLICY_DRAFTED, draft.id))
        with store.read() as reader:
            assert reader.open_policy_drafts() == [DRAFT, later]
            assert reader.published_policy_drafts() == {}

    def test_texts_are_read_without_those_that_were_withdrawn(
        self, store: Store, rows: Rows
    ) -> None:
        first, gone = rows.comment("first", text="Some words"), rows.comment("gone", text="Others")
        with store.write() as tx:
            audit = rows.audit(AuditKind.COMMENT_WITHDRAWN, gone.comment_id)
            tx.withdraw_comment(gone.comment_id, at(4), audit)
        with store.read() as reader:
            found = reader.texts_of([first.id, gone.id, "none"])
            assert list(found) == [(first.id, "Some words")]
            assert list(reader.texts_of([])) == []

    def test_a_policy_with_text_rules_is_read_as_it_was_stored(
        self, store: Store, rows: Rows
    ) -> None:
        rules = (
            text_rule("дом", description="дом \\ “x”"),
            text_rule("evil.example", "link", Action.REMOVE),
        )
        policy = replace(NEXT, text_rules=rules)
        with store.write() as tx:
            tx.add_policy(policy, rows.audit(AuditKind.POLICY_STORED, "2"))
        with store.read() as reader:
            assert reader.newest_policy() == policy

    def test_a_draft_is_published_with_its_policy_or_not_at_all(
        self, store: Store, rows: Rows
    ) -> None:
        done = replace(
            DRAFT, state=DraftState.PUBLISHED, version=2, ended_by="ravi", published_version=2
        )
        audit = rows.audit(AuditKind.POLICY_PUBLISHED, "2")
        with store.write() as tx:
            tx.add_policy_draft(DRAFT, rows.audit(AuditKind.POLICY_DRAFTED, "d1"))
        with pytest.raises(StoreError), store.write() as tx:
            tx.publish_policy_draft(done, POLICY, audit)  # the version is taken
        with store.read() as reader:
            assert reader.policy_draft("d1") == DRAFT
        with store.write() as tx:
            tx.publish_policy_draft(done, NEXT, audit)
        with store.read() as reader:
            assert reader.newest_policy() == NEXT
            assert reader.published_policy_drafts() == {2: done}
            assert len(reader.audit_trail("2")) == 1

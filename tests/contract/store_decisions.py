"""Contract of every store: decisions by rule, by a person and by the failure policy."""

from dataclasses import replace

import pytest

from core.errors import StoreError
from core.moderation.cases import CaseStatus
from core.moderation.comments import Revision
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import Rows


class FailedDecisions(StoreFixtures):
    """Decisions of the failure policy."""

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


class HeldForLanguage(StoreFixtures):
    """Decisions because no backend assesses a language."""

    def test_held_for_language_are_open_and_latest_oldest_first(
        self, store: Store, rows: Rows
    ) -> None:
        for minutes, (name, language) in enumerate([("b", "de"), ("c", "th"), ("a", "de")]):
            rows.held_for_language(rows.comment(name, minutes=minutes), language)
        reviewed, edited = rows.comment("reviewed"), rows.comment("edited")
        for revision in (reviewed, edited):
            rows.held_for_language(revision, "de")
        rows.decided(reviewed, Action.HOLD, seen=1)
        rows.edit(edited)
        rows.failed(rows.comment("failed"))
        rows.held_for_language(rows.comment("escalated"), "de", status=CaseStatus.ESCALATED)
        with store.read() as reader:

            def names(languages: set[str] | None, after: Revision | None = None) -> list[str]:
                found = reader.revisions_held_for_language(languages, 10, after)
                return [revision.id for revision in found]

            assert names({"de"}) == ["b-1", "a-1"]
            assert names(set()) == []
            assert names(None) == ["b-1", "c-1", "a-1"]
            (first,) = reader.revisions_held_for_language(None, 1, None)
            assert names(None, first) == ["c-1", "a-1"]

    def test_those_not_read_whole_are_open_and_latest_oldest_first(
        self, store: Store, rows: Rows
    ) -> None:
        for minutes, name in enumerate("bca"):
            rows.held_unread(rows.comment(name, minutes=minutes))
        reviewed, edited = rows.comment("reviewed"), rows.comment("edited")
        for revision in (reviewed, edited):
            rows.held_unread(revision)
        rows.decided(reviewed, Action.HOLD, seen=1)
        rows.edit(edited)
        rows.held_for_language(rows.comment("german"), "de")
        with store.read() as reader:
            found = list(reader.revisions_not_read_whole(10, None))
            assert [revision.id for revision in found] == ["b-1", "c-1", "a-1"]
            assert list(reader.revisions_not_read_whole(10, found[0])) == found[1:]
            assert list(reader.revisions_not_read_whole(1, None)) == found[:1]


class Decisions(StoreFixtures):
    """Chains of decisions and their versions."""

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

"""Contract of every store: cases."""

from dataclasses import replace

import pytest

from core.errors import StoreError
from core.moderation.cases import Attention, CaseTrigger, TextGone
from core.moderation.policies import Action
from core.moderation.sampling import Sampling, SamplingReason
from core.moderation.scores import Label
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import CLOSED, ESCALATED, Rows, at


class Cases(StoreFixtures):
    """Cases, and how many wait."""

    def test_case_comes_back_and_changes_its_status(self, store: Store, rows: Rows) -> None:
        revision, other = rows.comment("one"), rows.comment("two")
        for each in (revision, other):
            rows.decided(each, Action.HOLD)
        case, beside = rows.case(revision), rows.case(other)
        rows.decided(revision, Action.ESCALATE, seen=1, case_status=ESCALATED)
        rows.decided(revision, Action.ESCALATE, seen=2, minutes=2)
        with store.read() as reader:
            assert reader.case(beside.id) == beside
            assert reader.case(case.id) == replace(case, status=ESCALATED)
            assert reader.case_of(case.revision_id) == reader.case(case.id)

    def test_case_that_is_scored_late_changes_its_place_in_the_queue(
        self, store: Store, rows: Rows
    ) -> None:
        case = rows.case(rows.comment("one"), label=None, priority=1.0)
        other = rows.case(rows.comment("two"))
        changed = replace(
            case,
            status=ESCALATED,
            trigger=CaseTrigger.HOLD,
            priority=0.7,
            label=Label.INSULT,
            closed_because=TextGone.WITHDRAWN,
            opened_at=at(7),
            attention=Attention(replies=2, user_reports=3, trusted_reports=1),
            sampling=Sampling(SamplingReason.AUDIT, 0.01),
        )
        with store.write() as tx:
            tx.change_case(changed)
        with store.read() as reader:
            assert reader.case(case.id) == changed
            assert reader.case(other.id) == other

    def test_case_of_a_hidden_view_is_not_stored(self, store: Store, rows: Rows) -> None:
        case = rows.case(rows.comment("one"))
        with pytest.raises(StoreError), store.write() as tx:
            tx.change_case(replace(case, sampling=None))
        with store.read() as reader:
            assert reader.case(case.id) == case

    def test_counts_tell_what_waits_and_since_when(self, store: Store, rows: Rows) -> None:
        with store.read() as reader:
            assert reader.queue_count().oldest_opened_at is None
        rows.case(rows.comment("a"), minutes=5)
        rows.case(rows.comment("b"), minutes=3, status=ESCALATED)
        rows.case(rows.comment("c"), minutes=1, status=CLOSED)
        with store.read() as reader:
            counted = reader.queue_count()
        assert (counted.open, counted.escalated, counted.oldest_opened_at) == (1, 1, at(3))

"""Contract of every store: cases and the queue."""

from dataclasses import replace

import pytest

from core.errors import StoreError
from core.moderation.cases import NO_ATTENTION, Attention, CaseTrigger, TextGone
from core.moderation.sampling import Sampling, SamplingReason
from core.moderation.scores import Label
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import CLOSED, ESCALATED, OPEN, START, Rows, at


class Cases(StoreFixtures):
    """Cases and their places in the queue."""

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

    def test_queue_is_ordered_by_rank(self, store: Store, rows: Rows) -> None:
        """Severity, age, reports and replies together."""
        day = 24 * 60
        for name, priority, minutes, attention in (
            ("new", 0.9, 0, NO_ATTENTION),
            ("old", 0.5, -day, NO_ATTENTION),
            ("older", 0.05, -3 * day, NO_ATTENTION),
            ("reported", 0.5, 0, Attention(user_reports=2)),
            ("read", 0.9, 0, Attention(replies=10)),
            ("language", 0.0, -9 * day, Attention(trusted_reports=9)),
        ):
            case = rows.case(rows.comment(name), priority=priority, minutes=minutes)
            with store.write() as tx:
                tx.change_case(replace(case, attention=attention))
        with store.read() as reader:
            items = reader.queue([OPEN], None, 10)
        assert [item.revision_id.removesuffix("-1") for item in items] == [
            "read", "reported", "old", "new", "older", "language",
        ]  # fmt: skip
        assert [item.report_count for item in items] == [0, 2, 0, 0, 0, 9]

    def test_queue_puts_the_urgent_first_then_the_old(self, store: Store, rows: Rows) -> None:
        for name, priority, minutes in (("a", 0.5, 3), ("b", 0.9, 2), ("c", 0.5, 1)):
            rows.case(rows.comment(name), priority=priority, minutes=minutes)
        rows.case(rows.comment("closed"), status=CLOSED, priority=1.0)
        with store.read() as reader:
            listed = [item.revision_id for item in reader.queue([OPEN], None, 10)]
            assert listed == ["b-1", "c-1", "a-1"]
            assert [item.revision_id for item in reader.queue([OPEN], None, 2)] == ["b-1", "c-1"]

    def test_queue_comes_page_by_page_with_every_case_once(self, store: Store, rows: Rows) -> None:
        for number in range(7):  # most are equally urgent and equally old
            rows.case(rows.comment(f"c{number}"), priority=0.9 if number == 5 else 0.5)
        rows.case(rows.comment("up"), status=ESCALATED)
        with store.read() as reader:
            whole = [item.case_id for item in reader.queue([OPEN], None, 100)]
            pages = [
                [item.case_id for item in reader.queue([OPEN], None, 3, offset)]
                for offset in (0, 3, 6, 9)
            ]
            assert reader.count_cases([OPEN], None) == len(whole) == 7
            assert reader.count_cases([OPEN, ESCALATED], None) == 8
            assert reader.count_cases([OPEN], "threat") == 7
            assert reader.count_cases([OPEN], "insult") == 0
            assert reader.count_cases([], None) == 0
        assert [case for page in pages for case in page] == whole
        assert [len(page) for page in pages] == [3, 3, 1, 0]

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

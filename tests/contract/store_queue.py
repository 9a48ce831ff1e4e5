"""Contract of every store: pages, counts and arrivals of the review queue, compared with the same
made in Python of a list of cases."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from core.moderation.audit import AuditKind
from core.moderation.cases import NO_ATTENTION, Attention, CaseTrigger
from core.moderation.comments import Comment, Revision
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.moderation.queue import (
    Count,
    QueueFilter,
    QueueOrder,
    queue_score,
    tenth_of,
)
from core.moderation.queue_paging import QueuePlace
from core.moderation.scores import Label
from core.store.base import Store
from tests.contract.queue_cases import (
    FILTERS,
    WORK,
    Known,
    ask,
    claim_some,
    make_case,
    matching,
    read_by_fours,
    sort,
)
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import CLOSED, ESCALATED, OPEN, START, Rows, at


class Queue(StoreFixtures):
    """The review queue."""

    @pytest.fixture
    def known(self, store: Store, rows: Rows) -> list[Known]:
        chance = random.Random(20261127)
        with store.write() as tx:
            made = [make_case(tx, rows, chance, number) for number in range(60)]
        return claim_some(store, made, chance)

    def test_pages_hold_every_case_once_in_their_order(
        self, store: Store, known: list[Known]
    ) -> None:
        for name, queue_filter in FILTERS.items():
            for order in QueueOrder:
                query = ask(queue_filter, order)
                with store.read() as reader:
                    assert read_by_fours(reader, query) == sort(known, query), (name, order)

    def test_page_says_how_many_come_before_and_after(
        self, store: Store, known: list[Known]
    ) -> None:
        for name, queue_filter in FILTERS.items():
            query = ask(queue_filter, QueueOrder.OLDEST)
            expected = sort(known, query)
            with store.read() as reader:
                assert reader.count_queue(query) == Count(len(expected)), name
                lines = reader.queue_lines(query, None, 7)
                if not lines:
                    continue
                place = QueuePlace(query.order, lines[-1].key)
                before = replace(place, is_backwards=True)
                back = reader.queue_lines(query, before, 3)
                assert [line.case_id for line in back] == expected[: len(lines) - 1][-3:], name
                assert reader.count_queue(query, before) == Count(len(lines) - 1), name
                left = len(expected) - len(lines)
                assert reader.count_queue(query, place) == Count(left), name

    def test_tally_has_the_facts_of_all_cases(self, store: Store, known: list[Known]) -> None:
        for name, queue_filter in FILTERS.items():
            query = ask(queue_filter)
            expected: Counter[object] = Counter()
            for each in matching(known, query):
                case = each.case
                score = tenth_of(queue_score(case))
                expected[case.label, score, each.source, each.language, case.trigger] += 1
            with store.read() as reader:
                tally = reader.tally_queue(query)
            found: Counter[object] = Counter()
            for row in tally.rows:
                facts = (row.label, row.tenth, row.source, row.language, row.trigger)
                found[facts] += row.number
            assert (found, tally.is_exact) == (expected, True), name

    def test_tally_has_the_highest_step_of_reports(self, store: Store, known: list[Known]) -> None:
        with store.read() as reader:
            tally = reader.tally_queue(ask(QueueFilter()))
        opened = [each.case.report_count for each in known if each.case.status is OPEN]
        for step in (1, 3, 10):
            counted = sum(row.number for row in tally.rows if row.reports >= step)
            assert counted == sum(count >= step for count in opened)

    def test_values_that_cases_have(self, store: Store, known: list[Known]) -> None:
        with store.read() as reader:
            assert reader.queue_sources(WORK) == ["site-0", "site-1", "site-2"]
            assert reader.queue_languages([OPEN]) == ["de", "en"]
            assert reader.queue_sources([]) == []

    def test_line_shows_what_it_may(self, store: Store, known: list[Known]) -> None:
        by_id = {each.case.id: each for each in known}
        for statuses in (WORK, (CLOSED,)):
            with store.read() as reader:
                lines = reader.queue_lines(ask(QueueFilter(statuses=statuses)), None, 100)
            assert lines
            for line in lines:
                made = by_id[line.case_id]
                score = queue_score(made.case)
                assert (line.label, line.trigger) == (made.case.label, made.case.trigger)
                assert line.score == (None if score < 0 else score)
                assert (line.source, line.author) == (made.source, made.author)
                assert (line.language, line.holder) == (made.language, made.holder)
                assert line.report_count == made.case.report_count
                is_closed = line.status is CLOSED
                assert line.decided_at == (made.decided_at if is_closed else None)
                assert (line.action is None, line.decided_by is None) == (not is_closed,) * 2

    def test_urgent_cases_come_first(self, store: Store, rows: Rows) -> None:
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
            lines = reader.queue_lines(ask(QueueFilter()), None, 10)
        assert [line.revision_id.removesuffix("-1") for line in lines] == [
            "read", "reported", "old", "new", "older", "language",
        ]  # fmt: skip
        assert [line.report_count for line in lines] == [0, 2, 0, 0, 0, 9]

    def test_line_shows_the_start_of_the_text(self, store: Store, rows: Rows) -> None:
        case = rows.case(rows.comment("one", text="Two\n\n  lines " + "x" * 500))
        with store.read() as reader:
            (line,) = reader.queue_lines(ask(QueueFilter()), None, 10)
        assert line.excerpt.startswith("Two lines xxx")
        assert len(line.excerpt) <= 200
        assert (line.case_id, line.opened_at, line.status) == (case.id, START, OPEN)

    def test_author_who_becomes_known_is_known_to_the_queue(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one", author="[unknown]")
        rows.case(revision)
        whole = Comment(revision.comment_id, "site", "one", "Zoë", at(0), None)
        with store.write() as tx:
            tx.complete_comment(whole, rows.audit(AuditKind.COMMENT_COMPLETED, revision.id))
            (line,) = tx.queue_lines(ask(QueueFilter(author="Zoë")), None, 10)
        assert line.revision_id == revision.id

    def test_closed_case_leaves_with_its_text(self, store: Store, rows: Rows) -> None:
        edited, withdrawn, kept = (rows.comment(name) for name in ("a", "b", "c"))
        for revision in (edited, withdrawn, kept):
            rows.decided(revision, Action.REMOVE)
            rows.case(revision, status=CLOSED)
        rows.edit(edited)
        with store.write() as tx:
            event = rows.audit(AuditKind.COMMENT_WITHDRAWN, withdrawn.id)
            tx.withdraw_comment(withdrawn.comment_id, at(9), event)
            query = ask(QueueFilter(statuses=(CLOSED,)))
            assert [line.revision_id for line in tx.queue_lines(query, None, 9)] == [kept.id]
            assert tx.count_queue(query).number == 1
            assert sum(row.number for row in tx.tally_queue(query).rows) == 1

    def test_last_decided_is_first_among_the_closed(self, store: Store, rows: Rows) -> None:
        first, second = rows.comment("a"), rows.comment("b")
        for revision in (first, second):
            rows.decided(revision, Action.HOLD)
            rows.case(revision)
        for minutes, revision in ((5, second), (6, first)):
            rows.decided(revision, Action.APPROVE, seen=1, minutes=minutes, case_status=CLOSED)
        query = ask(QueueFilter(statuses=(CLOSED,)))
        with store.read() as reader:
            lines = reader.queue_lines(query, None, 9)
        assert [line.revision_id for line in lines] == [first.id, second.id]
        assert [line.decided_by for line in lines] == ["mina", "mina"]

    def test_language_of_the_last_scoring_counts(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("a")
        rows.held_for_language(revision, "de")
        with store.write() as tx:
            case = tx.case_of(revision.id)
            assert case is not None
            rows.decide(
                tx, revision, Action.HOLD, seen=1, source=DecisionSource.RULE, language="en"
            )
            tx.change_case(replace(case, trigger=CaseTrigger.HOLD))
            assert tx.count_queue(ask(QueueFilter(language="en"))).number == 1
            assert tx.count_queue(ask(QueueFilter(language="de"))).number == 0

    def test_arrivals_are_what_others_put_there_since(self, store: Store, rows: Rows) -> None:
        def arrived(mark: int, queue_filter: QueueFilter = FILTERS["open"]) -> int:
            with store.read() as reader:
                return reader.count_arrivals(ask(queue_filter), mark).number

        def arrive(name: str, label: Label = Label.THREAT) -> Revision:
            revision = rows.comment(name)
            with store.write() as tx:
                assert rows.decide(tx, revision, Action.HOLD)
                tx.add_audit(
                    replace(rows.audit(AuditKind.DECISION_AUTOMATED, revision.id), actor="system")
                )
            rows.case(revision, label=label)
            return revision

        arrive("before")
        with store.read() as reader:
            mark = reader.newest_event()
        assert arrived(mark) == 0
        one = arrive("one")
        arrive("two", Label.INSULT)
        assert arrived(mark) == 2
        assert arrived(mark, QueueFilter(label=Label.INSULT)) == 1
        assert arrived(mark, QueueFilter(statuses=(ESCALATED,))) == 0
        rows.decided(one, Action.APPROVE, seen=1, case_status=CLOSED)
        assert arrived(mark) == 1

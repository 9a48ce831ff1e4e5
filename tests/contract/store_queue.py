"""Contract of every store: pages, counts and arrivals of the review queue, compared with the same
made in Python of a list of cases."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from core.moderation.audit import AuditKind
from core.moderation.cases import Attention, Case, CaseTrigger
from core.moderation.comments import Comment, Revision
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.moderation.priority import rank_of
from core.moderation.queue import (
    WITHOUT,
    Count,
    HeldBy,
    QueueFilter,
    QueueOrder,
    QueueQuery,
    ScoreBand,
    order_for,
    queue_score,
    tenth_of,
)
from core.moderation.queue_paging import QueuePlace
from core.moderation.scores import Label
from core.store.base import Reader, Store, Writer
from core.store.sql import SqlStore
from core.store.sql import rows as columns
from core.store.sql.tables import claims
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import CLOSED, ESCALATED, OPEN, Rows, at

NOW = at(600)
WORK = (OPEN, ESCALATED)
LANGUAGES = ("en", "de", None)
FILTERS: dict[str, QueueFilter] = {
    "open": QueueFilter(),
    "open and escalated": QueueFilter(statuses=WORK),
    "no status": QueueFilter(statuses=()),
    "closed": QueueFilter(statuses=(CLOSED,)),
    "closed, a label": QueueFilter(statuses=(CLOSED,), label=Label.THREAT),
    "label": QueueFilter(label=Label.THREAT),
    "no label": QueueFilter(statuses=WORK, label=WITHOUT),
    "score": QueueFilter(score=ScoreBand(0.5, 0.8)),
    "score to the top": QueueFilter(statuses=WORK, score=ScoreBand(0.9, 1.0)),
    "score between tenths": QueueFilter(statuses=WORK, score=ScoreBand(0.55, 0.85)),
    "source": QueueFilter(source="site-1"),
    "unknown source": QueueFilter(source="elsewhere"),
    "language": QueueFilter(language="de"),
    "no language": QueueFilter(language=WITHOUT),
    "author": QueueFilter(statuses=WORK, author="sam"),
    "trigger": QueueFilter(trigger=CaseTrigger.BLIND),
    "reports": QueueFilter(reports=1),
    "more reports": QueueFilter(statuses=WORK, reports=3),
    "waiting": QueueFilter(waiting_s=300 * 60),
    "opened since": QueueFilter(opened_since=at(290)),
    "mine": QueueFilter(held_by=HeldBy.ME),
    "of others": QueueFilter(statuses=WORK, held_by=HeldBy.OTHERS),
    "free": QueueFilter(held_by=HeldBy.NOBODY),
    "of ravi": QueueFilter(holder="ravi"),
    "two": QueueFilter(label=Label.INSULT, source="site-0"),
    "many": QueueFilter(
        statuses=WORK,
        label=Label.INSULT,
        score=ScoreBand(0.6, 1.0),
        language="en",
        opened_since=at(10),
        held_by=HeldBy.NOBODY,
    ),
}


@dataclass(frozen=True)
class Known:
    """What a case was made of."""

    case: Case
    source: str
    author: str
    language: str | None
    decided_at: datetime
    holder: str | None


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
            rows.decided(revision, Action.APPROVE, seen=1, minutes=minutes)
            with store.write() as tx:
                tx.set_case_status(f"case-{revision.id}", CLOSED)
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
        arrive("one")
        arrive("two", Label.INSULT)
        assert arrived(mark) == 2
        assert arrived(mark, QueueFilter(label=Label.INSULT)) == 1
        assert arrived(mark, QueueFilter(statuses=(ESCALATED,))) == 0
        with store.write() as tx:
            tx.set_case_status("case-one-1", CLOSED)
        assert arrived(mark) == 1


def ask(queue_filter: QueueFilter, order: QueueOrder = QueueOrder.PRIORITY) -> QueueQuery:
    return QueueQuery(queue_filter, order_for(queue_filter, order), "mina", NOW)


def make_case(tx: Writer, rows: Rows, chance: random.Random, number: int) -> Known:
    """A case with drawn facts, many of them equal."""
    source, author = f"site-{chance.randrange(3)}", chance.choice(["sam", "zoë", "[unknown]"])
    comment = Comment(f"c-{number}", source, f"{number}", author, at(number), None)
    revision = Revision(f"r-{number}", comment.id, 1, "Text", "Text", f"REF-{number}", at(number))
    language = chance.choice(LANGUAGES)
    trigger = chance.choice([CaseTrigger.HOLD, CaseTrigger.HOLD, *CaseTrigger])
    is_scored = trigger is CaseTrigger.HOLD
    case = Case(
        f"case-{number}",
        revision.id,
        chance.choice([OPEN, OPEN, ESCALATED, CLOSED]),
        trigger,
        chance.choice([0.5, 0.55, 0.7, 0.9, 1.0]),
        chance.choice([Label.THREAT, Label.INSULT]) if is_scored else None,
        at(chance.choice([number, 300])),
        attention=Attention(user_reports=chance.choice([0, 0, 1, 3, 12])),
    )
    tx.add_comment(comment, revision, rows.audit(AuditKind.COMMENT_STORED, revision.id))
    decision = rows.decide(
        tx, revision, Action.HOLD, language=language, minutes=chance.choice([1, number])
    )
    assert decision is not None
    tx.open_case(case)
    return Known(case, source, author, language, decision.decided_at, None)


def claim_some(store: Store, known: list[Known], chance: random.Random) -> list[Known]:
    """The same cases, of which somebody has some open, and had others."""
    assert isinstance(store, SqlStore)
    claimed = []
    with store.transaction() as connection:
        for each in known:
            holder = chance.choice([None, None, "mina", "ravi"])
            left = chance.choice([timedelta(seconds=-1), timedelta(minutes=5)])
            if holder is not None:
                row = {
                    "revision_id": each.case.revision_id,
                    "actor": holder,
                    "claimed_at": columns.to_micros(at(1)),
                    "expires_at": columns.to_micros(NOW + left),
                }
                connection.execute(insert(claims).values(row))
            is_held = left > timedelta(0)
            claimed.append(replace(each, holder=holder if is_held else None))
    return claimed


def read_by_fours(reader: Reader, query: QueueQuery) -> list[str]:
    """The ids of all cases, page by page."""
    read: list[str] = []
    place: QueuePlace | None = None
    while lines := reader.queue_lines(query, place, 4):
        read += [line.case_id for line in lines]
        place = QueuePlace(query.order, lines[-1].key)
    return read


def matching(known: Sequence[Known], query: QueueQuery) -> list[Known]:
    asked = query.filter
    until = query.now - timedelta(seconds=asked.waiting_s or 0)
    holders: dict[HeldBy | None, Callable[[str | None], bool]] = {
        None: lambda holder: True,
        HeldBy.ME: lambda holder: holder == query.actor_id,
        HeldBy.OTHERS: lambda holder: holder not in (None, query.actor_id),
        HeldBy.NOBODY: lambda holder: holder is None,
    }

    def is_asked(each: Known) -> bool:
        case, score = each.case, queue_score(each.case)
        band = asked.score
        return all(
            (
                case.status in asked.statuses,
                asked.label is None or (case.label or WITHOUT) == asked.label,
                band is None or band.low <= score < band.high or score == band.high == 1,
                asked.source in (None, each.source),
                asked.language is None or (each.language or WITHOUT) == asked.language,
                asked.author in (None, each.author),
                asked.trigger in (None, case.trigger),
                case.report_count >= asked.reports,
                case.opened_at <= until,
                asked.opened_since is None or case.opened_at >= asked.opened_since,
                holders[asked.held_by](each.holder),
                asked.holder in (None, each.holder),
            )
        )

    return [each for each in known if is_asked(each)]


def sort(known: Sequence[Known], query: QueueQuery) -> list[str]:
    """The ids of the cases as the queue lists them."""
    keys: dict[QueueOrder, Callable[[Known], tuple[object, ...]]] = {
        QueueOrder.PRIORITY: lambda each: (rank_of(each.case),),
        QueueOrder.OLDEST: lambda each: (each.case.opened_at,),
        QueueOrder.SCORE: lambda each: (queue_score(each.case), rank_of(each.case)),
        QueueOrder.DECIDED: lambda each: (each.decided_at,),
    }
    found = sorted(
        matching(known, query),
        key=lambda each: (*keys[query.order](each), each.case.id),
        reverse=query.order is not QueueOrder.OLDEST,
    )
    return [each.case.id for each in found]

"""The conditions, orders and indexes of the review queue in SQL.

SQLite without statistics guesses which index of several is the best, and often wrongly, so a query
names one. PostgreSQL has statistics and chooses by itself.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, true, tuple_

from core.moderation.cases import CaseStatus
from core.moderation.queue import WITHOUT, HeldBy, QueueFilter, QueueOrder, QueueQuery
from core.moderation.queue_paging import QueuePlace
from core.store.sql import rows
from core.store.sql.tables import cases, claims

Condition = ColumnElement[bool]
Columns = Any
"""Those of the table, or of a subquery on it."""


@dataclass(frozen=True, slots=True)
class FilterPart:
    """One condition of a filter: the columns that it needs, and how it is made of them. If there is
    an `index` on them, `ways` are the conditions of which one holds: with each alone the index
    gives the cases in the order of their rank, unless it `is_range`. With `is_few` the database
    finds the few cases by their revisions. `value` is what the filter says."""

    names: tuple[str, ...]
    make: Callable[[Columns], Condition]
    index: str = ""
    ways: Sequence[Condition] = ()
    is_range: bool = False
    is_few: bool = False
    value: Hashable = None


@dataclass(frozen=True, slots=True)
class Order:
    """All columns go the same way, so that a place is one comparison."""

    columns: Sequence[ColumnElement[Any]]
    descends: bool
    index: str

    def by(self, *, backwards: bool = False) -> list[ColumnElement[Any]]:
        """What to order by."""
        descends = self.descends != backwards
        return [column.desc() if descends else column.asc() for column in self.columns]

    def beside(self, place: QueuePlace | None) -> Condition:
        """The condition on the cases on that side of the place."""
        if place is None:
            return true()
        here = tuple_(*self.columns)
        is_below = self.descends != place.is_backwards
        return here < place.key if is_below else here > place.key


ORDERS: Mapping[QueueOrder, Order] = {
    QueueOrder.PRIORITY: Order((cases.c.rank, cases.c.id), True, "ix_cases_rank"),
    QueueOrder.OLDEST: Order((cases.c.opened_at, cases.c.id), False, "ix_cases_opened"),
    QueueOrder.SCORE: Order((cases.c.score, cases.c.rank, cases.c.id), True, "ix_cases_score"),
    QueueOrder.DECIDED: Order((cases.c.decided_at, cases.c.id), True, "ix_cases_decided"),
}


def parts_of(query: QueueQuery) -> list[FilterPart]:
    """The conditions of the filter but that on the status."""
    asked = query.filter
    label = None if asked.label == WITHOUT else asked.label
    language = None if asked.language == WITHOUT else asked.language
    parts = [
        _equal("scored_label", label, "ix_cases_label") if asked.label else None,
        _equal("source", asked.source, "ix_cases_source") if asked.source else None,
        _equal("language", language, "ix_cases_language") if asked.language else None,
        _equal("author", asked.author, "ix_cases_author") if asked.author else None,
        _equal("opened_because", asked.trigger, "ix_cases_trigger") if asked.trigger else None,
        _score(asked),
        _reports(asked),
        _age(query),
        _text(asked),
        _held(query),
        _limits(asked),
    ]
    return [part for part in parts if part is not None]


def _claimed(query: QueueQuery) -> Any:
    return select(claims.c.revision_id).where(claims.c.expires_at > rows.to_micros(query.now))


def _equal(name: str, value: str | None, index: str) -> FilterPart:
    def make(columns: Columns) -> Condition:
        condition: Condition = columns[name].is_(None) if value is None else columns[name] == value
        return condition

    return FilterPart((name,), make, index, [make(cases.c)], value=value)


def _score(asked: QueueFilter) -> FilterPart | None:
    band = asked.score
    if band is None:
        return None

    def make(columns: Columns) -> Condition:
        below: Condition = columns.score < band.high if band.high < 1 else columns.score <= 1
        condition: Condition = (columns.score >= band.low) & below
        return condition

    tenths = [cases.c.tenth == tenth for tenth in band.tenths]
    if not band.is_whole:
        tenths = [tenth & make(cases.c) for tenth in tenths]
    return FilterPart(("score",), make, "ix_cases_tenth", tenths, value=band)


def _limits(asked: QueueFilter) -> FilterPart | None:
    left_out, below = asked.limits.left_out, asked.limits.score_below
    if not left_out and below is None:
        return None

    def make(columns: Columns) -> Condition:
        label = columns.scored_label
        condition: Condition = true()
        if left_out:
            condition &= label.is_(None) | label.not_in([each.value for each in left_out])
        return condition if below is None else condition & (columns.score < below)

    return FilterPart(("scored_label", "score"), make)


def _reports(asked: QueueFilter) -> FilterPart | None:
    if not asked.reports:
        return None

    def make(columns: Columns) -> Condition:
        condition: Condition = columns.report_count >= asked.reports
        return condition

    ways = [make(cases.c)]
    return FilterPart(
        ("report_count",), make, "ix_cases_reports", ways, is_range=True, value=asked.reports
    )


def _age(query: QueueQuery) -> FilterPart | None:
    since, waiting_s = query.filter.opened_since, query.filter.waiting_s
    if since is None and waiting_s is None:
        return None

    def make(columns: Columns) -> Condition:
        condition: Condition = true()
        if since is not None:
            condition &= columns.opened_at >= rows.to_micros(since)
        if waiting_s is not None:
            until = rows.to_micros(query.now) - waiting_s * 1_000_000
            condition &= columns.opened_at <= until
        return condition

    age = (since, waiting_s)
    return FilterPart(
        ("opened_at",), make, "ix_cases_opened", [make(cases.c)], is_range=True, value=age
    )


def _text(asked: QueueFilter) -> FilterPart | None:
    """An open case ends with its text; one that was decided before stays closed."""
    if CaseStatus.CLOSED not in asked.statuses:
        return None
    return FilterPart(("is_text_gone",), lambda c: c.is_text_gone == 0)


def _held(query: QueueQuery) -> FilterPart | None:
    held, holder = query.filter.held_by, query.filter.holder
    few = []
    if held is HeldBy.ME:
        few.append(claims.c.actor == query.actor_id)
    if held is HeldBy.OTHERS:
        few.append(claims.c.actor != query.actor_id)
    if holder is not None:
        few.append(claims.c.actor == holder)
    is_free = held is HeldBy.NOBODY

    def make(columns: Columns) -> Condition:
        condition: Condition = true()
        if few:
            condition &= columns.revision_id.in_(_claimed(query).where(*few))
        if is_free:
            condition &= columns.revision_id.not_in(_claimed(query))
        return condition

    if not few and not is_free:
        return None
    return FilterPart(("revision_id",), make, ways=[make(cases.c)], is_few=bool(few))

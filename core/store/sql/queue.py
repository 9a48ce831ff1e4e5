"""The review queue: its pages, its counts and what came in."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.policies import Action
from core.moderation.queue import Count, QueueOrder, QueueQuery
from core.moderation.queue_paging import QueuePlace
from core.moderation.scores import Label
from core.store.queue_views import MOST_TALLIED, REPORT_STEPS, QueueLine, Tally, TallyRow
from core.store.sql import rows
from core.store.sql.lists import excerpt
from core.store.sql.queue_query import ORDERS, Condition, FilterPart, parts_of
from core.store.sql.tables import audit_events, cases, claims, decisions, revisions

MOST_COUNTED = 10_000
"""A count looks at so many cases or events; beyond, it says "at least"."""
SORTABLE = 30_000
"""So many cases are sorted sooner than found along another order."""
MOST_VALUES = 30
_ARRIVING = (
    AuditKind.DECISION_AUTOMATED,
    AuditKind.DECISION_REVIEWED,
    AuditKind.DECISION_UNDONE,
    AuditKind.DECISION_REOPENED,
)
_FACTS = ("scored_label", "tenth", "source", "language", "opened_because", "report_count")


@dataclass(frozen=True, slots=True)
class _Way:
    """How to find the cases: along an index, once for each of `conditions`, checking the other
    parts on each case. Without an index: from the few cases that are held."""

    index: str
    conditions: Sequence[Condition]
    rest: Sequence[FilterPart]

    def status_is(self, statuses: Sequence[CaseStatus]) -> Condition:
        # Joined to an empty text, a column is not looked for in an index.
        column = cases.c.status if self.index else cases.c.status.concat("")
        return column.in_([status.value for status in statuses])


class SqlQueue:
    """The part of `core.store.base.Reader` about the review queue."""

    _connection: Connection
    _sizes: dict[Hashable, int]

    def queue_lines(
        self, query: QueueQuery, place: QueuePlace | None, limit: int
    ) -> Sequence[QueueLine]:
        order = ORDERS[query.order]
        backwards = place is not None and place.is_backwards
        way = self._way(query, is_ordered=True)
        checks = [part.make(cases.c) for part in way.rest]
        found = [
            _on_index(select(*order.columns), way.index)
            .where(way.status_is([status]), condition, *checks, order.beside(place))
            .order_by(*order.by(backwards=backwards))
            .limit(limit)
            .subquery()
            for status in query.filter.statuses
            for condition in way.conditions
        ]
        if not found:
            return []
        together = union_all(*map(select, found)).subquery()
        columns = [together.c[column.name] for column in order.columns]
        descends = order.descends != backwards
        keys = self._connection.execute(
            select(*columns)
            .order_by(*(each.desc() if descends else each.asc() for each in columns))
            .limit(limit)
        ).all()
        return self._lines(query, [tuple(key) for key in (keys[::-1] if backwards else keys)])

    def count_queue(self, query: QueueQuery, place: QueuePlace | None = None) -> Count:
        looked_at, checks = self._looked_at(query, place, (), MOST_COUNTED)
        matching = func.sum(case((checks, 1), else_=0))
        total, number = self._connection.execute(
            select(func.count(), matching).select_from(looked_at)
        ).one()
        return Count(min(int(number or 0), MOST_COUNTED), total <= MOST_COUNTED)

    def tally_queue(self, query: QueueQuery) -> Tally:
        looked_at, checks = self._looked_at(query, None, _FACTS, MOST_TALLIED)
        is_match = case((checks, 1), else_=0).label("is_match")
        reports = case(
            *((looked_at.c.report_count >= step, step) for step in REPORT_STEPS), else_=0
        ).label("reports")
        facts: list[ColumnElement[Any]] = [is_match, reports]
        facts += [looked_at.c[name] for name in _FACTS[:-1]]
        counted = self._connection.execute(
            select(*facts, func.count().label("number")).group_by(*facts)
        ).mappings()
        found = list(counted)
        total = sum(row["number"] for row in found)
        return Tally([_tally_row(row) for row in found if row["is_match"]], total <= MOST_TALLIED)

    def queue_sources(self, statuses: Sequence[CaseStatus]) -> Sequence[str]:
        return self._values("source", "ix_cases_source", statuses)

    def queue_languages(self, statuses: Sequence[CaseStatus]) -> Sequence[str]:
        return self._values("language", "ix_cases_language", statuses)

    def newest_event(self) -> int:
        newest = self._connection.execute(select(func.max(audit_events.c.seq))).scalar()
        return newest or 0

    def count_arrivals(self, query: QueueQuery, after: int) -> Count:
        events = (
            select(audit_events.c.subject_id, audit_events.c.kind, audit_events.c.actor)
            .where(audit_events.c.seq > after)
            .order_by(audit_events.c.seq)
            .limit(MOST_COUNTED)
            .subquery()
        )
        arrived = select(events.c.subject_id).where(
            events.c.kind.in_([kind.value for kind in _ARRIVING]),
            events.c.actor != query.actor_id,
        )
        way = _Way("", (), parts_of(query))
        number = self._connection.execute(
            select(func.count())
            .select_from(cases)
            .where(cases.c.revision_id.in_(arrived), way.status_is(query.filter.statuses))
            .where(*(part.make(cases.c) for part in way.rest))
        ).scalar_one()
        return Count(int(number), self.newest_event() - after <= MOST_COUNTED)

    def _way(self, query: QueueQuery, *, is_ordered: bool) -> _Way:
        """The way that meets the fewest cases; or, if all ways meet many and the order matters, one
        that gives it."""
        parts = parts_of(query)
        for part in parts:
            if part.is_few:
                return _way_by(part, parts)
        found = [part for part in parts if part.index]
        if not found:
            return self._along(query)
        keep = [part for part in found if query.order is QueueOrder.PRIORITY and not part.is_range]
        if len(found) == 1 and (keep or not is_ordered):
            return _way_by(found[0], parts)
        sized = [(self._size(query, part), part) for part in found]
        size, best = min(sized, key=lambda each: each[0])
        if is_ordered and size > SORTABLE:
            return _way_by(keep[0], parts) if keep else self._along(query)
        return _way_by(best, parts)

    def _along(self, query: QueueQuery) -> _Way:
        return _Way(ORDERS[query.order].index, [true()], parts_of(query))

    def _size(self, query: QueueQuery, part: FilterPart) -> int:
        """Estimated once a transaction: it only chooses a way."""
        key = (part.index, part.value, query.filter.statuses)
        if key not in self._sizes:
            self._sizes[key] = self._count_ways(query, part)
        return self._sizes[key]

    def _count_ways(self, query: QueueQuery, part: FilterPart) -> int:
        way = _Way(part.index, part.ways, ())
        met = (
            _on_index(select(literal(1)), part.index)
            .where(way.status_is(query.filter.statuses), or_(*part.ways))
            .limit(SORTABLE + 1)
        )
        return int(
            self._connection.execute(select(func.count()).select_from(met.subquery())).scalar_one()
        )

    def _looked_at(
        self, query: QueueQuery, place: QueuePlace | None, names: Sequence[str], most: int
    ) -> tuple[Subquery, Condition]:
        """At most one case more than `most`, with those columns, and the conditions that are still
        to be checked on each. Beside a place they are those along the order."""
        way = self._along(query) if place else self._way(query, is_ordered=False)
        needed = {name for part in way.rest for name in part.names} | set(names)
        looked_at = (
            _on_index(select(literal(1), *(cases.c[name] for name in sorted(needed))), way.index)
            .where(way.status_is(query.filter.statuses), or_(*way.conditions))
            .where(ORDERS[query.order].beside(place))
            .limit(most + 1)
            .subquery()
        )
        return looked_at, and_(true(), *(part.make(looked_at.c) for part in way.rest))

    def _values(self, name: str, index: str, statuses: Sequence[CaseStatus]) -> Sequence[str]:
        """The first values of the column, each found by one step in the index."""
        column = cases.c[name]
        values = set[str]()
        for status in statuses:
            lowest = _on_index(select(func.min(column).label("value")), index)
            lowest = lowest.where(cases.c.status == status.value)
            found = lowest.cte("found", recursive=True)
            higher = lowest.where(column > found.c.value).scalar_subquery()
            found = found.union_all(select(higher).where(found.c.value.is_not(None)))
            steps = select(found.c.value).where(found.c.value.is_not(None)).limit(MOST_VALUES)
            values |= set(self._connection.execute(steps).scalars())
        return sorted(values)[:MOST_VALUES]

    def _lines(self, query: QueueQuery, keys: Sequence[tuple[Any, ...]]) -> Sequence[QueueLine]:
        is_claimed = and_(
            claims.c.revision_id == cases.c.revision_id,
            claims.c.expires_at > rows.to_micros(query.now),
        )
        found = self._connection.execute(
            select(cases, revisions.c.body)
            .add_columns(claims.c.actor.label("holder"), claims.c.claimed_at)
            .add_columns(decisions.c.action, decisions.c.actor)
            .join(revisions, revisions.c.id == cases.c.revision_id)
            .outerjoin(claims, is_claimed)
            .outerjoin(decisions, decisions.c.id == revisions.c.current_decision_id)
            .where(cases.c.id.in_([key[-1] for key in keys]))
        ).mappings()
        by_id = {row["id"]: row for row in found}
        return [_line(by_id[key[-1]], key) for key in keys]


def _way_by(part: FilterPart, parts: Sequence[FilterPart]) -> _Way:
    return _Way(part.index, part.ways, [each for each in parts if each is not part])


def _on_index(query: Any, index: str) -> Any:
    return query.with_hint(cases, f"INDEXED BY {index}", "sqlite") if index else query


def _tally_row(row: RowMapping) -> TallyRow:
    return TallyRow(
        label=Label(row["scored_label"]) if row["scored_label"] else None,
        tenth=row["tenth"],
        source=row["source"],
        language=row["language"],
        trigger=CaseTrigger(row["opened_because"]),
        reports=row["reports"],
        number=row["number"],
    )


def _line(row: RowMapping, key: tuple[Any, ...]) -> QueueLine:
    status = CaseStatus(row["status"])
    # What stands on an open case may tell an audit from a hold; the reviewer shall not know.
    is_decided = status is CaseStatus.CLOSED
    return QueueLine(
        case_id=row["id"],
        revision_id=row["revision_id"],
        status=status,
        trigger=CaseTrigger(row["opened_because"]),
        label=Label(row["scored_label"]) if row["scored_label"] else None,
        score=row["score"] if row["score"] >= 0 else None,
        excerpt=excerpt(row["body"]),
        source=row["source"],
        author=row["author"],
        language=row["language"],
        opened_at=rows.from_micros(row["opened_at"]),
        report_count=row["report_count"],
        holder=row["holder"],
        held_since=rows.from_micros(row["claimed_at"]) if row["holder"] else None,
        action=Action(row["action"]) if is_decided and row["action"] else None,
        decided_by=row["actor"] if is_decided else None,
        decided_at=rows.from_micros(row["decided_at"]) if is_decided else None,
        key=key,
    )

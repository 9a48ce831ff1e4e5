"""Reads of the audit log."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from core.moderation.audit import DECIDING, AuditEvent, AuditFilter, AuditKind
from core.moderation.audit_chain import ChangedDecision, Head, StoredEvent
from core.store.sql import rows
from core.store.sql.tables import audit_events, audit_head, decisions

_CHAIN_ROWS = 5_000
_ACTION = re.compile('"action": "([^"]*)"')
CLOCKS_DIFFER = timedelta(hours=1)
"""By how much, at most, events may stand in another order than their times say: several machines
store them, each by its own clock."""


def _says(name: str, value: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether an event's data has that value, which needs no escape in JSON: an event may have been
    changed to anything, so it is compared as text."""
    return audit_events.c.data.like(literal(f'%"{name}": "').concat(value).concat('"%'))


# One look into the index of events by subject for each decision; no event is parsed.
_CHANGED_DECISIONS = (
    select(
        decisions.c.id,
        decisions.c.revision_id,
        decisions.c.action,
        decisions.c.actor,
        audit_events.c.seq,
        audit_events.c.data,
        audit_events.c.actor,
    )
    .select_from(
        decisions.outerjoin(
            audit_events,
            and_(
                audit_events.c.subject_id == decisions.c.revision_id,
                audit_events.c.kind.in_(kind.value for kind in DECIDING),
                _says("decision", decisions.c.id),
            ),
        )
    )
    .where(
        or_(
            audit_events.c.seq.is_(None),
            audit_events.c.actor != decisions.c.actor,
            and_(_says("action", literal("%")), ~_says("action", decisions.c.action)),
        )
    )
)


class SqlAuditReads:
    """Implements `core.store.audit_base.AuditReader`."""

    _connection: Connection

    def audit_chain(self) -> Iterator[StoredEvent]:
        found = self._connection.exec_driver_sql(
            "SELECT seq, id, kind, actor, subject_id, occurred_at, data, link, erased_digest "
            "FROM audit_events ORDER BY seq",
            execution_options={"stream_results": True, "yield_per": _CHAIN_ROWS},
        )
        return (StoredEvent(*row) for row in found)

    def changed_decisions(self) -> Iterator[ChangedDecision]:
        found = self._connection.execute(
            _CHANGED_DECISIONS,
            execution_options={"stream_results": True, "yield_per": _CHAIN_ROWS},
        )
        for decision_id, revision_id, action, actor, seq, data, logged_actor in found:
            told = _logged_action(data)
            yield ChangedDecision(decision_id, revision_id, action, actor, seq, told, logged_actor)

    def audit_chunk(self, after: int, limit: int) -> Sequence[StoredEvent]:
        names = [audit_events.c[name] for name in StoredEvent._fields]
        query = select(*names).where(audit_events.c.seq > after).order_by(audit_events.c.seq)
        return [StoredEvent(*row) for row in self._connection.execute(query.limit(limit))]

    def audit_head(self) -> Head | None:
        row = self._connection.execute(select(audit_head.c.seq, audit_head.c.link)).first()
        return None if row is None else Head(row.seq, row.link)

    def audit_trail(self, subject_id: str) -> Sequence[AuditEvent]:
        of_it = select(audit_events).where(audit_events.c.subject_id == subject_id)
        found = self._connection.execute(of_it.order_by(audit_events.c.seq)).mappings()
        return [rows.audit_from_row(row) for row in found]

    def audit_events(
        self, chosen: AuditFilter, limit: int, before: int | None
    ) -> Sequence[tuple[int, AuditEvent]]:
        wanted = self._conditions(chosen, before)
        if chosen.kind is None and chosen.actor is not None and chosen.subject_id is None:
            # One walk down the index for each kind: all of a person's events could be millions.
            walks = [
                _newest([*wanted, audit_events.c.kind == kind.value], limit).subquery()
                for kind in AuditKind
            ]
            every = union_all(*(select(walk) for walk in walks)).subquery()
            query = select(every).order_by(every.c.seq.desc()).limit(limit)
        else:
            query = _newest(wanted, limit)
        found = self._connection.execute(query).mappings()
        return [(row["seq"], rows.audit_from_row(row)) for row in found]

    def audit_actors(self) -> Sequence[str]:
        # Jumps from one person to the next in the index, however many events each has.
        first = select(func.min(audit_events.c.actor).label("actor"))
        people = first.cte("people", recursive=True)
        after = select(func.min(audit_events.c.actor)).where(audit_events.c.actor > people.c.actor)
        following = select(after.scalar_subquery()).where(people.c.actor.is_not(None))
        people = people.union_all(following)
        query = select(people.c.actor).where(people.c.actor.is_not(None))
        return [row.actor for row in self._connection.execute(query.order_by(people.c.actor))]

    def _conditions(self, chosen: AuditFilter, before: int | None) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if before is not None:
            wanted.append(audit_events.c.seq < before)
        if chosen.kind is not None:
            wanted.append(audit_events.c.kind == chosen.kind.value)
        if chosen.actor is not None:
            wanted.append(audit_events.c.actor == chosen.actor)
        if chosen.subject_id is not None:
            wanted.append(audit_events.c.subject_id == chosen.subject_id)
        if chosen.since is not None:
            wanted.append(audit_events.c.occurred_at >= rows.to_micros(chosen.since))
            wanted.append(audit_events.c.seq >= self._place_at(chosen.since - CLOCKS_DIFFER))
        if chosen.until is not None:
            wanted.append(audit_events.c.occurred_at < rows.to_micros(chosen.until))
            wanted.append(audit_events.c.seq < self._place_at(chosen.until + CLOCKS_DIFFER))
        return wanted

    def _place_at(self, moment: datetime) -> int:
        """The place of the first event at that time or later, found by halving: the log has no
        index by time, which every event would pay for."""
        at = rows.to_micros(moment)
        low, high = 0, self._connection.execute(select(func.max(audit_events.c.seq))).scalar() or 0
        while low <= high:
            middle = (low + high) // 2
            row = self._connection.execute(
                select(audit_events.c.seq, audit_events.c.occurred_at)
                .where(audit_events.c.seq >= middle)
                .order_by(audit_events.c.seq)
                .limit(1)
            ).first()
            if row is None or row.occurred_at >= at:
                high = middle - 1
            else:
                low = row.seq + 1
        return low


def _logged_action(data: str | None) -> str | None:
    found = _ACTION.search(data or "")
    return found.group(1) if found else None


def _newest(wanted: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    return select(audit_events).where(*wanted).order_by(audit_events.c.seq.desc()).limit(limit)

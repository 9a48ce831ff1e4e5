"""Second looks and golden items in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from core.moderation.audit import AuditEvent
from core.moderation.second_looks import GoldenAnswer, LookState, SecondLook
from core.store.quality_base import LookItem
from core.store.sql import rows
from core.store.sql.quality_rows import (
    golden_answer_from_row,
    golden_answer_to_row,
    look_from_row,
    look_to_row,
)
from core.store.sql.tables import (
    appeals,
    decisions,
    first_looks,
    golden_answers,
    revisions,
    second_looks,
)

_ITEMS = (
    select(
        second_looks,
        revisions.c.body,
        revisions.c.reference,
        decisions.c.note,
        decisions.c.internal_note,
    )
    .join(revisions, revisions.c.id == second_looks.c.revision_id)
    .join(decisions, decisions.c.id == second_looks.c.decision_id)
    .where(revisions.c.withdrawn_at.is_(None))
)
_GOLDEN = (
    select(second_looks)
    .join(revisions, revisions.c.id == second_looks.c.revision_id)
    .where(second_looks.c.golden_by.is_not(None))
    .where(revisions.c.is_latest == 1, revisions.c.withdrawn_at.is_(None))
)


class SqlQualityReads:
    """Implements `core.store.quality_base.QualityReader`."""

    _connection: Connection

    def second_look(self, look_id: str) -> SecondLook | None:
        return self._look(select(second_looks).where(second_looks.c.id == look_id))

    def second_looks_of(self, revision_id: str) -> Sequence[SecondLook]:
        query = select(second_looks).where(second_looks.c.revision_id == revision_id)
        return self._looks(query.order_by(second_looks.c.first_at))

    def waiting_looks(self, actor_id: str, now: datetime, limit: int) -> Sequence[SecondLook]:
        query = select(second_looks).join_from(second_looks, revisions, _WAITS)
        query = query.where(*_waiting(now), ~_took_part(actor_id))
        query = query.order_by(second_looks.c.opens_at, second_looks.c.id)
        return self._looks(query.limit(limit))

    def next_golden_item(self, actor_id: str) -> SecondLook | None:
        has_answered = exists().where(
            golden_answers.c.look_id == second_looks.c.id, golden_answers.c.actor == actor_id
        )
        query = _GOLDEN.where(
            second_looks.c.golden_by != actor_id,
            second_looks.c.second_actor != actor_id,
            ~_took_part(actor_id),
            ~has_answered,
        )
        return self._look(query.order_by(second_looks.c.id).limit(1))

    def count_looks_given(self, actor_id: str) -> int:
        second = select(func.count()).where(second_looks.c.second_actor == actor_id)
        golden = select(func.count()).where(golden_answers.c.actor == actor_id)
        return self._number(second) + self._number(golden)

    def answered_looks(self, since: datetime, until: datetime) -> Sequence[SecondLook]:
        at = second_looks.c.second_at
        span = (at >= rows.to_micros(since), at < rows.to_micros(until))
        return self._looks(select(second_looks).where(*span).order_by(at, second_looks.c.id))

    def count_looks_waiting(self, now: datetime) -> int:
        query = select(func.count()).select_from(second_looks).join(revisions, _WAITS)
        return self._number(query.where(*_waiting(now)))

    def disagreements(self, limit: int) -> Sequence[LookItem]:
        query = _ITEMS.where(second_looks.c.state == LookState.DIFFERENT.value)
        return self._look_items(query.order_by(second_looks.c.second_at), limit)

    def count_disagreements(self) -> int:
        query = select(func.count()).select_from(second_looks)
        query = query.join(revisions, revisions.c.id == second_looks.c.revision_id)
        is_different = second_looks.c.state == LookState.DIFFERENT.value
        return self._number(query.where(is_different, revisions.c.withdrawn_at.is_(None)))

    def settled_looks(self, actor_id: str, limit: int) -> Sequence[LookItem]:
        query = _ITEMS.where(
            second_looks.c.state == LookState.SETTLED.value,
            or_(second_looks.c.first_actor == actor_id, second_looks.c.second_actor == actor_id),
        )
        return self._look_items(query.order_by(second_looks.c.settled_at.desc()), limit)

    def agreed_looks(self, *, golden: bool, limit: int) -> Sequence[LookItem]:
        is_golden = second_looks.c.golden_by.is_not(None)
        query = _ITEMS.where(
            second_looks.c.state == LookState.AGREED.value,
            is_golden if golden else ~is_golden,
            revisions.c.is_latest == 1,
        )
        return self._look_items(query.order_by(second_looks.c.second_at.desc()), limit)

    def golden_answers(self, look_id: str | None = None) -> Sequence[GoldenAnswer]:
        query = (
            select(golden_answers, second_looks.c.first_action)
            .join(second_looks, second_looks.c.id == golden_answers.c.look_id)
            .where(second_looks.c.golden_by.is_not(None))
        )
        if look_id is not None:
            query = query.where(golden_answers.c.look_id == look_id)
        found = self._connection.execute(query).mappings()
        return [golden_answer_from_row(row) for row in found]

    def _look(self, query: Select[Any]) -> SecondLook | None:
        row = self._connection.execute(query).mappings().first()
        return look_from_row(row) if row else None

    def _looks(self, query: Select[Any]) -> list[SecondLook]:
        return [look_from_row(row) for row in self._connection.execute(query).mappings()]

    def _look_items(self, query: Select[Any], limit: int) -> list[LookItem]:
        found = self._connection.execute(query.limit(limit)).mappings()
        return [
            LookItem(
                look=look_from_row(row),
                text=row["body"],
                reference=row["reference"],
                note=row["note"],
                internal_note=row["internal_note"],
            )
            for row in found
        ]

    def _number(self, query: Select[Any]) -> int:
        return int(self._connection.execute(query).scalar_one())


class SqlQualityWrites(SqlQualityReads):
    """Implements `core.store.quality_base.QualityWriter`."""

    def add_second_look(self, look: SecondLook) -> None:
        self._connection.execute(insert(second_looks), look_to_row(look))

    def change_second_look(self, look: SecondLook, was: LookState, audit: AuditEvent) -> bool:
        moved = self._connection.execute(
            update(second_looks)
            .where(second_looks.c.id == look.id, second_looks.c.state == was.value)
            .values(look_to_row(look))
        )
        if moved.rowcount == 0:
            return False
        self.add_audit(audit)
        return True

    def add_golden_answer(self, given: GoldenAnswer, audit: AuditEvent) -> None:
        self._connection.execute(insert(golden_answers), golden_answer_to_row(given))
        self.add_audit(audit)

    def add_audit(self, audit: AuditEvent) -> None:
        raise NotImplementedError


_WAITS = and_(
    revisions.c.id == second_looks.c.revision_id,
    revisions.c.current_decision_id == second_looks.c.decision_id,
    revisions.c.is_latest == 1,
    revisions.c.withdrawn_at.is_(None),
)


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        second_looks.c.state == LookState.WAITING.value,
        second_looks.c.opens_at <= rows.to_micros(now),
    )


def _took_part(actor_id: str) -> ColumnElement[bool]:
    """Whether the person decided on the text at any time, looked at an appeal about it, or answered
    or settled a second look at it."""
    other = second_looks.alias("other")
    own = (other.c.first_actor, other.c.second_actor, other.c.settled_actor)
    return or_(
        exists().where(
            other.c.revision_id == second_looks.c.revision_id,
            or_(*(column == actor_id for column in own)),
        ),
        exists().where(
            decisions.c.revision_id == second_looks.c.revision_id, decisions.c.actor == actor_id
        ),
        exists().where(
            appeals.c.revision_id == second_looks.c.revision_id,
            first_looks.c.appeal_id == appeals.c.id,
            first_looks.c.actor == actor_id,
        ),
    )

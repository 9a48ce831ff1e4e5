"""Appeals in SQL, with the first looks at them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.audit import AuditEvent
from core.moderation.hearings import FirstLook
from core.moderation.policies import Action
from core.store.sql import rows
from core.store.sql.lists import visible_text
from core.store.sql.tables import appeals, comments, decisions, first_looks, revisions
from core.store.views import AppealItem

_OUTCOME = ("status", "heard_by", "outcome_reason", "heard_at")


class SqlAppealReads:
    """Implements `core.store.appeal_base.AppealReader`."""

    _connection: Connection

    def appeal(self, appeal_id: str) -> Appeal | None:
        return self._appeal(select(appeals).where(appeals.c.id == appeal_id))

    def appeal_of(self, revision_id: str) -> Appeal | None:
        of_it = select(appeals).where(appeals.c.revision_id == revision_id)
        return self._appeal(of_it.order_by(appeals.c.filed_at.desc()).limit(1))

    def appeals_of(self, revision_id: str) -> Sequence[Appeal]:
        query = select(appeals).where(appeals.c.revision_id == revision_id)
        found = self._connection.execute(query.order_by(appeals.c.filed_at)).mappings()
        return [_appeal_from_row(row) for row in found]

    def appeals(self, *, pending: bool, limit: int) -> Sequence[Appeal]:
        is_pending = appeals.c.status == AppealStatus.PENDING.value
        waiting = select(appeals).where(is_pending).order_by(appeals.c.due_at, appeals.c.filed_at)
        ended = select(appeals).where(~is_pending).order_by(appeals.c.heard_at.desc())
        query = (waiting if pending else ended).limit(limit)
        return [_appeal_from_row(row) for row in self._connection.execute(query).mappings()]

    def appeal_item(self, appeal_id: str) -> AppealItem | None:
        appeal = self.appeal(appeal_id)
        if appeal is None:
            return None
        query = (
            select(decisions)
            .add_columns(revisions.c.body, revisions.c.reference, revisions.c.withdrawn_at)
            .add_columns(comments.c.author, comments.c.id.label("comment"))
            .join(revisions, revisions.c.id == decisions.c.revision_id)
            .join(comments, comments.c.id == revisions.c.comment_id)
            .where(decisions.c.id == appeal.decision_id)
        )
        row = self._connection.execute(query).mappings().one()
        return AppealItem(
            appeal=appeal,
            decision=rows.decision_from_row(row),
            text=visible_text(row),
            author=row["author"],
            reference=row["reference"],
            is_withdrawn=row["withdrawn_at"] is not None,
        )

    def hearers_of(self, revision_id: str) -> Collection[str]:
        query = select(first_looks.c.actor).join(appeals, appeals.c.id == first_looks.c.appeal_id)
        found = self._connection.execute(query.where(appeals.c.revision_id == revision_id))
        return set(found.scalars())

    def first_looks(self, appeal_id: str) -> Sequence[FirstLook]:
        query = select(first_looks).where(first_looks.c.appeal_id == appeal_id)
        found = self._connection.execute(query.order_by(first_looks.c.looked_at)).mappings()
        return [_first_look_from_row(row) for row in found]

    def _appeal(self, query: Select[Any]) -> Appeal | None:
        row = self._connection.execute(query).mappings().first()
        return _appeal_from_row(row) if row else None


class SqlAppealWrites(SqlAppealReads):
    """Implements `core.store.appeal_base.AppealWriter`."""

    def add_appeal(self, appeal: Appeal, audit: AuditEvent) -> bool:
        same = select(appeals).where(appeals.c.decision_id == appeal.decision_id)
        if self._appeal(same) is not None:
            return False
        self._connection.execute(insert(appeals), _appeal_to_row(appeal))
        self.add_audit(audit)
        return True

    def add_first_look(self, look: FirstLook, audit: AuditEvent) -> None:
        self._connection.execute(insert(first_looks), _first_look_to_row(look))
        self.add_audit(audit)

    def end_appeal(self, appeal: Appeal, audit: AuditEvent) -> bool:
        row = _appeal_to_row(appeal)
        moved = self._connection.execute(
            update(appeals)
            .where(appeals.c.id == appeal.id, appeals.c.status == AppealStatus.PENDING.value)
            .values({name: row[name] for name in _OUTCOME})
        )
        if moved.rowcount == 0:
            return False
        self.add_audit(audit)
        return True

    def add_audit(self, audit: AuditEvent) -> None:
        raise NotImplementedError


def _appeal_to_row(appeal: Appeal) -> dict[str, Any]:
    return {
        "id": appeal.id,
        "decision_id": appeal.decision_id,
        "revision_id": appeal.revision_id,
        "words": appeal.words,
        "status": appeal.status.value,
        "filed_at": rows.to_micros(appeal.filed_at),
        "due_at": rows.to_micros(appeal.due_at),
        "heard_by": appeal.heard_by,
        "outcome_reason": appeal.outcome_reason,
        "heard_at": rows.to_micros(appeal.heard_at) if appeal.heard_at else None,
    }


def _appeal_from_row(row: RowMapping) -> Appeal:
    return Appeal(
        id=row["id"],
        decision_id=row["decision_id"],
        revision_id=row["revision_id"],
        words=row["words"],
        status=AppealStatus(row["status"]),
        filed_at=rows.from_micros(row["filed_at"]),
        due_at=rows.from_micros(row["due_at"]),
        heard_by=row["heard_by"],
        outcome_reason=row["outcome_reason"],
        heard_at=rows.maybe_time(row["heard_at"]),
    )


def _first_look_to_row(look: FirstLook) -> dict[str, Any]:
    return {
        "appeal_id": look.appeal_id,
        "actor": look.actor,
        "action": look.action.value,
        "reason_code": look.reason_code,
        "looked_at": rows.to_micros(look.looked_at),
    }


def _first_look_from_row(row: RowMapping) -> FirstLook:
    return FirstLook(
        appeal_id=row["appeal_id"],
        actor=row["actor"],
        action=Action(row["action"]),
        reason_code=row["reason_code"],
        looked_at=rows.from_micros(row["looked_at"]),
    )

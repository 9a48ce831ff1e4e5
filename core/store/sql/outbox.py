"""The messages in SQL. They are stored with what they are about, and claimed to be sent."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Text,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)

from core.moderation.audit import AuditEvent
from core.moderation.outbox import Audience, Channel, Message, MessageState
from core.store.sql import rows
from core.store.sql.outbox_table import IS_PENDING, outbox
from core.store.sql.prepared import Prepared
from core.store.sql.tables import revisions
from core.store.views import MessageCount

_GIVEN = (
    *("id", "channel", "audience", "revision_id", "decision_id", "appeal_id"),
    *("state", "due_at", "next_at", "attempts", "detail", "ended_at"),
)
_STORE = Prepared(
    insert(outbox).from_select(
        [*(outbox.c[name] for name in _GIVEN), outbox.c.comment_id],
        select(
            *(bindparam(name, type_=outbox.c[name].type) for name in _GIVEN),
            revisions.c.comment_id,
        ).where(revisions.c.id == bindparam("revision", type_=Text)),
    )
)
_earlier = outbox.alias("earlier")
_DUE = Prepared(
    select(outbox)
    .where(
        IS_PENDING,
        outbox.c.channel == bindparam("channel"),
        outbox.c.next_at <= bindparam("now"),
        ~exists().where(
            _earlier.c.comment_id == outbox.c.comment_id,
            _earlier.c.channel == outbox.c.channel,
            _earlier.c.audience == outbox.c.audience,
            _earlier.c.number < outbox.c.number,
            _earlier.c.state == bindparam("pending"),
        ),
    )
    .order_by(outbox.c.next_at, outbox.c.number)
    .limit(bindparam("most"))
)
_CLAIM = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("message"))
    .values(attempts=outbox.c.attempts + 1, next_at=bindparam("until"))
)
_later = outbox.alias("later")


class SqlOutboxReads:
    """The part of `core.store.base.Reader` about messages."""

    _connection: Connection

    def message(self, message_id: str) -> Message | None:
        row = self._connection.execute(select(outbox).where(outbox.c.id == message_id))
        found = row.mappings().first()
        return _message(found) if found else None

    def messages(
        self, state: MessageState, limit: int, after: Message | None = None
    ) -> Sequence[Message]:
        query = select(outbox).where(outbox.c.state == state.value).order_by(outbox.c.number)
        if after is not None:
            place = select(outbox.c.number).where(outbox.c.id == after.id).scalar_subquery()
            query = query.where(outbox.c.number > place)
        return [_message(row) for row in self._connection.execute(query.limit(limit)).mappings()]

    def messages_of(self, revision_id: str) -> Sequence[Message]:
        comment = select(revisions.c.comment_id).where(revisions.c.id == revision_id)
        query = select(outbox).where(
            outbox.c.comment_id == comment.scalar_subquery(), outbox.c.revision_id == revision_id
        )
        found = self._connection.execute(query.order_by(outbox.c.number)).mappings()
        return [_message(row) for row in found]

    def has_due_messages(self, channel: Channel, now: datetime) -> bool:
        return bool(self._due(channel, now, 1))

    def _due(self, channel: Channel, now: datetime, limit: int) -> Sequence[Message]:
        asked = {
            "channel": channel.value,
            "now": rows.to_micros(now),
            "pending": MessageState.PENDING.value,
            "most": limit,
        }
        return [_message(row) for row in _DUE.run(self._connection, asked).mappings().all()]

    def is_overtaken(self, message: Message) -> bool:
        query = (
            select(_later.c.id)
            .join_from(
                outbox,
                _later,
                (_later.c.comment_id == outbox.c.comment_id)
                & (_later.c.channel == outbox.c.channel)
                & (_later.c.audience == outbox.c.audience)
                & (_later.c.number > outbox.c.number),
            )
            .where(outbox.c.id == message.id, _later.c.state == MessageState.DELIVERED.value)
            .limit(1)
        )
        return self._connection.execute(query).first() is not None

    def count_messages(self) -> Sequence[MessageCount]:
        columns = (outbox.c.channel, outbox.c.state)
        query = (
            select(*columns, func.count(), func.min(outbox.c.due_at), func.max(outbox.c.ended_at))
            .group_by(*columns)
            .order_by(*columns)
        )
        return [
            MessageCount(
                Channel(channel),
                MessageState(state),
                count,
                rows.from_micros(due),
                None if ended is None else rows.from_micros(ended),
            )
            for channel, state, count, due, ended in self._connection.execute(query)
        ]


class SqlOutboxWrites(SqlOutboxReads):
    """The part of `core.store.base.Writer` about messages."""

    def add_audit(self, audit: AuditEvent) -> None:
        """Supplied by the writer."""
        raise NotImplementedError

    def _add_messages(self, messages: Iterable[Message]) -> None:
        for message in messages:
            row = {**_row(message), "revision": message.revision_id}
            _STORE.run(self._connection, row)

    def claim_messages(
        self, channel: Channel, *, now: datetime, until: datetime, limit: int
    ) -> Sequence[Message]:
        due = self._due(channel, now, limit)
        for message in due:
            values = {"message": message.id, "until": rows.to_micros(until)}
            _CLAIM.run(self._connection, values)
        return [replace(each, attempts=each.attempts + 1, next_at=until) for each in due]

    def save_message(self, message: Message) -> bool:
        is_ours = (outbox.c.id == message.id, IS_PENDING, outbox.c.attempts == message.attempts)
        saved = self._connection.execute(update(outbox).where(*is_ours).values(_row(message)))
        return saved.rowcount > 0

    def replay_message(self, message: Message, audit: AuditEvent) -> None:
        self._connection.execute(
            update(outbox).where(outbox.c.id == message.id).values(_row(message))
        )
        self.add_audit(audit)


def _row(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "channel": message.channel.value,
        "audience": message.audience.value,
        "revision_id": message.revision_id,
        "decision_id": message.decision_id,
        "appeal_id": message.appeal_id,
        "state": message.state.value,
        "due_at": rows.to_micros(message.due_at),
        "next_at": rows.to_micros(message.next_at),
        "attempts": message.attempts,
        "detail": message.detail,
        "ended_at": None if message.ended_at is None else rows.to_micros(message.ended_at),
    }


def _message(row: RowMapping) -> Message:
    return Message(
        id=row["id"],
        channel=Channel(row["channel"]),
        audience=Audience(row["audience"]),
        revision_id=row["revision_id"],
        decision_id=row["decision_id"],
        appeal_id=row["appeal_id"],
        state=MessageState(row["state"]),
        due_at=rows.from_micros(row["due_at"]),
        next_at=rows.from_micros(row["next_at"]),
        attempts=row["attempts"],
        detail=row["detail"],
        ended_at=None if row["ended_at"] is None else rows.from_micros(row["ended_at"]),
    )

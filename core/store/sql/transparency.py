"""The reads about restrictions."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, or_, select

from core.errors import StoreError
from core.moderation.policies import Action
from core.store.sql import rows
from core.store.sql.prepared import Prepared
from core.store.sql.tables import comments, decisions, reports, revisions
from core.store.transparency_base import FigureRow, TextTimes
from core.store.transparency_queries import FigureQuery

_STREAMED = {"stream_results": True, "yield_per": 1_000}
_MAY_RESTRICT = and_(decisions.c.action != Action.APPROVE, decisions.c.reason_code.is_not(None))
_EDIT = revisions.alias("edit")
_TEXTS = revisions.outerjoin(
    _EDIT,
    and_(
        _EDIT.c.comment_id == revisions.c.comment_id,
        _EDIT.c.number == revisions.c.number + 1,
    ),
)


_TEXT_TIMES = Prepared(
    select(
        comments.c.author,
        comments.c.created_at,
        revisions.c.number,
        revisions.c.received_at,
        revisions.c.withdrawn_at,
        _EDIT.c.received_at.label("edited_at"),
        exists().where(reports.c.revision_id == revisions.c.id).label("is_reported"),
    )
    .select_from(_TEXTS.join(comments, comments.c.id == revisions.c.comment_id))
    .where(revisions.c.id == bindparam("revision"))
)


class SqlTransparency:
    """The part of `core.store.base.Reader` about restrictions."""

    _connection: Connection

    def restricting_decisions(self, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
        query = (
            select(decisions.c.id, decisions.c.revision_id)
            .where(_MAY_RESTRICT, _is_within(decisions.c.effective_at, since, until))
            .order_by(decisions.c.effective_at, decisions.c.id)
        )
        return (
            (row.id, row.revision_id)
            for row in self._connection.execute(query, execution_options=_STREAMED)
        )

    def texts_with_ends(self, since: datetime, until: datetime) -> Iterator[str]:
        own = decisions.c.revision_id == revisions.c.id
        changed = or_(
            exists().where(own, _is_within(decisions.c.effective_at, since, until)),
            _is_within(revisions.c.withdrawn_at, since, until),
            _is_within(_EDIT.c.received_at, since, until),
        )
        query = (
            select(revisions.c.id)
            .select_from(_TEXTS)
            .where(exists().where(own, _MAY_RESTRICT), changed)
            .order_by(revisions.c.id)
        )
        return (row.id for row in self._connection.execute(query, execution_options=_STREAMED))

    def text_times(self, revision_id: str) -> TextTimes:
        row = _TEXT_TIMES.run(self._connection, {"revision": revision_id}).first()
        if row is None:
            raise StoreError("There is no such text in the state.")
        return TextTimes(
            author=row.author,
            # The source's time is that of the comment's first text.
            posted_at=rows.from_micros(row.created_at if row.number == 1 else row.received_at),
            edited_at=rows.maybe_time(row.edited_at),
            withdrawn_at=rows.maybe_time(row.withdrawn_at),
            is_reported=bool(row.is_reported),
        )

    def figure(
        self, query: FigureQuery, since: datetime, until: datetime
    ) -> tuple[str, Sequence[FigureRow]]:
        text = query.text(rows.to_micros(since), rows.to_micros(until))
        found = self._connection.exec_driver_sql(text).all()
        return text, [
            FigureRow(tuple(groups), None if value is None else float(value))
            for *groups, value in found
        ]


def _is_within(column: ColumnElement[int], since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(column >= rows.to_micros(since), column < rows.to_micros(until))

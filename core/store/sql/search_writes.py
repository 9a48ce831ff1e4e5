"""What the writer tells the index of the search in PostgreSQL. In SQLite triggers keep it
(migration 0010). A decision tells it by itself: core/store/sql/postgres/decide.py."""

from sqlalchemy import Connection, bindparam, select

from core.moderation.comments import Comment, Revision
from core.store.sql import rows
from core.store.sql.postgres import search_index
from core.store.sql.prepared import Prepared
from core.store.sql.tables import comments

_AUTHOR = Prepared(select(comments.c.author).where(comments.c.id == bindparam("comment")))


class SqlSearchWrites:
    """The part of the writer for the search. Does nothing on SQLite."""

    _connection: Connection

    def _enter_text(self, revision: Revision, author: str | None = None) -> None:
        """`author` is that of the comment, read if it is not given."""
        if self._has_triggers:
            return
        if author is None:
            found = _AUTHOR.run(self._connection, {"comment": revision.comment_id})
            author = str(found.scalar_one())
        received_at = rows.to_micros(revision.received_at)
        search_index.enter_text(self._connection, revision.id, received_at, revision.text, author)

    def _enter_author(self, comment: Comment) -> None:
        if not self._has_triggers:
            search_index.enter_author(self._connection, comment.id, comment.author)

    def _leave_search(self, comment_id: str) -> None:
        if not self._has_triggers:
            search_index.leave(self._connection, comment_id)

    @property
    def _has_triggers(self) -> bool:
        return self._connection.dialect.name == "sqlite"

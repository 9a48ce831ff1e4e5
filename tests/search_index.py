"""Whether the index of the search on PostgreSQL is that of the texts."""

from contextlib import closing

from sqlalchemy import Connection

from core.store.sql import SqlStore
from core.store.sql.postgres.database import PostgresDatabase
from core.store.sql.postgres.search_index import LEVELS

WORDS = """
    SELECT revision_id, received_at, ARRAY(
    SELECT lexeme FROM unnest(words) WHERE NOT starts_with(lexeme, '#'))
    FROM search_documents ORDER BY revision_id"""
BLOCKS = f"""
    SELECT count(*) FROM search_documents WHERE
    ARRAY(SELECT lexeme FROM unnest(words) WHERE starts_with(lexeme, '#') ORDER BY 1)
    <> ARRAY[{", ".join(f"'#{level}:' || (id >> {level})" for level in LEVELS)}]"""


def check_postgres_index(url: str) -> None:
    """Raises if an index made anew would be another one. Numbers the texts anew."""
    with closing(SqlStore(PostgresDatabase(url))) as store, store.transaction() as connection:
        kept = rows(connection, WORDS)
        assert rows(connection, BLOCKS) == [(0,)]
        store.index_texts(connection)
        assert rows(connection, WORDS) == kept
        assert rows(connection, BLOCKS) == [(0,)]


def rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(query)]

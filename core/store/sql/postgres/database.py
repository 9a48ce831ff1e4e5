"""A PostgreSQL database as the store uses it.

One advisory lock is the write lock of all processes, as SQLite's is: what the services check before
they write stays true until the commit.
"""

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from core.errors import MissingExtra, StoreError
from core.store.sql.kept_copy import kept_copy
from core.store.sql.postgres.connections import make_engine, parse_url
from core.store.sql.postgres.dumped import dump_state
from core.store.sql.postgres.failures import READ_ONLY, is_lasting, is_transient, reason_of
from core.store.sql.postgres.search_index import make_index
from core.store.sql.tables import metadata

_logger = logging.getLogger(__name__)
MOST_CONNECTIONS = 16
"""Of one process; a server admits 100 by default."""

# The key is the schema's: two consoles with schemas of their own don't wait for each other.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 20261127))"
_AS_IT_IS = {"no_parameters": True}
"""Of this one statement: with parameters, if only an empty list, a message holds one statement."""


class PostgresDatabase:
    """Implements `core.store.sql.database.StateDatabase`."""

    search_tables: tuple[str, ...] = ("search_documents",)

    def __init__(self, url: str, copies: Path | None = None) -> None:
        """Opens no connection yet. `copies` is the folder for copies from before a change of the
        tables. Raises ConfigError or MissingExtra."""
        self._url, self._copies = url, copies
        parsed = parse_url(url)
        self.name = parsed.set(drivername="postgresql", query={}).render_as_string()
        self.engine = make_engine(parsed, connections=MOST_CONNECTIONS)
        # Its own connection, so that the check never waits behind readers.
        self._probe = make_engine(parsed, connections=1)

    def begin_read(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begin_write(self, connection: Connection) -> None:
        # Both in one message: a decision waits for few answers besides that of the commit.
        connection.exec_driver_sql(f"BEGIN; {_LOCK}", execution_options=_AS_IT_IS)

    def end_write(self, connection: Connection) -> None:
        """Nothing is kept beside the tables."""

    def index_texts(self, connection: Connection) -> None:
        make_index(connection)
        # The server would learn within minutes how many rows there are, and plan badly till then.
        connection.exec_driver_sql(f"ANALYZE {', '.join(metadata.tables)}")

    def purge(self, connection: Connection, *, is_first: bool) -> bool:
        """The index has no other words than its table."""
        return False

    def empty_log(self) -> None:
        # The server overwrites what was deleted after its own VACUUM, and its log in its turn.
        for copy in self._copies.glob("state.schema-*") if self._copies else ():
            copy.unlink(missing_ok=True)

    def check_is_ours(self, connection: Connection) -> None:
        found = set(inspect(connection).get_table_names())
        if "alembic_version" not in found and (taken := found & set(metadata.tables)):
            raise StoreError(
                f"{self.name} has a table {min(taken)} of another application. Give the console a "
                "database of its own."
            )

    def keep_copy(self, connection: Connection, schema: str) -> str:
        if self._copies is None:
            return "no copy was kept"
        kept = self._copies / f"state.schema-{schema}.dump"
        try:
            with kept_copy(kept) as copy:
                dump_state(self._url, copy)
        except MissingExtra as error:
            _logger.warning("The state was not copied before its tables are changed: %s", error)
            return "no copy was kept"
        return f"as it was it is in {kept}"

    def note_opened(self) -> None:
        """Nothing is kept beside the database."""

    def check(self) -> None:
        """The server answers for its own files."""

    def check_committed(self) -> None:
        """The server acknowledges a commit that is on its disk."""

    def check_lock(self, seconds: float) -> None:
        with self._probe.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{int(seconds * 1000)}ms'")
                connection.exec_driver_sql(_LOCK)
                # A replica gives the lock as well, but takes no write.
                if connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on":
                    raise StoreError(f"{self.name}: {READ_ONLY}")
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def check_room(self) -> None:
        """A client can't see the server's disk: `is_lasting` counts a full one once it is met."""

    def is_lasting(self, error: BaseException | None) -> bool:
        return is_lasting(error)

    def is_transient(self, error: BaseException | None) -> bool:
        return is_transient(error)

    def failure(self, error: DBAPIError) -> StoreError:
        return StoreError(f"{self.name}: {reason_of(error.orig)}")

    def close(self) -> None:
        self.engine.dispose()
        self._probe.dispose()


def server_version(url: str) -> str:
    """Of a server that answers. Changes nothing there. Raises StoreError, ConfigError or
    MissingExtra."""
    database = PostgresDatabase(url)
    try:
        with database.engine.connect() as connection:
            return str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    except DBAPIError as error:
        raise database.failure(error) from error
    finally:
        database.close()

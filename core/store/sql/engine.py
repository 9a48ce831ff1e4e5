"""The database connection and its transactions.

SQLite in WAL mode with `synchronous=FULL`: an acknowledged commit survives the process and the
machine; many processes read while one writes, and writers queue.
"""

import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from core.errors import StoreError
from core.store.base import Reader, Writer
from core.store.sql.migrate import migrate
from core.store.sql.reader import SqlReader
from core.store.sql.state_file import BUSY_TIMEOUT_S, StateFile, is_damage
from core.store.sql.writer import SqlWriter


class SqlStore:
    """The state in one SQLite file. Implements `core.store.base.Store`."""

    def __init__(self, path: Path) -> None:
        """Opens the file, makes it on a first start, and brings its schema up to date.

        Raises StoreError for a state that was lost, is damaged or is no state of this console.
        """
        self._file = StateFile(path)
        self._path = self._file.path
        self._file.prepare()
        self._engine = _connect(self._file.file)
        # SQLite makes writers ask again after a sleep; threads of one process can do better.
        self._writing = threading.Lock()
        # Pooled connections are closed with the store, also when nobody called `close`.
        weakref.finalize(self, self._engine.dispose)
        with self._transaction("BEGIN IMMEDIATE") as connection:
            self._file.check_content(connection)
            migrate(connection, str(self._path))
        self._file.mark_used()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A snapshot: all reads in the block see the same moment."""
        with self._transaction("BEGIN") as connection:
            yield SqlReader(connection)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """Takes the write lock at once, so that what is read inside can't go stale."""
        with self._writing, self._transaction("BEGIN IMMEDIATE") as connection:
            yield SqlWriter(connection)

    def close(self) -> None:
        """Let go of the pooled connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql(begin)
                try:
                    yield connection
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
                connection.exec_driver_sql("COMMIT")
        except OperationalError as error:
            raise StoreError(f"{self._path}: {error.orig}") from error
        except PoolTimeout as error:
            raise StoreError(f"{self._path}: too many readers at once") from error
        except DBAPIError as error:
            if is_damage(error.orig):
                raise self._file.damaged(error.orig) from error
            raise StoreError(f"{self._path}: {type(error.orig).__name__}: {error.orig}") from error


def _connect(path: Path) -> Engine:
    engine = create_engine(
        # Not as text: `?`, `#` and `%` mean something in an address.
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=32,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _configure(raw: object, _record: object) -> None:
        cursor = raw.cursor()  # type: ignore[attr-defined]  # a DB-API connection
        _enter_wal(cursor)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _enter_wal(cursor: sqlite3.Cursor) -> None:
    """SQLite refuses the change at once, whatever its busy timeout, while another process writes
    in the old mode: so does the first of several that open a fresh file together."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > give_up_at:
                raise
        time.sleep(0.02)

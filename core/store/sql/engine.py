"""The database connection and its transactions.

SQLite runs in WAL mode with `synchronous=FULL`: a commit that has returned survives a crash of the
process and of the machine. Many processes can read while one writes; writers wait for each other.
"""

import sqlite3
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
from core.store.sql.group_commit import GroupCommit
from core.store.sql.migrate import migrate
from core.store.sql.opened_state import OpenedState, check_room
from core.store.sql.reader import SqlReader
from core.store.sql.state_file import BUSY_TIMEOUT_S, StateFile, is_damage
from core.store.sql.write_outcomes import WriteOutcomes
from core.store.sql.writer import SqlWriter

WRITABLE_WITHIN_S = 1.0


class SqlStore:
    """The state in one SQLite file. Implements `core.store.base.Store`."""

    def __init__(self, path: Path) -> None:
        """Opens the file, creates it on a first start, and brings its schema up to date.

        Raises StoreError for a state that was lost, is damaged or belongs to another application.
        """
        self._file = StateFile(path)
        self._path = self._file.path
        self._file.prepare()
        self._engine = _connect(self._file.file)
        # A waiting SQLite writer sleeps and tries again; threads of one process wait on a lock.
        self._writes = GroupCommit(self._begin, self._commit, patience_s=BUSY_TIMEOUT_S)
        # Closes the pooled connections even if `close` was never called.
        weakref.finalize(self, self._engine.dispose)
        self._outcomes = WriteOutcomes(time.monotonic)
        self._opened: OpenedState | None = None
        self._probe: sqlite3.Connection | None = None
        with self._transaction("BEGIN IMMEDIATE") as connection:
            self._file.check_content(connection)
            migrate(connection, str(self._path))
            self._keep_open()
        self._file.mark_used()
        event.listen(self._engine, "do_connect", self._before_connect)

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """All reads in the block see the same snapshot."""
        with self._transaction("BEGIN") as connection:
            yield SqlReader(connection)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """Takes the write lock at the beginning, so that reads in the block can't become stale.
        Writes of several threads may share a commit; each is kept or rolled back by itself."""
        with self._errors(), self._writes.write() as connection, self._errors():
            yield SqlWriter(connection)

    @contextmanager
    def together(self) -> Iterator[None]:
        """A group commit of this thread's writes; other threads wait until it ends."""
        with self._errors(), self._writes.together():
            yield

    def check_writable(self) -> None:
        """Raises StoreError if nothing can be stored now; returns within about two seconds."""
        with self._errors():
            self._check_file()
            if (failure := self._outcomes.lasting_failure()) is not None:
                raise StoreError(f"{self._path}: the last write failed: {failure}")
            self._check_lock(self._probe or self._keep_open())
            check_room(self._file.file)

    def _check_lock(self, probe: sqlite3.Connection) -> None:
        try:
            with self._writes.turn(WRITABLE_WITHIN_S):
                probe.execute("BEGIN IMMEDIATE")
                probe.execute("ROLLBACK")
        except StoreError:
            # The lock is busy but a write has just succeeded, so a new one would, too.
            if not self._outcomes.has_succeeded_within(WRITABLE_WITHIN_S):
                raise

    def close(self) -> None:
        """Close the connections. A later use opens new ones."""
        self._engine.dispose()
        self._opened = None
        if self._probe is not None:
            self._probe.close()
            self._probe = None

    def _keep_open(self) -> sqlite3.Connection:
        """Keep a connection open until `close`. SQLite removes the log when the last connection
        closes, so with this one both files stay the same and `OpenedState` can compare them."""
        self._probe = probe = _open_probe(self._file.file)
        weakref.finalize(self, probe.close)
        self._opened = OpenedState(self._path, self._file.file)
        return probe

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with self._errors():
            self._check_file()
            with self._engine.connect() as connection:
                connection.exec_driver_sql(begin)
                try:
                    yield connection
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
                connection.exec_driver_sql("COMMIT")

    def _begin(self) -> Connection:
        self._check_file()
        connection = self._engine.connect()
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if self._opened is None:
                self._keep_open()
        except BaseException:
            connection.close()
            raise
        return connection

    def _commit(self, connection: Connection) -> None:
        """Commit, checking the files before (so that nothing is written to a replaced file) and
        after (so that no write is acknowledged that is not in the state)."""
        with self._errors():
            self._check_file()
            connection.exec_driver_sql("COMMIT")
            self._check_file()
            if self._opened is not None:
                self._opened.check_log()
        self._outcomes.note_success()

    def _check_file(self) -> None:
        if self._opened is not None:
            self._opened.check()

    def _before_connect(self, *_: object) -> None:
        """SQLite creates a missing file when it connects, which must not happen to a lost state."""
        self._check_file()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Converts errors of the database in the block to StoreError."""
        try:
            yield
        except PoolTimeout as error:
            raise StoreError(f"{self._path}: too many readers at once") from error
        except DBAPIError as error:
            self._outcomes.note_failure(error.orig)
            if is_damage(error.orig):
                raise self._file.damaged(error.orig) from error
            what = "" if isinstance(error, OperationalError) else f"{type(error.orig).__name__}: "
            raise StoreError(f"{self._path}: {what}{error.orig}") from error
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {error}") from error


def _connect(path: Path) -> Engine:
    engine = create_engine(
        # Not a URL as text, because `?`, `#` and `%` in the path would be parsed.
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=32,
        hide_parameters=True,  # otherwise error messages would quote comments
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


def _open_probe(path: Path) -> sqlite3.Connection:
    probe = sqlite3.connect(
        path, timeout=WRITABLE_WITHIN_S, isolation_level=None, check_same_thread=False
    )
    _enter_wal(probe.cursor())
    return probe


def _enter_wal(cursor: sqlite3.Cursor) -> None:
    """Switch to WAL mode, trying again while SQLite is busy: it ignores the busy timeout here when
    another process writes in the old mode, as happens when several open a new file together."""
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

"""The SQLite file as the store uses it."""

import sqlite3
import weakref
from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, OperationalError

from core.errors import StoreError
from core.store.sql.kept_copy import kept_copy
from core.store.sql.sqlite.connections import make_engine, open_probe
from core.store.sql.sqlite.copied_file import copy_file
from core.store.sql.sqlite.opened_state import OpenedState, check_room
from core.store.sql.sqlite.search_index import enter_new_texts, make_index, merge_index
from core.store.sql.sqlite.state_file import StateFile, is_damage
from core.store.sql.sqlite.watched_file import mark_state

PROBE_TIMEOUT_S = 1.0
# Errors of the disk or the file, not those of a statement or of a lock held by another writer.
_LASTING = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
    }
)


class SqliteDatabase:
    """Implements `core.store.sql.database.StateDatabase`."""

    search_tables: tuple[str, ...] = ("search_documents", "search_source", "search_index")

    def __init__(self, path: Path) -> None:
        """Creates the file on a first start. Raises StoreError."""
        self._file = StateFile(path)
        self.name = str(self._file.path)
        self._file.prepare()
        self.engine = make_engine(self._file.file)
        self._opened: OpenedState | None = None
        self._number: int | None = None
        self._probe: sqlite3.Connection | None = None

    def begin_read(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    def begin_write(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if self._opened is None:
            self._keep_open()

    def end_write(self, connection: Connection) -> None:
        enter_new_texts(connection)

    def index_texts(self, connection: Connection) -> None:
        make_index(connection)

    def purge(self, connection: Connection, *, is_first: bool) -> bool:
        return merge_index(connection, is_first=is_first)

    def empty_log(self) -> None:
        with self.engine.connect() as connection:
            # Waits for readers of older pages; later ones need no log.
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        for copy in self._file.copies():
            copy.unlink(missing_ok=True)

    def check_is_ours(self, connection: Connection) -> None:
        self._file.check_content(connection)

    def keep_copy(self, connection: Connection, schema: str) -> str:
        kept = self._file.copy_of(schema)
        with kept_copy(kept) as copy:
            copy_file(self._file.file, copy)
        return f"as it was it is in {kept}"

    def note_opened(self) -> None:
        self._file.mark_used()
        with self.engine.connect() as connection:
            self._number = mark_state(connection)
        if self._opened is not None:
            self._opened.expect(self._number)
        event.listen(self.engine, "do_connect", self._before_connect)

    def check(self) -> None:
        if self._opened is not None:
            self._opened.check()

    def check_committed(self) -> None:
        if self._opened is not None:
            self._opened.check_content()

    def check_lock(self, seconds: float) -> None:
        try:
            probe = self._probe or self._keep_open()
            probe.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
            probe.execute("BEGIN IMMEDIATE")
            probe.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise StoreError(f"{self.name}: {error}") from error

    def check_room(self) -> None:
        check_room(self._file.file)

    def is_lasting(self, error: BaseException | None) -> bool:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _LASTING

    def is_transient(self, error: BaseException | None) -> bool:
        return False

    def failure(self, error: DBAPIError) -> StoreError:
        if is_damage(error.orig):
            return self._file.damaged(error.orig)
        what = "" if isinstance(error, OperationalError) else f"{type(error.orig).__name__}: "
        return StoreError(f"{self.name}: {what}{error.orig}")

    def close(self) -> None:
        self.engine.dispose()
        self._opened = None
        if self._probe is not None:
            self._probe.close()
            self._probe = None

    def _keep_open(self) -> sqlite3.Connection:
        """Keep a connection open until `close`. SQLite removes the log when the last connection
        closes, so with this one both files stay the same and `OpenedState` can compare them."""
        try:
            self._probe = probe = open_probe(self._file.file, PROBE_TIMEOUT_S)
        except sqlite3.Error as error:
            raise StoreError(f"{self.name}: {error}") from error
        weakref.finalize(self, probe.close)
        self._opened = OpenedState(self._file.path, self._file.file)
        if self._number is not None:
            self._opened.expect(self._number)
        return probe

    def _before_connect(self, *_: object) -> None:
        """SQLite creates a missing file when it connects, which must not happen to a lost state."""
        self.check()

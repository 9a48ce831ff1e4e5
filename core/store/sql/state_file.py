"""The SQLite file of the state: made on a first start, and told from one that was lost."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection, inspect

from core.errors import StoreError
from core.private_files import make_private_folder, open_private_file

# SQLite's own limit, with room for the endings of the files beside it.
LONGEST_PATH = 504
BUSY_TIMEOUT_S = 20
_SMALLEST_PAGE_BYTES = 512
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
_OUR_TABLES = {"alembic_version", "audit_events"}
_MARK_TEXT = "The console's state was made here. Remove this file with it, or not at all.\n"


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that the file is not one of its own, or not a whole one."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class StateFile:
    """A file with a mark beside it, made once the state is, by which a later start knows that an
    empty or missing file is no first start."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        # As the system reads it: SQLAlchemy would take `..` out of a path with links.
        self.file = path.resolve()
        self._mark = self.path.with_name(f"{path.name}.made")
        self._was_used = False

    def prepare(self) -> None:
        """Make the file if this is a first start. Raises StoreError."""
        try:
            make_private_folder(self.path.parent)
            self._check_place()
            # In this order: another process at its first start makes the file before these.
            self._was_used = self._mark.exists()
            has_log = self._size_of(self.file.with_name(f"{self.file.name}-wal")) > 0
            if self._size_of(self.file) > 0:
                self._check_is_ours()
                return
            has_served = self.file.exists() and self.path.with_name("serving-log").exists()
            if self._was_used or has_log or has_served:
                raise self._lost()
            with suppress(FileExistsError):
                os.close(open_private_file(self.file, os.O_RDWR | os.O_EXCL))
        except OSError as error:
            raise StoreError(f"{error.filename or self.path}: {error.strerror}") from error

    def check_content(self, connection: Connection) -> None:
        """Raises StoreError for a database without tables, unless this is a first start."""
        if self._was_used and not inspect(connection).get_table_names():
            raise self._lost()

    def mark_used(self) -> None:
        """From now on an empty file is a loss."""
        if self._was_used:
            return
        try:
            with os.fdopen(open_private_file(self._mark, os.O_WRONLY), "w") as mark:
                mark.write(_MARK_TEXT)
        except OSError as error:
            raise StoreError(f"{self._mark}: {error.strerror}") from error

    def damaged(self, error: object) -> StoreError:
        """What to say of a file that SQLite can't read."""
        return StoreError(f"{self.path} is damaged or no database: {error}. {self._way_out()}")

    def _way_out(self) -> str:
        return (
            "Put a copy of it back; or begin anew, without its comments and decisions, by "
            f"removing every file whose name begins with {self.path}"
        )

    def _check_is_ours(self) -> None:
        """Before the store opens it, because that changes the file. Nothing but SQLite opens it: to
        close it again would take away the locks of this process's other connections."""
        # What is shorter than the smallest page SQLite takes for nothing, and writes over it.
        if self._size_of(self.file) < _SMALLEST_PAGE_BYTES:
            raise self.damaged("it is cut off")
        try:
            with closing(sqlite3.connect(self.file, timeout=BUSY_TIMEOUT_S)) as raw:
                tables = [row[0] for row in raw.execute(_TABLES)]
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                raise self.damaged(error) from error
            raise StoreError(f"{self.path}: {error}") from error
        if tables and not _OUR_TABLES.issubset(tables):
            raise StoreError(
                f"{self.path} is another application's database, with the table {tables[0]}. "
                "Point MODCONSOLE_HOME to a folder of its own."
            )

    def _check_place(self) -> None:
        length = len(os.fsencode(self.file))
        if length > LONGEST_PATH:
            raise StoreError(
                f"The path {self.file} has {length} bytes and SQLite takes {LONGEST_PATH}: set "
                "MODCONSOLE_HOME to a shorter one"
            )
        if self.file.exists() and not self.file.is_file():
            raise StoreError(f"{self.path} is not a file. {self._way_out()}")

    def _lost(self) -> StoreError:
        what = "is empty" if self.file.exists() else "is missing"
        return StoreError(f"{self.path} {what}, but a state was kept here. {self._way_out()}")

    @staticmethod
    def _size_of(path: Path) -> int:
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return 0

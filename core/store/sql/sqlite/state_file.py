"""The SQLite file of the state: created on a first start, refused if it was lost or damaged."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection, inspect

from core.errors import StoreError
from core.private_files import make_private_folder, open_private_file
from core.store.sql.database import PATIENCE_S

# In bytes. SQLite's limit is higher by the endings of the files beside it (`-journal`, `-wal`).
LONGEST_PATH = 504
_SMALLEST_PAGE_BYTES = 512
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
_OUR_TABLES = {"alembic_version", "audit_events"}
_BEFORE = ".schema-"
_MARK_TEXT = "The console's state was made here. Remove this file with it, or not at all.\n"


def is_damage(error: BaseException | None) -> bool:
    """Whether the error means that the file is corrupt or not a SQLite database."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def schema_of(path: Path) -> str | None:
    """The version of its tables, read without changing the file; None if it can't be told."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as raw:
            row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])


class StateFile:
    """The database file and a marker file beside it. The marker is written once the state exists,
    so that a later start with an empty or missing database is not taken for a first start."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        # Resolved: SQLAlchemy would remove `..` from a path without following symbolic links.
        try:
            self.file = path.resolve()
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before 3.13
            raise StoreError(f"{self.path}: a loop of symbolic links") from error
        self._mark = self.path.with_name(f"{path.name}.made")
        self._was_used = False

    def prepare(self) -> None:
        """Create the file if this is a first start. Raises StoreError."""
        try:
            make_private_folder(self.path.parent)
            self._check_place()
            # Read marker and log before the file: another process at its first start creates the
            # file first, so the other order could take its new state for a lost one.
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
        """Write the marker: from now on an empty or missing file counts as lost."""
        if self._was_used:
            return
        try:
            with os.fdopen(open_private_file(self._mark, os.O_WRONLY), "w") as mark:
                mark.write(_MARK_TEXT)
        except OSError as error:
            raise StoreError(f"{self._mark}: {error.strerror}") from error

    def copy_of(self, schema: str) -> Path:
        """Where the state is kept as it was before the migration from that schema."""
        return self.path.with_name(f"{self.path.name}{_BEFORE}{schema}")

    def copies(self) -> Iterator[Path]:
        """All that are kept, whole or not."""
        return self.path.parent.glob(f"{self.path.name}{_BEFORE}*")

    def damaged(self, error: object) -> StoreError:
        """The error for a file that SQLite can't read."""
        return StoreError(f"{self.path} is damaged or no database: {error}. {self._way_out()}")

    def _way_out(self) -> str:
        return (
            "Put a copy of it back; or begin anew, without its comments and decisions, by "
            f"removing every file whose name begins with {self.path}"
        )

    def _check_is_ours(self) -> None:
        """Raises StoreError for a damaged file or another application's database. Runs before the
        store opens the file, which would change it. Reads it only through SQLite: closing any other
        descriptor would drop the locks of this process's connections."""
        # SQLite treats a file shorter than its smallest page as empty and would overwrite it.
        if self._size_of(self.file) < _SMALLEST_PAGE_BYTES:
            raise self.damaged("it is cut off")
        try:
            with closing(sqlite3.connect(self.file, timeout=PATIENCE_S)) as raw:
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

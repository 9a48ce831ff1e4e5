"""Checks of the database file's own first page, which the connections have cached: SQLite reads it
again only when the log says that it changed.

`user_version`, which SQLite leaves to the application, is a random number of the state.
"""

import secrets
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from core.errors import StoreError
from core.store.sql.sqlite.log_index import read_index
from core.store.sql.sqlite.own_descriptor import OwnDescriptor

# https://sqlite.org/fileformat2.html#the_database_header
_HEADER = struct.Struct(">16sH6xII28xI28xI4x")
_MAGIC = b"SQLite format 3\0"
_PAUSE_S = 0.005


def mark_state(connection: Connection) -> int:
    """The number of the state, which is chosen the first time."""
    asked = "PRAGMA user_version"
    if not (number := connection.exec_driver_sql(asked).scalar_one()):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if not (number := connection.exec_driver_sql(asked).scalar_one()):
            number = secrets.randbelow(2**31 - 1) + 1
            connection.exec_driver_sql(f"{asked} = {number}")
        connection.exec_driver_sql("COMMIT")
    return int(number)


class WatchedFile:
    """The database file of an opened state. Threads may share it."""

    def __init__(self, path: Path, file: OwnDescriptor, index: OwnDescriptor) -> None:
        self._path = path
        self._file = file
        self._index = index
        self._numbers: set[int] = set()
        self._changes = 0

    def expect(self, number: int) -> None:
        """The state has that number; the file has the one it has now until the log was copied."""
        header = self._header()
        self._numbers = {number, header.number if header else number}

    def check(self) -> None:
        """Raises StoreError if another database was written over the file, or it was cut off."""
        if self._problem() is None:
            return
        time.sleep(_PAUSE_S)  # A page that was read while it was written is whole by then.
        if (problem := self._problem()) is not None:
            raise StoreError(f"{self._path} {problem} while in use: restore it and restart")

    def _problem(self) -> str | None:
        least = self._changes  # Read first: another thread may raise it meanwhile.
        header = self._header()
        if header is None:
            return "was written over" if self._index.read(1) else None  # None: no descriptors here
        if self._numbers and header.number not in self._numbers:
            return "was written over by another state"
        if header.changes < least:
            return "was written over by an older copy"
        self._changes = header.changes
        return self._difference()

    def _header(self) -> "_Header | None":
        found = self._file.read(_HEADER.size)
        if len(found) < _HEADER.size or not found.startswith(_MAGIC):
            return None
        _, page, changes, pages, number, valid_for = _HEADER.unpack(found)
        return _Header(
            number=number,
            changes=changes,
            page_bytes=65_536 if page == 1 else page,
            pages=pages if valid_for == changes else 0,
        )

    def _difference(self) -> str | None:
        """Whether the file has fewer pages than its first page says, or others than the log left.
        That can be told only while all of the log is in it: before, its end may be missing."""
        before = read_index(self._index)
        header = self._header()
        size = self._path.stat().st_size
        if before is None or header is None or not header.pages or not before.pages:
            return None
        if before.is_copying or before.frames != before.copied or before != read_index(self._index):
            return None
        if size < header.pages * header.page_bytes:
            return "was cut off"
        return None if header.pages == before.pages else "was written over by an older copy"


@dataclass(frozen=True, slots=True)
class _Header:
    """`changes` only grows. `pages` is 0 where an old SQLite left it unset."""

    number: int
    changes: int
    page_bytes: int
    pages: int

"""Checks that the state on disk is still the file that this process opened.

A deleted or replaced file stays usable for a process that has it open: SQLite would go on
committing to a file that no other process and no later start will see. So the file at the path is
compared (by device and inode) with the opened one. The database file is never opened here: with
POSIX locks, closing a second descriptor would drop the locks that SQLite holds on it.
"""

import os
import tempfile
from pathlib import Path

from core.errors import StoreError
from core.store.sql.sqlite.own_descriptor import OwnDescriptor
from core.store.sql.sqlite.watched_file import WatchedFile
from core.store.sql.sqlite.watched_log import WatchedLog

ROOM_BYTES = 256 * 1024


class OpenedState:
    """The database file and its write-ahead log. Threads may share it."""

    def __init__(self, path: Path, file: Path) -> None:
        """`path` is where the state is looked for, `file` what it is if it is a symbolic link.
        SQLite keeps its log beside `file`. Both must be open in this process and stay open."""
        self._files = [path, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))]
        self._opened = [_identity(file) for file in self._files]
        index = OwnDescriptor(self._opened[2])
        self._file = WatchedFile(path, OwnDescriptor(self._opened[0]), index)
        self._log = WatchedLog(self._files[1], index)

    def expect(self, number: int) -> None:
        """The state has the number that `mark_state` gave."""
        self._file.expect(number)

    def check(self) -> None:
        """Raises StoreError if a file is missing or was replaced."""
        for file, opened in zip(self._files, self._opened, strict=True):
            if _identity(file) != opened:
                raise StoreError(
                    f"{file} is not the file that was opened: put it back, or restart to use "
                    "what is there now"
                )

    def check_content(self) -> None:
        """Raises StoreError if the database's file was written over or cut off, or commits in the
        log could not be read again. Costs more than `check`, so it is not for each read."""
        self._file.check()
        self._log.check()


def check_room(path: Path) -> None:
    """Raises StoreError unless the log could grow by ROOM_BYTES. Tried with an unnamed temporary
    file, written at the offset of the log's end, which shows a full disk, a quota and a limit on
    file sizes."""
    try:
        log_bytes = path.with_name(path.name + "-wal").stat().st_size
        with tempfile.TemporaryFile(dir=path.parent, buffering=0) as scratch:
            scratch.seek(log_bytes)
            if scratch.write(bytes(ROOM_BYTES)) != ROOM_BYTES:
                raise StoreError(f"{path.parent}: the disk is full")
    except OSError as error:
        raise StoreError(f"{path.parent}: can't be written to: {error.strerror}") from error


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(file)  # noqa: PTH116  # at each commit: Path.stat takes twice as long
    except OSError:
        return None
    return found.st_dev, found.st_ino

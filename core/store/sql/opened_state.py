"""Whether the state on disk is still the one this process opened.

A deleted or replaced file stays usable to those who have it open: SQLite goes on reading and
committing to a file that no other process, and no later start, will ever see. So the path is
compared with what was opened. It is never opened here: closing a second descriptor would drop the
locks that SQLite holds on the file.
"""

import os
import tempfile
from pathlib import Path

from core.errors import StoreError

ROOM_BYTES = 256 * 1024
_WAL_MAGIC = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")


class OpenedState:
    """The database file with its write-ahead log. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """`path` and its log are open in this process, and stay so."""
        self._path = path
        self._files = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
        self._opened = [_identity(file) for file in self._files]
        self._size = 0

    def check(self) -> None:
        """Raises StoreError when it is gone, another file, or cut off."""
        for file, opened in zip(self._files, self._opened, strict=True):
            if _identity(file) != opened:
                raise StoreError(
                    f"{file} is not the file that was opened: put it back, or restart to use "
                    "what is there now"
                )
        size = self._path.stat().st_size
        # It never shrinks while it is open: only a VACUUM by hand would do that.
        if size < self._size:
            raise StoreError(f"{self._path} was cut off while in use: restore it and restart")
        self._size = size

    def check_log(self) -> None:
        """After a commit. Raises StoreError when the log that holds it would not be read again:
        one that was emptied under a running process has no beginning any more."""
        try:
            with self._files[1].open("rb") as log:
                beginning = log.read(4)
        except OSError as error:
            raise StoreError(f"{self._files[1]}: {error.strerror}") from error
        # Empty after a commit: another process has moved everything into the database file.
        if beginning and beginning not in _WAL_MAGIC:
            raise StoreError(f"{self._files[1]} was emptied while in use: restore it and restart")


def check_room(path: Path) -> None:
    """Raises StoreError unless the log could grow by ROOM_BYTES: tried on a file that nobody sees,
    at the log's end, where a full disk, a quota and a limit on file sizes all show."""
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

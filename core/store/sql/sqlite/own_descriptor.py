"""Reading a file through a descriptor that SQLite has open in this process.

With POSIX locks, closing any descriptor of a file drops every lock that the process has on it, so
the database file and the index of its log must not be opened beside SQLite.
"""

import os
from contextlib import suppress
from pathlib import Path

_DESCRIPTORS = Path("/dev/fd")
_TRIES = 3


class OwnDescriptor:
    """Any descriptor of that file. Threads may share it."""

    def __init__(self, identity: tuple[int, int] | None) -> None:
        """`identity` is the file's device and inode."""
        self._identity = identity
        self._descriptor = -1

    def read(self, size: int) -> bytes:
        """The file's beginning as it is on the disk; empty if it is not open here now, or the
        system does not list descriptors."""
        for _ in range(_TRIES):
            if not self._is_it(self._descriptor):
                self._descriptor = self._find()
            with suppress(OSError):
                found = os.pread(self._descriptor, size, 0)
                # Another thread may have closed it meanwhile and opened another file.
                if self._is_it(self._descriptor):
                    return found
        return b""

    def _find(self) -> int:
        with suppress(OSError):
            for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208  # one of them is closed by then
                if self._is_it(int(name)):
                    return int(name)
        return -1

    def _is_it(self, descriptor: int) -> bool:
        with suppress(OSError):
            found = os.fstat(descriptor)
            return (found.st_dev, found.st_ino) == self._identity
        return False

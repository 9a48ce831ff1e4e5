"""Checks that the write-ahead log still has what SQLite will look for in it.

Its beginning and its last frame are read (https://sqlite.org/fileformat2.html#walformat): a log
that was emptied, cut off or written over has another beginning, or ends before that frame.
"""

import struct
import time
from pathlib import Path

from core.errors import StoreError
from core.store.sql.sqlite.log_index import LogIndex, read_index
from core.store.sql.sqlite.own_descriptor import OwnDescriptor

_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24
_SALTS = slice(16, 24)
"""Of the log."""
_CHECKED = struct.Struct(">8x8sII")
"""Of a frame: salts and checksum."""
_SUMS = struct.Struct("=II")
_TRIES = 20
_PAUSE_S = 0.005


class WatchedLog:
    """The write-ahead log of an opened database. Threads may share it."""

    def __init__(self, log: Path, index: OwnDescriptor) -> None:
        self._log = log
        self._index = index

    def check(self) -> None:
        """Raises StoreError if commits that are in the log alone could not be read again."""
        for _ in range(_TRIES):
            index = read_index(self._index)
            if index is not None:
                if self._has(index):
                    return
                after = read_index(self._index)
                # Begun anew meanwhile, its frames are overwritten.
                if after is not None and after.salts == index.salts:
                    raise StoreError(
                        f"{self._log} was cut or written over while in use: restore it and restart"
                    )
            elif not self._index.read(1):
                return  # The index can't be read on this system.
            time.sleep(_PAUSE_S)

    def _has(self, index: LogIndex) -> bool:
        if index.frames == index.copied:
            return True  # Nothing of it is needed any more.
        frame_bytes = _FRAME_HEADER_BYTES + index.page_bytes
        try:
            with self._log.open("rb") as log:
                header = log.read(_HEADER_BYTES)
                log.seek(_HEADER_BYTES + (index.frames - 1) * frame_bytes)
                last = log.read(frame_bytes)
        except OSError as error:
            raise StoreError(f"{self._log}: {error.strerror}") from error
        if header[_SALTS] != index.salts or len(last) < frame_bytes:
            return False
        salts, *sums = _CHECKED.unpack(last[:_FRAME_HEADER_BYTES])
        return bool(salts == index.salts and tuple(sums) == _SUMS.unpack(index.checksum))

"""Checks that every commit that SQLite still keeps in the log could be read again after a crash."""

import time
from dataclasses import dataclass
from pathlib import Path

from core.errors import StoreError
from core.store.sql.sqlite.log_frames import are_whole
from core.store.sql.sqlite.log_index import LogIndex, read_index
from core.store.sql.sqlite.own_descriptor import OwnDescriptor

_TRIES = 20
_PAUSE_S = 0.005
MOST_FRAMES = 16_384
"""More are not read again at each check: 64 MB take some 50 ms. SQLite begins the log anew after
about 1,000, unless readers keep it from that."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """Up to here the log was whole. `stamp` changes with every write to it."""

    index: LogIndex
    stamp: tuple[int, int]


class WatchedLog:
    """The write-ahead log of an opened database. Threads may share it."""

    def __init__(self, log: Path, index: OwnDescriptor) -> None:
        self._log = log
        self._index = index
        self._checked: _Checked | None = None

    def check(self, *, is_own: bool = False) -> None:
        """Raises StoreError if the log was cut or written over. `is_own`: since the last check only
        SQLite wrote to it, so what was whole then is not read again."""
        for _ in range(_TRIES):
            index = read_index(self._index)
            if index is not None:
                is_whole = self._is_whole(index, is_own=is_own)
                after = read_index(self._index)
                # Begun anew meanwhile, its frames are overwritten.
                if after is not None and after.salts == index.salts:
                    if not is_whole:
                        raise StoreError(
                            f"{self._log} was cut or written over while in use: restore it and "
                            "restart"
                        )
                    return
            elif not self._index.read(1):
                return  # The index can't be read on this system.
            time.sleep(_PAUSE_S)

    def _is_whole(self, index: LogIndex, *, is_own: bool) -> bool:
        if index.frames == index.copied:
            return True  # Nothing of it is needed any more.
        try:
            found = self._log.stat()
            stamp = found.st_size, found.st_ctime_ns
            known = self._known(index, stamp, is_own=is_own)
            frames, checksum = (known.frames, known.checksum) if known else (0, (0, 0))
            if known is None or frames < index.frames:
                with self._log.open("rb") as log:
                    if not are_whole(log, index, frames, checksum):
                        return False
        except OSError as error:
            raise StoreError(f"{self._log}: {error.strerror}") from error
        self._checked = _Checked(index, stamp)
        return True

    def _known(self, index: LogIndex, stamp: tuple[int, int], *, is_own: bool) -> LogIndex | None:
        """As far as the log need not be read again."""
        checked = self._checked
        if (
            checked is None
            or checked.index.salts != index.salts
            or checked.index.frames > index.frames
            or stamp[0] < checked.stamp[0]
        ):
            return None
        is_untouched = checked.stamp == stamp
        return checked.index if is_untouched or is_own or index.frames > MOST_FRAMES else None

"""What SQLite's processes tell each other about the write-ahead log, in the file `-shm`
(https://sqlite.org/walformat.html)."""

import struct
from dataclasses import dataclass

from core.store.sql.sqlite.own_descriptor import OwnDescriptor

_BYTES = 136
# In the byte order of the machine: page size, frames, pages, checksum (as it is in the log), salts.
_HEAD = struct.Struct("=14xHII8s8s8x")
_COPIED = struct.Struct("=I28xI")


@dataclass(frozen=True, slots=True)
class LogIndex:
    """The log as SQLite knows it. The salts change whenever it is begun anew. `copied` of its
    frames are in the database file already; `checksum` is that of its last frame. With them the
    state has `pages`; 0 if there was no log since it was opened first."""

    salts: bytes
    page_bytes: int
    frames: int
    pages: int
    checksum: bytes
    copied: int
    is_copying: bool


def read_index(descriptor: OwnDescriptor) -> LogIndex | None:
    """None while it is being written, or if it can't be read here."""
    found = descriptor.read(_BYTES)
    # Two copies, so that a reader can tell a change that is half made.
    if len(found) < _BYTES or found[:48] != found[48:96] or not any(found[:48]):
        return None
    page, frames, pages, checksum, salts = _HEAD.unpack(found[:48])
    copied, attempted = _COPIED.unpack(found[96:132])
    return LogIndex(
        salts=salts,
        page_bytes=(page & 0xFE00) + ((page & 1) << 16),
        frames=frames,
        pages=pages,
        checksum=checksum,
        copied=copied,
        is_copying=attempted > copied,
    )

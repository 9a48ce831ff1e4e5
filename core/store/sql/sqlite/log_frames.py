"""The frames of the write-ahead log, checked as SQLite does when it opens the log after a crash:
it takes them up to the first that does not fit (https://sqlite.org/fileformat2.html#walformat).

Each frame's checksum continues that of the frame before it: (a, b) becomes (a + x + b, b + y + a')
for each pair of 32-bit words x, y. That is linear, so a frame's share of it is a product with
constant weights, and all frames can be checked at once.
"""

from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from core.store.sql.sqlite.log_index import LogIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_MAGIC = (0x377F0682, 0x377F0683)
"""The second one: words are read as big-endian for the checksum."""
_AT_ONCE = 1_024
_WORD = 0xFFFFFFFF


def are_whole(log: BinaryIO, index: LogIndex, known: int, checksum: tuple[int, int]) -> bool:
    """Whether SQLite would find all frames of the index again in the log. `known` frames at its
    beginning are taken for granted; the last of them has that checksum."""
    header = log.read(_HEADER_BYTES)
    magic = int.from_bytes(header[:4], "big")
    if magic not in _MAGIC or header[16:24] != index.salts:
        return False
    is_big = magic == _MAGIC[1]
    if known == 0:
        checksum = _header_checksum(header[:24], is_big=is_big)
        if checksum != _big_endian(header[24:32]):
            return False
    size = _FRAME_HEADER_BYTES + index.page_bytes
    log.seek(_HEADER_BYTES + known * size)
    for first in range(known, index.frames, _AT_ONCE):
        count = min(_AT_ONCE, index.frames - first)
        raw = log.read(count * size)
        if len(raw) < count * size or not _fit(raw, index, checksum, is_big=is_big):
            return False
        last = raw[-size:][:_FRAME_HEADER_BYTES]
        checksum = _big_endian(last[16:])
    return checksum == index.checksum


def _fit(raw: bytes, index: LogIndex, checksum: tuple[int, int], *, is_big: bool) -> bool:
    import numpy as np

    weights, power = _weights((8 + index.page_bytes) // 8)
    rows = np.frombuffer(raw, np.uint8).reshape(-1, _FRAME_HEADER_BYTES + index.page_bytes)
    heads = np.ascontiguousarray(rows[:, 8:_FRAME_HEADER_BYTES])
    if (heads[:, :8] != np.frombuffer(index.salts, np.uint8)).any():
        return False
    summed = np.concatenate((rows[:, :8], rows[:, _FRAME_HEADER_BYTES:]), axis=1)
    words = summed.view(">u4" if is_big else "<u4").astype(np.uint32)
    found = np.ascontiguousarray(heads[:, 8:]).view(">u4").astype(np.uint32)
    before = np.vstack((np.array([checksum], np.uint32), found[:-1]))
    return bool((before @ power + words @ weights == found).all())


@cache
def _weights(pairs: int) -> "tuple[NDArray[np.uint32], NDArray[np.uint32]]":
    """What each word of so many pairs adds to both sums, and what becomes of the sums before."""
    import numpy as np

    a, b, c, d = 1, 0, 0, 1  # what the pairs behind one make of its two sums
    weights: list[tuple[int, int]] = []
    for _ in range(pairs):
        weights += [(b, d), ((a + b) & _WORD, (c + d) & _WORD)]
        a, b, c, d = (a + b) & _WORD, (a + 2 * b) & _WORD, (c + d) & _WORD, (c + 2 * d) & _WORD
    return np.array(weights[::-1], np.uint32), np.array([(a, c), (b, d)], np.uint32)


def _header_checksum(header: bytes, *, is_big: bool) -> tuple[int, int]:
    a = b = 0
    words = [
        int.from_bytes(header[at : at + 4], "big" if is_big else "little")
        for at in range(0, len(header), 4)
    ]
    for x, y in zip(words[::2], words[1::2], strict=True):
        a = (a + x + b) & _WORD
        b = (b + y + a) & _WORD
    return a, b


def _big_endian(eight: bytes) -> tuple[int, int]:
    return int.from_bytes(eight[:4], "big"), int.from_bytes(eight[4:], "big")

"""Hashes the words and word parts of a batch of comments, with numpy and without a vocabulary.

A word is a run of letters, digits and signs that can stand for letters (`*`, `@`, `$`, `'`); any
other mark is a word by itself. Hashes are of lower-case UTF-8 bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

READ_CHARS = 1_536
"""Characters read of a text: more than the 256 tokens a full model reads hold in all but a few."""
_WORD, _MARK = 1, 2
_LONGEST = 63
"""Bytes of a longer word all count, but no longer by their place."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_PART = 4
_GAP = b" \n"


@dataclass(frozen=True, slots=True)
class HashedWords:
    """`words` (W) are rows of a table of words; `heads` and `tails` (W), of a second one, stand for
    their first and last four bytes. Text t owns the words from `words_at[t]` on, at least one.
    """

    words: NDArray[np.int64]
    heads: NDArray[np.int64]
    tails: NDArray[np.int64]
    words_at: NDArray[np.int64]


def hash_words(texts: Sequence[str], *, word_bits: int, part_bits: int) -> HashedWords:
    """The hashed words of `texts` in the form a model reads. The two tables have `2 ** bits`
    rows."""
    blobs = [_blob(text) for text in texts]
    raw = np.frombuffer(_GAP + _GAP.join(blobs) + _GAP, dtype=np.uint8)
    kinds, numbers, places = _tables()
    kind = kinds[raw]
    seen = np.flatnonzero(kind)
    starts = ~((kind[seen] == _WORD) & (kind[seen - 1] == _WORD))
    first = np.flatnonzero(starts)
    sizes = np.diff(first, append=len(seen))
    place = np.arange(len(seen)) - np.repeat(first, sizes)
    left = np.repeat(sizes, sizes) - place - 1
    number = numbers[raw[seen]]
    here = number * places[np.minimum(place, _LONGEST)]
    words = np.add.reduceat(here, first)
    heads = np.add.reduceat(np.where(place < _PART, here, 0), first)
    near_end = np.where(left < _PART, number * places[_LONGEST - np.minimum(left, _PART)], 0)
    lengths = np.array([len(blob) + len(_GAP) for blob in blobs])
    begins = np.cumsum(lengths) - lengths + len(_GAP)
    return HashedWords(
        _rows(words, word_bits),
        _rows(heads, part_bits),
        _rows(np.add.reduceat(near_end, first), part_bits),
        np.searchsorted(seen[first], begins),
    )


def _blob(text: str) -> bytes:
    form = text[:READ_CHARS].lower().encode("utf-8", "replace")
    return form if form.strip() else b"."


def _rows(hashes: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    return (hashes * _SPREAD >> np.uint64(64 - bits)).astype(np.int64)


@cache
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint64], NDArray[np.uint64]]:
    """For each byte its kind and a random number, and a random number for each place in a word."""
    kinds = np.full(256, _MARK, dtype=np.uint8)
    kinds[list(_GAP)] = 0
    for byte in range(128):
        if chr(byte).isalnum() or chr(byte) in "'*@$":
            kinds[byte] = _WORD
    kinds[128:] = _WORD
    return kinds, _random_odd(256, 1), _random_odd(_LONGEST + 1, 2)


def _random_odd(count: int, stream: int) -> NDArray[np.uint64]:
    """Random odd numbers that are the same on every machine and in every release of numpy."""
    mixed = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(stream << 32)) * _SPREAD
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    odd: NDArray[np.uint64] = mixed | np.uint64(1)
    return odd

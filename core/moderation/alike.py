"""Which texts are nearly the same: MinHash signatures to find them, shingles to compare them. Pure.

Two texts are alike if the share of their shingles (runs of characters) that both have, the Jaccard
index, is at least ALIKE. A signature's bands find candidates: texts alike have a band in common
with a probability of 99.5 % or more, and the shingles then decide. docs/decisions.md has the
measurements behind the numbers.
"""

import unicodedata
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, TypeVar

from rensa import RMinHash

SHINGLE_CHARS = 5
ALIKE = 0.7
RELATED = 0.3
"""The least likeness of a precedent that is worth a look."""
LEAST_SHINGLES = 8
"""Shorter texts are alike only if they are the same: a word makes too great a difference."""
BANDS, ROWS = 8, 2
_KEPT_CODES = 0x3000  # all alphabets; a hostile text has every character there is
_SEED = 7  # of all stored signatures, so it can't change without a migration
_KEY_BYTES = 8


COMPARED_CHARS = 500_000
"""What `compare` takes a tenth of a second for."""


class _HasText(Protocol):
    @property
    def text(self) -> str: ...


_Known = TypeVar("_Known", bound=_HasText)


class _Folding(dict[int, str]):
    """For `str.translate`: punctuation and everything that is drawn as a gap becomes a space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = " " if unicodedata.category(char)[0] in "PZC" else char
        if code < _KEPT_CODES:
            self[code] = folded
        return folded


_FOLDING = _Folding()


@dataclass(frozen=True, slots=True)
class Signature:
    """What is stored of a text to find those alike. `text_key` is the same for the same folded
    texts; `bands` are empty for a text with fewer than LEAST_SHINGLES. Both are signed 64-bit
    numbers. `size` is the number of shingles."""

    text_key: int
    bands: tuple[int, ...]
    size: int

    def sizes(self, least: float) -> tuple[float, float]:
        """The least and the greatest size of a text whose likeness may be `least` or more."""
        return self.size * least, self.size / least


def fold(text: str) -> str:
    """The readable text for comparing: without case, punctuation, and repeated spaces. A text of
    nothing but punctuation keeps it."""
    words = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDING).split()
    return " ".join(words) or " ".join(text.split())


def shingles_of(text: str) -> Set[str]:
    """The text's shingles: of a short text none."""
    folded = fold(text)
    found = {folded[i : i + SHINGLE_CHARS] for i in range(len(folded) - SHINGLE_CHARS + 1)}
    return found if len(found) >= LEAST_SHINGLES else frozenset()


def likeness(shingles: Set[str], others: Set[str]) -> float:
    """The Jaccard index, 0 to 1; 0 without any shingles. P. Jaccard, Bull. Soc. Vaud. Sci. Nat. 37
    (1901)."""
    both = len(shingles & others)
    return both / (len(shingles) + len(others) - both) if both else 0.0


def are_alike(text: str, other: str) -> bool:
    """Whether both say nearly the same: alike, or without a difference but case and punctuation."""
    if fold(text) == fold(other):
        return True
    return likeness(shingles_of(text), shingles_of(other)) >= ALIKE


def signature_of(text: str) -> Signature:
    """The signature of a readable text: A. Z. Broder, "On the resemblance and containment of
    documents" (1997)."""
    text_key = _key(fold(text).encode())
    shingles = shingles_of(text)
    if not shingles:
        return Signature(text_key, (), 0)
    sketch = RMinHash(BANDS * ROWS, _SEED)
    sketch.update(list(shingles))
    digest = sketch.digest()
    bands = (
        _key(b"".join(map(_packed, (band, *digest[band * ROWS : (band + 1) * ROWS]))))
        for band in range(BANDS)
    )
    return Signature(text_key, tuple(bands), len(shingles))


def compare(
    text: str, others: Iterable[_Known], *, least: float
) -> tuple[Sequence[tuple[_Known, float]], bool]:
    """Those of `others` whose likeness to the text is at least `least`, the most alike first; and
    whether all were compared: none is after COMPARED_CHARS of text."""
    shingles = shingles_of(text)
    found: list[tuple[_Known, float]] = []
    compared = len(text)
    for known in others:
        compared += len(known.text)
        if compared > COMPARED_CHARS:
            return _sorted(found), False
        share = likeness(shingles, shingles_of(known.text))
        if share >= least:
            found.append((known, share))
    return _sorted(found), True


def _sorted(found: list[tuple[_Known, float]]) -> Sequence[tuple[_Known, float]]:
    return sorted(found, key=lambda each: -each[1])


def _packed(value: int) -> bytes:
    return value.to_bytes(_KEY_BYTES, "big")


def _key(content: bytes) -> int:
    digest = blake2b(content, digest_size=_KEY_BYTES).digest()
    return int.from_bytes(digest, "big", signed=True)

"""The words of a comment as a reader sees them, by their place in the text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Scripts that put no space between words: each character stands for itself.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff"
# A symbol with what is joined to it: skin tones, variation selectors, a whole family by joiners.
_SYMBOL = "[\u2190-\u2bff\U0001f000-\U0001faff]"
_TONED = f"{_SYMBOL}[\ufe0f\u20e3\U0001f3fb-\U0001f3ff]*+"
_JOINED = rf"{_TONED}(?:\u200d{_TONED})*+"
_PIECE = re.compile(
    rf"https?://\S++|{_JOINED}|[{_UNSPACED}]|"
    rf"(?:(?!{_SYMBOL}|[{_UNSPACED}]|[,;:/\"…—–()](?=\w)|\.\.)\S)++|\S"
)
# Signs that stand for letters in masked words (`@ss`, `sh*t`, `$lut`, `f#ck`) belong to the word.
_EDGE = ".,!?;:'\"()[]{}<>«»“”‘’„…–—-_~`^|/\\=+"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a comment: `text[start:end]`."""

    start: int
    end: int


def split_words(text: str) -> tuple[Word, ...]:
    """Words in text order; they never overlap and none is empty or has a space in it.

    Punctuation around a word is not part of it; where nothing but punctuation stands between two
    spaces (`!!!`, `:-(`), it is a word.
    """
    return tuple(
        word
        for chunk in re.finditer(r"\S+", text)
        for word in _words_of_chunk(chunk.group(), chunk.start())
    )


def _words_of_chunk(chunk: str, offset: int) -> Iterable[Word]:
    words = [word for piece in _PIECE.finditer(chunk) if (word := _trimmed(piece, offset))]
    return words or [Word(offset, offset + len(chunk))]


def _trimmed(piece: re.Match[str], offset: int) -> Word | None:
    found = piece.group()
    left = len(found) - len(found.lstrip(_EDGE))
    right = len(found.rstrip(_EDGE))
    return (
        Word(offset + piece.start() + left, offset + piece.start() + right)
        if left < right
        else None
    )


def without(text: str, words: Sequence[Word]) -> str:
    """The text without these words, given in any order; spaces and punctuation around them stay."""
    kept, at = [], 0
    for word in sorted(words, key=lambda word: word.start):
        kept.append(text[at : word.start])
        at = word.end
    return "".join((*kept, text[at:]))


def only(text: str, words: Sequence[Word]) -> str:
    """These words alone, in text order, with a space between."""
    return " ".join(text[word.start : word.end] for word in sorted(words, key=lambda w: w.start))

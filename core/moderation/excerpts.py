"""The part of a text that a search looked for, with the places of its words. Pure.

It finds the words as the index does: whatever their case and their accents.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.moderation.search_query import SearchTerm

EXCERPT_WORDS = 28
WORDS_BEFORE = 6
"""Words of an excerpt before its first match."""
_WORD = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a text, plain, on one line. `matches` are the parts of it that were looked for, as
    (start, end) in characters."""

    text: str
    matches: tuple[tuple[int, int], ...] = ()


def make_excerpt(text: str, terms: Iterable[SearchTerm]) -> Excerpt:
    """The text around the first match, or its beginning if nothing matches."""
    words = list(_WORD.finditer(text))
    folded = [fold(word[0]) for word in words]
    matches = _merged(place for term in terms for place in _places(folded, term))
    first = max(matches[0][0] - WORDS_BEFORE, 0) if matches else 0
    last = min(first + EXCERPT_WORDS, len(words))
    start = words[first].start() if first else 0
    end = words[last - 1].end() if last < len(words) else len(text)
    shown = [
        (words[begin].start() - start, words[stop - 1].end() - start)
        for begin, stop in matches
        if stop <= last
    ]
    return _on_one_line(text[start:end], shown, is_cut=(first > 0, last < len(words)))


def fold(text: str) -> str:
    """The text without case and accents."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def _places(folded: Sequence[str], term: SearchTerm) -> Iterable[tuple[int, int]]:
    """Where the words of the term follow each other, as (first word, past the last)."""
    wanted = [fold(word[0]) for word in _WORD.finditer(term.text)]
    for begin in range(len(folded) - len(wanted) + 1):
        found = folded[begin : begin + len(wanted)]
        is_match = found == wanted or (
            term.is_prefix and found[:-1] == wanted[:-1] and found[-1].startswith(wanted[-1])
        )
        if wanted and is_match:
            yield begin, begin + len(wanted)


def _merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for begin, stop in sorted(places):
        if merged and begin < merged[-1][1]:
            merged[-1] = merged[-1][0], max(stop, merged[-1][1])
        else:
            merged.append((begin, stop))
    return merged


def _on_one_line(
    part: str, matches: Sequence[tuple[int, int]], *, is_cut: tuple[bool, bool]
) -> Excerpt:
    """With single spaces for all others, which moves the matches, and dots where it is cut."""
    line = "…" if is_cut[0] else ""
    places = {edge for match in matches for edge in match}
    moved: dict[int, int] = {}
    position = 0
    for piece in re.split(r"(\s+)", part):
        written = " " if piece.isspace() else piece
        for edge in places:
            if position <= edge <= position + len(piece) and edge not in moved:
                moved[edge] = len(line) + min(edge - position, len(written))
        line += written
        position += len(piece)
    return Excerpt(
        line.rstrip() + ("…" if is_cut[1] else ""),
        tuple((moved[start], moved[end]) for start, end in matches),
    )

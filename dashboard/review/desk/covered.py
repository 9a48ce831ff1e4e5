"""Texts cut into pieces, with severe words covered for whoever wants that."""

from collections.abc import Iterable
from itertools import groupby

from core.inference.severe_words import severe_spans

Piece = tuple[str, bool]


def covered(text: str, *, is_wanted: bool) -> list[Piece]:
    """The text in pieces, each with whether it is covered until the reader asks for it."""
    pieces: list[Piece] = []
    at = 0
    for span in severe_spans(text) if is_wanted else ():
        pieces += [(text[at : span.start], False), (text[span.start : span.end], True)]
        at = span.end
    pieces.append((text[at:], False))
    return [piece for piece in pieces if piece[0]]


def covered_marks(
    marked: Iterable[tuple[str, int]], *, is_wanted: bool
) -> list[tuple[str, int, bool]]:
    """Pieces with the strength of their marks, cut where a covered word begins or ends."""
    given = list(marked)
    is_covered = [
        severe
        for piece, severe in covered("".join(text for text, _ in given), is_wanted=is_wanted)
        for _ in piece
    ]
    pieces: list[tuple[str, int, bool]] = []
    at = 0
    for text, strength in given:
        for severe, run in groupby(range(at, at + len(text)), key=is_covered.__getitem__):
            places = list(run)
            pieces.append((text[places[0] - at : places[-1] + 1 - at], strength, severe))
        at += len(text)
    return pieces

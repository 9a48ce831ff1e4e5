"""Texts cut into pieces, with severe words covered for whoever wants that."""

from collections.abc import Iterable
from itertools import groupby

from core.bootstrap.services import Services
from core.inference.severe_words import severe_spans
from core.moderation.permissions import Actor
from core.services.preferences import load_preferences

Piece = tuple[str, bool]
MOST_BLOCKS = 12
"""A word that was stretched over a line is as long as any other once it is covered."""


def wants_cover(services: Services, actor: Actor) -> bool:
    """Whether the person reads texts with severe words covered."""
    return load_preferences(services.context, actor).masks_severe


def covered(text: str, *, is_wanted: bool) -> list[Piece]:
    """The text in pieces, each with whether it is covered until the reader asks for it."""
    pieces: list[Piece] = []
    at = 0
    for span in severe_spans(text) if is_wanted else ():
        pieces += [(text[at : span.start], False), (text[span.start : span.end], True)]
        at = span.end
    pieces.append((text[at:], False))
    return [piece for piece in pieces if piece[0]]


def covered_text(text: str, *, is_wanted: bool) -> str:
    """The text with blocks in place of its severe words, for whatever shows plain text alone."""
    return "".join(
        blocks(piece) if is_severe else piece
        for piece, is_severe in covered(text, is_wanted=is_wanted)
    )


def blocks(word: str) -> str:
    """What stands in place of a covered word."""
    return "\u2588" * min(len(word), MOST_BLOCKS)


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

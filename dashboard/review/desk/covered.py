"""Texts cut into pieces, with severe words covered for whoever wants that."""

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

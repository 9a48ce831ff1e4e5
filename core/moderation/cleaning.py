"""Converts a comment's original text to the readable text that people read and models score.

Formatting tags become layout (line breaks, list items) and entities become characters. What a
reader can only uncover stands at the end, under its own heading.
"""

import re
import unicodedata
from collections.abc import Sequence

from core.errors import InvalidInput
from core.moderation.invisible import is_blank, visible_form
from core.moderation.reading_order import across_line_ends, in_reading_order

MAX_COMMENT_CHARS = 50_000
HIDDEN_HEADING = "Hidden in this comment:"
"""The line between the text that is displayed and what the comment's markup hides."""

# For controls that a site may show as a blank or not at all: so it is read, in both ways.
_THIN_SPACE = "\u2009"
_BLANK_CONTROL = re.compile("[\x0b-\x0d\x1c-\x1f\x85]")
# The other controls of C0 and C1 except tab and newline; zero-width characters except the joiners
# (emoji and some scripts need those); bidirectional controls.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff]"
)

# The same of a text that is all ASCII, for `str.translate`, which is faster.
_ASCII_CONTROLS = {
    **dict.fromkeys({*range(32), 127} - set(map(ord, "\t\n"))),
    **dict.fromkeys(map(ord, "\x0b\x0c\r\x1c\x1d\x1e\x1f"), _THIN_SPACE),
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONG_GAP = re.compile(r"\n{3,}")
# One line of printable ASCII without markup, and without a space at its ends.
_READABLE_AS_IT_IS = re.compile("[!-%'-;=-~](?:[ -%'-;=-~]*[!-%'-;=-~])?")


def check_text(text: str) -> None:
    """Raises InvalidInput, with the reason, for a text that is empty, too long or not storable."""
    if is_blank(text):
        raise InvalidInput("the text is empty")
    if len(text) > MAX_COMMENT_CHARS:
        raise InvalidInput(
            f"the text has {len(text):,} characters; at most {MAX_COMMENT_CHARS:,} are taken"
        )
    if "\x00" in text:
        raise InvalidInput("the text holds a NUL character")
    if _SURROGATE.search(text):
        raise InvalidInput("the text holds a lone surrogate, which is not valid Unicode")


def is_storable(text: str) -> bool:
    """Whether every supported database can store the text: it has no NUL and no lone surrogate."""
    return "\x00" not in text and not _SURROGATE.search(text)


def is_readable_as_it_is(text: str) -> bool:
    """True only if `check_text` takes the text and `clean_text` leaves it as it is. A quick test
    for plain texts on one line; other texts may be so, too."""
    return len(text) <= MAX_COMMENT_CHARS and _READABLE_AS_IT_IS.fullmatch(text) is not None


def clean_text(original: str) -> str:
    """The readable form of a comment in HTML or plain text, as its source sent it.

    Accepts any text and never raises; `check_text` refuses. Entities are decoded exactly once, so
    that text about markup (`&amp;lt;`) keeps its meaning; cleaning twice may change it.
    """
    text = original.replace("\r\n", "\n").replace("\r", "\n")
    if "<" not in text and "&" not in text:
        return _with_hidden(text, ())
    from core.moderation.markup import read_markup  # its parser takes 40 ms to import

    view = read_markup(text)
    return _with_hidden(view.seen, view.hidden)


def _with_hidden(text: str, hidden: Sequence[str]) -> str:
    seen = _tidy(text)
    if not text.isascii() and (turned := across_line_ends(text)):
        hidden = [*hidden, turned]
    if not hidden:
        return seen
    pieces = dict.fromkeys(" ".join(_tidy(piece).split()) for piece in hidden)
    pieces.pop("", None)
    return "\n".join([f"{seen}\n\n{HIDDEN_HEADING}".lstrip(), *pieces]) if pieces else seen


def hidden_part(readable: str) -> str:
    """What the comment's markup hides, one piece a line, from its readable text; else empty."""
    return readable.partition(HIDDEN_HEADING)[2].strip()


def _tidy(text: str) -> str:
    if text.isascii():
        text = text.translate(_ASCII_CONTROLS)
    else:
        text = _INVISIBLE.sub("", in_reading_order(text)).replace("\u00a0", " ")
        text = _BLANK_CONTROL.sub(_THIN_SPACE, text)
        text = _SURROGATE.sub("", text)
    if "\n" in text:
        text = _LONG_GAP.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n")))
    readable = text.strip()
    return "" if is_blank(readable) else readable


def is_same_text(original: str, other: str) -> bool:
    """Whether two original texts are equal once both are cleaned with the current rules, ignoring
    how accents (NFC or NFD), spaces and line ends are encoded, how many there are in a row, and
    characters that are not drawn."""
    return original == other or _compared(original) == _compared(other)


def _compared(original: str) -> str:
    text = unicodedata.normalize("NFC", visible_form(clean_text(original)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(filter(None, lines))

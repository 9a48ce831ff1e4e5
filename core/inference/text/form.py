"""The form in which a model of this project reads a comment's readable text.

A text that can be taken in two ways has two readings, and the higher score counts.
"""

import logging
import re
import unicodedata
from collections.abc import Iterator

from core.errors import PROGRAM_FAULTS, BackendError
from core.inference.text.addresses import with_address_words, with_every_address_word
from core.inference.text.inner_marks import without_inner_marks
from core.inference.text.letters import PlainLetters
from core.inference.text.look_alikes import folded
from core.inference.text.marks import has_letter_marks, with_letter_marks, without_marks
from core.inference.text.turned_letters import upright
from core.inference.text.whole_words import LETTER, with_whole_words
from core.moderation.cleaning import HIDDEN_HEADING

TEXT_FORM = "reader-4"
"""Recorded in a model's manifest; change it whenever the output of `readings` changes."""
_EARLIER_FORMS = ("reader-2", "html-links-nfkc-emoji-1")
"""What models up to versions 6 and 5 were trained on; their scores of the present form are no worse
(docs/decisions.md, 43 and 104)."""
READ_FORMS = frozenset({TEXT_FORM, *_EARLIER_FORMS})

_OVERRIDE = re.compile(r"\[U\+20(?:2[BDE]|6[78])\]")
# In readable text, so it is displayed as words; where a site does not escape its comments, browsers
# take it for a tag and display the letters around it as one word.
_TAG = re.compile(r"(?<!<)<<++([a-zA-Z/!?][^<>]*)>>+|<([a-zA-Z/!?][^<>]*)>")
_CHARACTER_DATA = re.compile(r"<!\[CDATA\[|\]\]>")
UNREAD = re.compile(f"{_OVERRIDE.pattern}|{_TAG.pattern}")
"""What a second reading leaves out, so that the letters around it are one word."""
_MOST_PIECES, _LONGEST_PIECE = 16, 1_000
_DRAWN_BLANK, _SOFT_BLANK = "\x1c", "\x1d"
"""What stands for those blanks until it is settled how each is read."""
_LETTERS = PlainLetters(_DRAWN_BLANK, _SOFT_BLANK)
_SOFT_IN_WORD = re.compile(f"(?<={LETTER}){_SOFT_BLANK}+(?={LETTER})")
# Letters that each stand alone, once blanks are read as spaces.
_ROW = re.compile(f"(?<!\\S){LETTER}(?: {LETTER}){{2,}}(?!\\S)")

_log = logging.getLogger(__name__)


def model_text(text: str) -> str:
    """The first reading."""
    return readings(text)[0]


def readings(text: str) -> tuple[str, ...]:
    """The distinct ways to read the text, at least one; nearly always exactly one.

    What the comment hides is read by itself: it must not dilute the text that is displayed. Raises
    BackendError if the text meets a fault of this program: a backend fails on such a text alone.
    """
    try:
        return _all_readings(text)
    except PROGRAM_FAULTS as error:
        _log.exception("A text met a fault of this program and was not read.")
        raise BackendError(
            f"a fault of this program: the text could not be read ({type(error).__name__})"
        ) from error


def _all_readings(text: str) -> tuple[str, ...]:
    if HIDDEN_HEADING in text:
        found = dict.fromkeys(way for _, part in pieces_of(text) for way in _readings(part))
        found.pop("", None)
        return tuple(found) or ("",)
    return _readings(text)


def parts_of(text: str) -> tuple[tuple[int, str], ...]:
    """The displayed and the hidden part of a text, if it has one, each with its place."""
    displayed, heading, hidden = text.partition(HIDDEN_HEADING)
    if not heading:
        return ((0, text),)
    return ((0, displayed), (len(displayed) + len(heading), hidden))


def pieces_of(text: str) -> tuple[tuple[int, str], ...]:
    """The parts of a text, then each short piece that is hidden in it, if there are several: one
    must not dilute another."""
    parts = parts_of(text)
    if len(parts) == 1 or "\n" not in parts[1][1].strip():
        return parts
    place, hidden = parts[1]
    found = []
    for piece in hidden.split("\n")[: _MOST_PIECES + 1]:
        if 0 < len(piece) <= _LONGEST_PIECE:
            found.append((place, piece))
        place += len(piece) + 1
    return (*parts, *found)


def _readings(text: str) -> tuple[str, ...]:
    if "[U+20" in text:
        text = _OVERRIDE.sub("", text)
    if "<![CDATA[" in text:
        text = _CHARACTER_DATA.sub("", text)
    found = dict.fromkeys(way for variant in _variants(text) for way in _ways(variant))
    return tuple(filter(None, found)) or ("",)


def _variants(text: str) -> Iterator[str]:
    """The text with the words of its addresses; the same, but for what only some readers get."""
    yield with_address_words(text, _plain_address)
    every_word = with_every_address_word(text, _plain_address)
    for other in (every_word, without_inner_marks(text), upright(text)):
        if other != text:
            yield with_address_words(other, _plain_address)


def _ways(text: str) -> Iterator[str]:
    ways = [text]
    has_tags = "<" in text and _TAG.search(text) is not None
    if not text.isascii() or has_tags:
        ways = list(_plain_ways(text))
        if has_tags:
            ways = [_TAG.sub(with_tags, way) for way in ways for with_tags in (r" \1\2 ", "")]
        ways += [folded(way) for way in ways]
    ways += [with_whole_words(way) for way in ways]
    yield from (" ".join(way.split()) for way in ways)


def _plain_address(address: str) -> str:
    return next(_plain_ways(address))


def _plain_ways(text: str) -> Iterator[str]:
    """The text in plain letters: blanks and combining letters can each be read in two ways."""
    if text.isascii():
        yield text
        return
    text = unicodedata.normalize("NFKC", text.translate(_LETTERS))
    ways = [without_marks(text)]
    if has_letter_marks(text):
        ways.append(without_marks(with_letter_marks(text)))
    for way in ways:
        yield from _ways_of_blanks(way)


def _ways_of_blanks(text: str) -> Iterator[str]:
    """With each kind of blank inside and between words; and with rows of single letters as words,
    for blanks that do both."""
    is_blank_drawn = _DRAWN_BLANK in text
    for drawn in ("", " ") if is_blank_drawn else ("",):
        way = text.replace(_DRAWN_BLANK, drawn)
        yield (spaced := way.replace(_SOFT_BLANK, " "))
        if _SOFT_IN_WORD.search(way):
            yield _SOFT_IN_WORD.sub("", way).replace(_SOFT_BLANK, " ")
    if (is_blank_drawn or _SOFT_BLANK in text) and _ROW.search(spaced):
        yield _ROW.sub(lambda row: row[0].replace(" ", ""), spaced)

"""The form in which a model of this project reads a comment's readable text.

A text that can be taken in two ways has two readings, and the higher score counts.
"""

import re
import unicodedata

from core.inference.text.addresses import with_address_words
from core.inference.text.letters import PlainLetters
from core.inference.text.look_alikes import folded
from core.moderation.cleaning import HIDDEN_HEADING
from core.moderation.invisible import DRAWN_BLANKS

TEXT_FORM = "reader-2"
"""Recorded in a model's manifest; change it whenever the output of `readings` changes."""
FIRST_TEXT_FORM = "html-links-nfkc-emoji-1"
"""What models up to version 5 were trained on; their scores of the present form are no worse
(docs/decisions.md, 43)."""
READ_FORMS = frozenset({TEXT_FORM, FIRST_TEXT_FORM})

_OVERRIDE = re.compile(r"\[U\+202[DE]\]")
# In readable text, so it is displayed as words; where a site does not escape its comments, browsers
# take it for a tag and display the letters around it as one word.
_TAG = re.compile(r"<([a-zA-Z/!?][^<>]*)>")
UNREAD = re.compile(f"{_OVERRIDE.pattern}|{_TAG.pattern}")
"""What a second reading leaves out, so that the letters around it are one word."""
# Accents and strokes that do not compose with their letter.
_LOOSE_MARKS = re.compile(
    "[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_DRAWN_BLANK = re.compile(f"[{''.join(sorted(DRAWN_BLANKS))}]")
_JOINED, _SPACED = PlainLetters(""), PlainLetters(" ")


def model_text(text: str) -> str:
    """The first reading."""
    return readings(text)[0]


def readings(text: str) -> tuple[str, ...]:
    """The distinct ways to read the text, at least one; nearly always exactly one.

    What the comment hides is read by itself: it must not dilute the text that is displayed.
    """
    if HIDDEN_HEADING in text:
        found = dict.fromkeys(way for _, part in parts_of(text) for way in _readings(part))
        found.pop("", None)
        return tuple(found) or ("",)
    return _readings(text)


def parts_of(text: str) -> tuple[tuple[int, str], ...]:
    """The displayed and the hidden part of a text, if it has one, each with its place."""
    displayed, heading, hidden = text.partition(HIDDEN_HEADING)
    if not heading:
        return ((0, text),)
    return ((0, displayed), (len(displayed) + len(heading), hidden))


def _readings(text: str) -> tuple[str, ...]:
    if "[U+202" in text:
        text = _OVERRIDE.sub("", text)
    if "://" in text:
        text = with_address_words(text)
    has_tags = "<" in text and _TAG.search(text) is not None
    if text.isascii() and not has_tags:
        return (" ".join(text.split()),)
    ways = [_plain(text, _JOINED)]
    if _DRAWN_BLANK.search(text):
        ways.append(_plain(text, _SPACED))
    if has_tags:
        ways = [_TAG.sub(with_tags, way) for way in ways for with_tags in (r" \1 ", "")]
    ways += [folded(way) for way in ways]
    found = dict.fromkeys(" ".join(way.split()) for way in ways)
    return tuple(way for way in found if way) or ("",)


def _plain(text: str, letters: PlainLetters) -> str:
    if text.isascii():
        return text
    return _LOOSE_MARKS.sub("", unicodedata.normalize("NFKC", text.translate(letters)))

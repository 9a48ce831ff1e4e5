"""Characters that show nothing by themselves, and names with such characters put in sight."""

import re
import unicodedata

# Controls, formats, halves of a character, and every kind of space.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
# Unicode's Default_Ignorable_Code_Point outside those categories (fillers, joiners of graphemes,
# variation selectors, unassigned), then what is drawn as a blank: Braille, musical, Khitan, object.
_UNSEEN_OTHERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff\u2800\ufffc\U0001d159\U00016fe4]"
)
# Formats that are drawn: signs that stand before Arabic, Syriac and Kaithi numbers.
_DRAWN_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
# Scripts and emoji need these inside a word; alone they show nothing either.
_IN_WORDS = re.compile("[\u200c\u200d\ufe00-\ufe0f]")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of the text."""
    return all(map(_is_unseen, text))


def in_sight(name: str) -> str:
    """A name on one line, with what would turn or hide letters written out as `[U+202E]`."""
    keeps_joiners = not is_blank(name)
    return "".join(
        char
        if char == " " or not _is_unseen(char) or (keeps_joiners and _IN_WORDS.match(char))
        else f"[U+{ord(char):04X}]"
        for char in name
    )


def isolated(name: str) -> str:
    """A name to set beside other text: whatever is in it, it can't change places with that."""
    return f"{_ISOLATE}{in_sight(name)}{_END_ISOLATE}"


def _is_unseen(char: str) -> bool:
    if _UNSEEN_OTHERS.match(char):
        return True
    return unicodedata.category(char) in _UNSEEN_CATEGORIES and char not in _DRAWN_FORMATS

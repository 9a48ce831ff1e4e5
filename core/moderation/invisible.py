"""Invisible characters: whether a text shows anything, and how names that contain them are
shown."""

import re
import unicodedata

# Unicode categories: controls, formats, lone surrogates, and every kind of space.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
# Characters outside those categories that are not drawn at all: Unicode's
# Default_Ignorable_Code_Point (grapheme joiners, variation selectors, unassigned).
_NOT_DRAWN = re.compile(
    "[\u034f\u17b4\u17b5\u180b-\u180f\u2065\ufe00-\ufe0f\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
DRAWN_BLANKS = frozenset(
    "\u115f\u1160\u3164\uffa0\u2800\ufffc\U0001d159\U00016fe4\U00013441\U00013442"
)
"""Drawn as a blank, although Unicode does not count them as spaces: Hangul fillers, Braille,
musical, Khitan, hieroglyphs, object replacement."""
SOFT_BLANKS = frozenset(
    "\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""Blanks that part words, and that a reader may overlook inside a word: thin and wide spaces, line
separators, controls that some sites show as a space and others not at all."""
DRAWN_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Format characters that are drawn: number signs of Arabic, Syriac and Kaithi."""
# Some scripts and emoji need these inside a word; a name of nothing else is still blank.
_IN_WORDS = re.compile("[\u200c\u200d\ufe00-\ufe0f]")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of the text."""
    return all(map(is_unseen, text))


def visible_form(text: str) -> str:
    """The text as a reader sees it, for comparing: characters that are not drawn are left out, and
    those drawn as a blank are spaces. Line ends are kept."""
    return "".join(map(_drawn, text))


def escape_invisible(name: str) -> str:
    """The name on one line; characters that are invisible or change the direction of text are
    written as `[U+202E]`."""
    keeps_joiners = not is_blank(name)
    return "".join(
        char
        if char == " " or not is_unseen(char) or (keeps_joiners and _IN_WORDS.match(char))
        else f"[U+{ord(char):04X}]"
        for char in name
    )


def isolated(name: str) -> str:
    """The name for display beside other text, in Unicode direction isolates: right-to-left
    characters in it can't reorder the text around it."""
    return f"{_ISOLATE}{escape_invisible(name)}{_END_ISOLATE}"


def is_unseen(char: str) -> bool:
    """Whether a reader sees nothing of the character, or only a gap."""
    if _NOT_DRAWN.match(char) or char in DRAWN_BLANKS:
        return True
    return unicodedata.category(char) in _UNSEEN_CATEGORIES and char not in DRAWN_FORMATS


def _drawn(char: str) -> str:
    if char in "\n\u2028\u2029":
        return "\n"
    if char.isspace() or char in DRAWN_BLANKS:
        return " "
    return "" if is_unseen(char) else char

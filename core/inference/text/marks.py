"""Marks on letters: which are a part of a word, and which a reader takes for decoration."""

import re
import unicodedata

from core.inference.text.letters import letter_of_mark
from core.moderation.invisible import DRAWN_FORMATS

# Accents and strokes that do not compose with their letter.
_LOOSE = re.compile("[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_DRAWN_AS_LETTER = re.compile("[\u0363-\u036f\u1dca\u1dd3-\u1df4]")
# Most texts have only characters of these blocks, which have no marks.
_MAYBE_MARKED = re.compile(
    "[^\x00-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u20cf\u2100-\u2cee\u3000-\u3029\u3100-\ua66e"
    "\uac00-\ud7ff\uf900-\ufb1d\uff00-\uffff\U0001f000-\U0001faff]"
)
_MARK, _OWN_MARK, _BARE, _MARKED_BY_ITS_OWN, _OTHER = "m", "n", "b", "c", "o"
_WITH_OWN_MARKS = ("CYRILLIC", "COPTIC", "ETHIOPIC")
# Alphabets without vowel signs. Letters of these are written for Latin ones.
_WITHOUT_MARKS = ("LATIN", "GREEK", "LISU", "CANADIAN", "CHEROKEE", "ARMENIAN", "GEORGIAN", "CJK")
# On letters of such alphabets, digits, signs and gaps, or on nothing.
_FOREIGN = re.compile(
    f"(?:^|(?<={_BARE}))[{_MARK}{_OWN_MARK}]+|(?<=[{_MARKED_BY_ITS_OWN}{_OWN_MARK}]){_MARK}+"
)
_UNNAMED_MARKS_END = "\U0001f000"


class _Kinds(dict[int, str]):
    """A table for `str.translate` that fills itself."""

    def __missing__(self, code: int) -> str:
        self[code] = kind = _kind(chr(code))
        return kind


def _kind(char: str) -> str:
    category, name = unicodedata.category(char), unicodedata.name(char, "")
    has_own = any(script in name for script in _WITH_OWN_MARKS)
    # Unassigned here: among them are marks of later versions of Unicode.
    is_unnamed = category == "Cn" and char < _UNNAMED_MARKS_END
    if category[0] == "M" or char in DRAWN_FORMATS or is_unnamed:
        return _OWN_MARK if has_own else _MARK
    if char.isascii() or char.isspace() or any(script in name for script in _WITHOUT_MARKS):
        return _BARE
    return _MARKED_BY_ITS_OWN if has_own else _OTHER


_KINDS = _Kinds()


def has_letter_marks(text: str) -> bool:
    """Whether it has combining Latin letters."""
    return _DRAWN_AS_LETTER.search(text) is not None


def with_letter_marks(text: str) -> str:
    """The text with combining Latin letters as letters of their own."""
    return _DRAWN_AS_LETTER.sub(lambda match: letter_of_mark(match[0]), text)


def without_marks(text: str) -> str:
    """An NFKC text without marks that only decorate. Those of a script with vowel signs stay on its
    letters and go from those of alphabets."""
    if _MAYBE_MARKED.search(text):
        runs = [match.span() for match in _FOREIGN.finditer(text.translate(_KINDS))]
        foreign = {place for run in runs for place in range(*run) if not _LOOSE.match(text[place])}
        if foreign:
            kept = (char for place, char in enumerate(text) if place not in foreign)
            text = unicodedata.normalize("NFC", "".join(kept))
    return _LOOSE.sub("", text)

"""One character as a reader takes it: styled letters as plain letters, emoji as words, and nothing
for what is invisible."""

import re
import unicodedata

from core.moderation.invisible import DRAWN_BLANKS, SOFT_BLANKS, is_unseen

_SKIN_TONES = ("light", "light", "medium", "dark", "dark")
_REGIONAL = "REGIONAL INDICATOR SYMBOL LETTER "
# In a circle or a square, small capitals, above another letter. NFKC knows only some of them.
_STYLED = re.compile(r"LATIN (SMALL|CAPITAL)? ?LETTER (?:SMALL CAPITAL )?([A-Z])$")
_FIRST_SYMBOL = "\u2100"


class PlainLetters(dict[int, str]):
    """A table for `str.translate` that fills itself. Characters that are drawn as a blank become
    `drawn_blank`, those of SOFT_BLANKS `soft_blank`. Marks stay."""

    def __init__(self, drawn_blank: str, soft_blank: str) -> None:
        super().__init__()
        self._drawn_blank, self._soft_blank = drawn_blank, soft_blank

    def __missing__(self, code: int) -> str:
        self[code] = plain = self._plain(chr(code))
        return plain

    def _plain(self, char: str) -> str:
        if char in SOFT_BLANKS:
            return self._soft_blank
        category = unicodedata.category(char)
        if char.isascii() or category == "Cs":
            return char
        if is_unseen(char):
            blank = " " if category[0] == "Z" else ""
            return self._drawn_blank if char in DRAWN_BLANKS else blank
        if category[0] == "M":
            return "" if category == "Me" else char
        return _drawn(char, category)


def letter_of_mark(char: str) -> str:
    """The letter that a combining Latin letter is drawn as; nothing for other marks."""
    return _styled_letter(unicodedata.name(char, ""))


def _drawn(char: str, category: str) -> str:
    if "\U0001f3fb" <= char <= "\U0001f3ff":
        return f" {_SKIN_TONES[ord(char) - 0x1F3FB]} skin "
    name = unicodedata.name(char, "")
    if name.startswith(_REGIONAL):
        return name[-1].lower()
    if letter := _styled_letter(name):
        return letter
    if category == "So" and char >= _FIRST_SYMBOL:
        return f" {name.lower()} "
    if category == "No" and not unicodedata.decomposition(char):
        return str(unicodedata.digit(char, char))
    return char


def _styled_letter(name: str) -> str:
    styled = _STYLED.search(name)
    if styled is None:
        return ""
    return styled[2] if styled[1] == "CAPITAL" else styled[2].lower()

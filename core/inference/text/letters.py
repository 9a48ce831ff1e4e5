"""One character as a reader takes it: styled letters as plain letters, emoji as words, and nothing
for what is invisible."""

import re
import unicodedata

from core.moderation.invisible import DRAWN_BLANKS, is_unseen

_SKIN_TONES = ("light", "light", "medium", "dark", "dark")
_REGIONAL = "REGIONAL INDICATOR SYMBOL LETTER "
# In a circle or a square, small capitals, above another letter. NFKC knows only some of them.
_STYLED = re.compile(r"LATIN (SMALL|CAPITAL)? ?LETTER (?:SMALL CAPITAL )?([A-Z])$")
_FIRST_SYMBOL = "\u2100"


class PlainLetters(dict[int, str]):
    """A table for `str.translate` that fills itself. Characters that are drawn as a blank become
    `blank`."""

    def __init__(self, blank: str) -> None:
        super().__init__()
        self._blank = blank

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code), self._blank)
        return plain


def _plain(char: str, blank: str) -> str:
    category = unicodedata.category(char)
    if char.isascii() or category == "Cs":
        return char
    if is_unseen(char):
        is_gap = category[0] == "Z" or char == "\x85"
        return blank if char in DRAWN_BLANKS else " " * is_gap
    return "" if category == "Me" else _drawn(char, category)


def _drawn(char: str, category: str) -> str:
    if "\U0001f3fb" <= char <= "\U0001f3ff":
        return f" {_SKIN_TONES[ord(char) - 0x1F3FB]} skin "
    name = unicodedata.name(char, "")
    if name.startswith(_REGIONAL):
        return name[-1].lower()
    styled = _STYLED.search(name)
    if styled:
        return styled[2] if styled[1] == "CAPITAL" else styled[2].lower()
    if category == "So" and char >= _FIRST_SYMBOL:
        return f" {name.lower()} "
    if category == "No" and not unicodedata.decomposition(char):
        return str(unicodedata.digit(char, char))
    return char

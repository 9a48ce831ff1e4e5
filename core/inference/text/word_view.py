"""A text as a row of plain words in which the rules about words are looked for, with the places of
its characters.

Each character is read by itself, as the model's text form reads it (styled letters plain, letters
that look like Latin ones Latin, nothing for what is not drawn), so that places are kept. What may
be a gap or nothing at all, such as a hyphen or a blank that is no space, is SOFT.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.inference.text.bare_letters import BareLetters
from core.inference.text.form import UNREAD, parts_of
from core.moderation.invisible import DRAWN_BLANKS, SOFT_BLANKS, is_unseen
from core.moderation.masking import TextSpan

GAP, SOFT, ROW = " ", "\x01", "\x02"
"""Between words; between words or nothing; between letters that stand in a row, each alone."""
_SOFT_SIGNS = "-_*~`+=^|·•‐‑"
_APOSTROPHES = "'’ʼ＇"
# A letter alone, then at least two more, behind gaps of up to three signs.
_LETTER = f"(?<![^{GAP}{SOFT}])[^{GAP}{SOFT}](?![^{GAP}{SOFT}])"
_BETWEEN = f"(?:{SOFT}*+(?:{GAP}{SOFT}*+){{1,3}}|{SOFT}++)"
_LETTERS_IN_A_ROW = re.compile(f"{_LETTER}(?:{_BETWEEN}{_LETTER}){{2,}}")
# Two letters that each stand alone. It begins with a gap, of which there are few.
_ANY_ROW = re.compile(f"[{GAP}{SOFT}][^{GAP}{SOFT}][{GAP}{SOFT}]++[^{GAP}{SOFT}][{GAP}{SOFT}]")
_SAME_GAP_ROW = re.compile(r"(?<![^\W_])[^\W_]([\W_]{1,3})[^\W_](?:\1[^\W_])++(?![^\W_])")
# Accents and signs that a reader takes for a style. Vowels of Indic and other scripts are letters.
_STYLE_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_BARE = BareLetters()


@dataclass(frozen=True, slots=True)
class WordView:
    """`text` begins and ends with a gap. `starts` has for each of its characters the place in the
    comment, and one more at the end; `place` is where the text begins in the comment."""

    text: str
    starts: Sequence[int]
    place: int

    def span(self, start: int, end: int) -> TextSpan:
        """The part of the comment that the view has from `start` to before `end`."""
        first, last = self.starts[start], self.starts[end - 1]
        # All characters of the view that come from one of the comment share its place.
        past = self.starts[bisect_right(self.starts, last)]
        return TextSpan(self.place + first, self.place + past)


class _Folding(dict[int, str]):
    """A table for `str.translate` that fills itself."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded(chr(code))
        return folded


def _folded(char: str) -> str:
    if char in _SOFT_SIGNS or char in DRAWN_BLANKS or char in SOFT_BLANKS:
        return SOFT
    if char.isascii():
        return char.lower() if char.isalnum() else GAP
    if len(char.casefold()) == 1:
        char = char.casefold()  # a final sigma is a sigma
    bare = _BARE[ord(char)]
    if bare != char or _STYLE_MARKS.match(char) or is_unseen(char):
        return bare or _kept_mark(char)
    letters = unicodedata.normalize("NFKD", char).casefold()
    letters = _STYLE_MARKS.sub("", unicodedata.normalize("NFKD", letters))
    return letters if all(map(_is_of_word, letters)) else GAP


def _kept_mark(char: str) -> str:
    """A mark that is a letter of its script; nothing for another one."""
    is_letter = unicodedata.category(char) in ("Mn", "Mc") and not is_unseen(char)
    if not is_letter or _STYLE_MARKS.match(char):
        return ""
    return unicodedata.normalize("NFKD", char)


def _is_of_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) in ("Mn", "Mc")


_FOLDING = _Folding()
_ASCII = {code: _folded(chr(code)) for code in range(128)}


def word_views(text: str) -> Iterator[WordView]:
    """The views of a readable text: one of what is displayed and one of what it hides. Where there
    is something that may be read or not (a tag, a mark of a turned part), two."""
    for place, part in parts_of(text):
        yield _view(part, place)
        if UNREAD.search(part):
            # Filled up to the same length, so that places stay those of the text.
            yield _view(UNREAD.sub(lambda match: "-" * len(match[0]), part), place)


def words_of(rule_text: str) -> list[tuple[str, bool]]:
    """The words of a rule, each with whether it may follow the one before without a gap: that is
    so behind an apostrophe or a hyphen."""
    found: list[tuple[str, bool]] = []
    may_join = False
    joined = rule_text.translate(dict.fromkeys(map(ord, _APOSTROPHES), "-"))
    for piece in re.split(f"([{GAP}{SOFT}]+)", joined.translate(_FOLDING)):
        if piece.strip(GAP + SOFT):
            found.append((piece, may_join))
        else:
            may_join = GAP not in piece
    return found


def _view(part: str, place: int) -> WordView:
    if part.isascii():
        view = part.translate(_ASCII)
        starts: Sequence[int] = range(-1, len(part) + 2)
    else:
        view, inner = _folded_with_places(part)
        starts = [-1, *inner, len(part), len(part) + 1]
    view = f"{GAP}{view}{GAP}"
    if _ANY_ROW.search(view):
        view = _with_rows(view, part, starts)
    return WordView(view, starts, place)


def _folded_with_places(part: str) -> tuple[str, list[int]]:
    pieces: list[str] = []
    places: list[int] = []
    is_latin = False
    for at, char in enumerate(part):
        folded = _FOLDING[ord(char)]
        # A vowel sign of another script on a Latin letter is there for its looks.
        if is_latin and folded and unicodedata.category(folded[0])[0] == "M":
            continue
        if folded:
            is_latin = folded.isascii() and folded.isalnum()
            pieces.append(folded)
            places += [at] * len(folded)
    return "".join(pieces), places


def _with_rows(view: str, part: str, starts: Sequence[int]) -> str:
    """With ROW for the gaps between letters in a row. A row whose gaps are all the same stands for
    a word of its own: what is around it is SOFT."""
    found = list(view)
    for match in _LETTERS_IN_A_ROW.finditer(view):
        _replace_gaps(found, range(*match.span()), ROW)
    for match in _SAME_GAP_ROW.finditer(part):
        first, past = (_at(starts, place) for place in match.span())
        _replace_gaps(found, range(first, past), ROW)
        for edge in (first - 1, past):
            if found[edge] == ROW:
                found[edge] = SOFT
    return "".join(found)


def _at(starts: Sequence[int], place: int) -> int:
    """The first character of the view that comes from that place or a later one."""
    return bisect_right(starts, place - 1)


def _replace_gaps(found: list[str], places: Iterable[int], char: str) -> None:
    for place in places:
        if found[place] in (GAP, SOFT):
            found[place] = char

"""Words written in letters that look like plain Latin ones: of other scripts, or with strokes and
hooks."""

import re
import unicodedata
from functools import cache

from core.inference.text.drawn_alike import DRAWN_ALIKE

_OTHER_LETTER = re.compile(r"[^\W\d_\x00-\x7f]")
# Of Cyrillic, Ethiopic and Coptic; those of other alphabets are gone.
_MARK = (
    "[\u0483-\u0487\u135d-\u135f\u2cef-\u2cf1\u2de0-\u2dff\ua66f"
    "\ua674-\ua67d\ua69e\ua69f\U000102e0\U0001e08f]"
)
_MARKS = re.compile(_MARK)
# A run of letters of which one is not plain.
_RUN = re.compile(rf"(?<![^\W\d_])[A-Za-z]*+{_OTHER_LETTER.pattern}(?:[^\W\d_]|{_MARK})*+")
_LATIN_LETTER = re.compile(
    "[A-Za-z\u00aa-\u02af\u1d00-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua7ff]"
)
# Letters of these scripts stand beside Latin words without a gap.
_UNSPACED = re.compile("CJK|HIRAGANA|KATAKANA|BOPOMOFO|HANGUL|THAI|LAO|KHMER|MYANMAR|TIBETAN")
_BARS = frozenset("lI")
_UNKNOWN = "*"


class _Alike(dict[int, str]):
    """A table for `str.translate` that fills itself: the Latin letters that a letter looks like,
    else the letter itself."""

    def __missing__(self, code: int) -> str:
        self[code] = alike = _alike(chr(code))
        return alike


_ALIKE = _Alike()


def folded(text: str) -> str:
    """The text with each run of letters in Latin ones if all of them look so. A run that has Latin
    letters, too, is read as far as it can be. Words of other scripts stay, and so do letters with
    accents alone. Takes the table of Unicode (UTS 39)."""
    if not _OTHER_LETTER.search(text):
        return text
    return _RUN.sub(_folded_run, text)


def _folded_run(match: re.Match[str]) -> str:
    found = _MARKS.sub("", match[0])
    letters = [_ALIKE[ord(char)] for char in found]
    if "".join(letters) == found:
        return "".join(map(_known, found)) if _LATIN_LETTER.search(found) else match[0]
    if any(letter in _BARS for letter in letters):
        letters = _bars_as_the_others(found, letters)
    latin = _without_accents("".join(letters))
    if latin.isascii():
        return latin
    return "".join(map(_known, latin)) if _LATIN_LETTER.search(found) else match[0]


def _bars_as_the_others(found: str, letters: list[str]) -> list[str]:
    """An upright bar of another script is an I among capitals and alone."""
    if not all(letter.isupper() or letter in _BARS for letter in letters):
        return letters
    return [
        "I" if letter in _BARS and not char.isascii() else letter
        for char, letter in zip(found, letters, strict=True)
    ]


def _alike(char: str) -> str:
    if char in DRAWN_ALIKE:
        return DRAWN_ALIKE[char]
    bare = _bare(char)
    if bare.isascii():
        # The model reads accents as well as none; a stroke or a hook is another letter to it.
        return char if unicodedata.decomposition(char) else bare
    from disarm import normalize_confusables  # takes 80 ms to import

    latin = normalize_confusables(bare)
    return latin if latin.isascii() and latin.isalpha() else char


def _bare(char: str) -> str:
    """The letter without its accent, stroke, hook or tail."""
    if unicodedata.decomposition(char):
        return unicodedata.normalize("NFD", char)[0]
    base, _, addition = unicodedata.name(char, "").partition(" WITH ")
    if not addition:
        return char
    try:
        return unicodedata.lookup(base)
    except KeyError:
        return char


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return bare if bare.isascii() else text


@cache
def _known(char: str) -> str:
    """What can't be told is a letter left out, as in `f*ck`."""
    name = unicodedata.name(char, "")
    is_sign = unicodedata.category(char) == "Lm"
    if char.isascii() or is_sign or "LATIN" in name or _UNSPACED.match(name):
        return char
    return _UNKNOWN

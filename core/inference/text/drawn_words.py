"""Words in which digits or signs stand for letters, or a letter is repeated, as the known word that
they are drawn as."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, islice, product

from core.inference.text.known_words import is_known

_DRAWN = {
    **{"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t"},
    **{"!": "il", "|": "il", "@": "a", "$": "s", "\u20ac": "e", "\xa2": "c"},
}
_SIGNS = re.escape("".join(_DRAWN))
# Most texts have neither a digit nor such a sign beside a letter, and this is found faster.
_BESIDE_A_LETTER = re.compile(rf"[{_SIGNS}](?:[a-zA-Z]|(?<=[a-zA-Z].))")
_WITH_SIGNS = re.compile(
    rf"(?<![^\W_])(?=[a-zA-Z]{{0,19}}[{_SIGNS}])(?=[{_SIGNS}]{{0,19}}[a-zA-Z])[a-zA-Z{_SIGNS}]{{3,20}}(?![^\W_])"
)
# As in `y0u`: other words of three letters are units and codes.
_THREE_LETTERS = re.compile(rf"[a-z][{_SIGNS}][a-z]")
_LEAST_LETTERS = 4
_LEAST_WRITTEN = 2  # as letters: a number with its unit has one
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s)")
_LONE_ONE = re.compile(r"(?<!\S)1(?=\s+[a-zA-Z])")
_REPEATED = re.compile(r"([a-zA-Z])\1\1")
_WITH_REPEATED = re.compile(r"(?<![^\W_])[a-zA-Z]{4,60}(?![^\W_])")
_MOST_WAYS = 32


def with_drawn_words(text: str) -> str:
    """The same text if there is none."""
    if _BESIDE_A_LETTER.search(text):
        drawn = _WITH_SIGNS.sub(_in_letters, text)
        text = text if drawn == text else _LONE_ONE.sub("I", drawn)
    return _WITH_REPEATED.sub(_shortened, text) if _REPEATED.search(text) else text


def _in_letters(match: re.Match[str]) -> str:
    word = match[0].rstrip("!|").lower()
    # The sign of a company at an exchange. Of signs before too long a word nothing is left here.
    is_share = word.startswith("$") and match[0].isupper()
    if word.isalpha() or is_share:
        return match[0]
    is_long = len(word) >= _LEAST_LETTERS or _THREE_LETTERS.fullmatch(word)
    if not is_long or sum(map(str.isalpha, word)) < _LEAST_WRITTEN or _ORDINAL.fullmatch(word):
        return match[0]
    found = _first_known([_DRAWN.get(char, char) for char in word])
    return found + match[0][len(word) :] if found else match[0]


def _shortened(match: re.Match[str]) -> str:
    """With each letter that stands three times or more once, or twice."""
    if not _REPEATED.search(match[0]):
        return match[0]
    runs = (char * len(list(run)) for char, run in groupby(match[0].lower()))
    ways = [(run[0], run[:2]) if len(run) > 2 else (run,) for run in runs]
    return _first_known(ways) or match[0]


def _first_known(ways: Sequence[Iterable[str]]) -> str | None:
    words = map("".join, islice(product(*ways), _MOST_WAYS))
    return next((word for word in words if len(word) > 2 and is_known(word)), None)

"""Words whose letters stand apart, in brackets or as other signs, written as words."""

import re
from string import ascii_lowercase

from core.inference.text.drawn_words import with_drawn_words
from core.inference.text.known_words import is_known, run_together, split_words

LETTER = "[^\\W\\d_\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff]"
"""Not one that needs no gap beside the next: Chinese and Korean ones, kana."""
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_SIGN = r"(?:[^\w\s]|_)"
_BETWEEN = rf" ?{_SIGN}{{1,3}} ?|\s{{1,3}}"
_ROW = re.compile(rf"{_START}{LETTER}(?P<sign>{_BETWEEN}){LETTER}(?:(?P=sign){LETTER})+{_END}")
# In each row of four letters; most texts have none, and this is found faster.
_INSIDE_A_ROW = re.compile(r"[\W_][^\W\d_][\W_]{1,5}[^\W\d_][\W_]")
# Shorter rows are initials, units and options; they are joined only beside a longer one.
_LEAST_LETTERS = 4
# A word with signs in it, as `k.ill`, or its first letter in brackets; not in an address, nor with
# an ending in brackets. An apostrophe or a hyphen usually parts words.
_INNER_SIGNS = r"(?:[^\w\s'\u2019@:-]|_){1,3}"
_WITH_SIGNS = re.compile(
    rf"(?<![\w@./:])[(\[{{]?[a-zA-Z]{{1,20}}(?:{_INNER_SIGNS}[a-zA-Z]{{1,20}}){{1,19}}"
    r"(?![^\W_]|[)\]}]|[_@./:]\w)"
)
# In each of those; most texts have none, and this is found faster.
_INSIDE_A_WORD = re.compile(r"(?:[^\w\s'\u2019@:-]|_)(?<=[a-zA-Z].)(?:[^\w\s]|_){0,2}[a-zA-Z]")
_PARTS = re.compile(r"[a-z]+")
_APOSTROPHE = "'\u2019\u02b9\u02bb-\u02bf\u02c8\ua78b\ua78c"
"""The sign and the letters that are drawn like it."""
_PARTED = re.compile(
    rf"(?<![\w@./:{_APOSTROPHE}-])[a-zA-Z]{{1,20}}(?:[{_APOSTROPHE}-][a-zA-Z]{{1,20}}){{1,9}}"
    rf"(?![^\W_]|[{_APOSTROPHE}-]\w|[_@./:]\w)"
)
_INSIDE_PARTS = re.compile(rf"[a-zA-Z][{_APOSTROPHE}-][a-zA-Z]")
_CONTRACTION = re.compile(
    rf"([a-zA-Z]+)[{_APOSTROPHE}](?:s|d|m|ll|re|ve|em|all)|[a-zA-Z]+n[{_APOSTROPHE}]t",
    re.IGNORECASE,
)
"""As `he'll` and `don't`, of which the first is made of a known word."""
# Looking at each long word of a long text takes long, and there a phrase is one word of many.
_SHORT_TEXT = 200
_LONG_WORD = re.compile(r"(?<![\w./@-])[a-zA-Z]{8,60}(?![^\W_]|[.@/]\w)")


def with_whole_words(text: str) -> str:
    """The text with each such word in one piece; the same text if there is none. A row of letters
    without gaps between its words, and in a short text a phrase about people, is parted into known
    words."""
    if _INSIDE_A_ROW.search(text):
        text = _with_joined_rows(text)
    if _INSIDE_A_WORD.search(text):
        text = _WITH_SIGNS.sub(_joined, text)
    if _INSIDE_PARTS.search(text):
        text = _PARTED.sub(_joined_parts, text)
    text = with_drawn_words(text)
    return _LONG_WORD.sub(_parted, text) if len(text) <= _SHORT_TEXT else text


def _parted(match: re.Match[str]) -> str:
    return " ".join(run_together(match[0])) or match[0]


def _joined_parts(match: re.Match[str]) -> str:
    usual = _CONTRACTION.fullmatch(match[0])
    if usual and (usual[1] is None or is_known(usual[1].lower())):
        return match[0]
    return _joined(match)


def _joined(match: re.Match[str]) -> str:
    parts = _PARTS.findall(match[0].lower())
    whole = "".join(parts)
    are_initials = len(whole) == len(parts) < _LEAST_LETTERS
    is_word = len(whole) > 2 and not are_initials and is_known(whole)
    return whole if is_word and not all(map(is_known, parts)) else match[0]


def _with_joined_rows(text: str) -> str:
    if not any(len(_letters(row)) >= _LEAST_LETTERS for row in _ROW.finditer(text)):
        return text
    return _ROW.sub(lambda row: " ".join(_words(_letters(row))) or row[0], text)


def _letters(row: re.Match[str]) -> str:
    return row[0][:: len(row["sign"]) + 1]


def _words(letters: str) -> list[str]:
    """None of a list in the order of the alphabet, as of the answers to a question."""
    row = letters.lower()
    if row in ascii_lowercase:
        return []
    return [letters] if is_known(row) else split_words(letters)

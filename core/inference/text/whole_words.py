"""Words whose letters stand apart, in brackets or as other signs, written as words."""

import re
from string import ascii_lowercase

from core.inference.text.drawn_words import with_drawn_words
from core.inference.text.known_words import is_known, run_together, split_words

LETTER = "[^\\W\\d_\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff]"
"""Not one that needs no gap beside the next: Chinese and Korean ones, kana."""
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_SIGNS = r"-._*|/\\~+=:,;\u00b7\u2022"
_SIGN = rf"(?: ?[{_SIGNS}] ?| )"
_ROW = re.compile(rf"{_START}{LETTER}(?P<sign>{_SIGN}){LETTER}(?:(?P=sign){LETTER})+{_END}")
# In each row of four letters; most texts have none, and this is found faster.
_INSIDE_A_ROW = re.compile(rf"[{_SIGNS} ][^\W\d_][{_SIGNS} ]{{1,3}}[^\W\d_][{_SIGNS} ]")
# Shorter rows are initials, units and options; they are joined only beside a longer one.
_LEAST_LETTERS = 4
# In a word, or the first of one and no tag of BBCode, which has an end. Before the place stand a
# bracket, a letter and a bracket.
_BEFORE = f".{LETTER}."
_IN_BRACKETS = re.compile(
    rf"[(\[{{]({LETTER})[)\]}}]"
    rf"(?:(?<={LETTER}{_BEFORE})(?={LETTER})|(?<![^\W_]{_BEFORE})(?={LETTER}{{2}})(?![^\[]*\[/))"
)
# One sign in a word, of which the parts are no words: `k.ill`. Not in an address.
_IN_A_WORD = re.compile(
    r"(?<![\w@./:])[a-zA-Z]{1,20}[._*|/\\~+\u00b7\u2022][a-zA-Z]{1,20}(?![^\W_]|[_@./:]\w)"
)
_JOINING = re.compile(r"[._*|/\\~+\u00b7\u2022](?<=[a-zA-Z].)(?=[a-zA-Z])")
# Looking at each long word of a long text takes long, and there a phrase is one word of many.
_SHORT_TEXT = 200
_LONG_WORD = re.compile(r"(?<![\w./@-])[a-zA-Z]{8,60}(?![^\W_]|[.@/]\w)")


def with_whole_words(text: str) -> str:
    """The text with each such word in one piece; the same text if there is none. A row of letters
    without gaps between its words, and in a short text a phrase about people, is parted into known
    words."""
    text = _IN_BRACKETS.sub(r"\1", text)
    if _JOINING.search(text):
        text = _IN_A_WORD.sub(_joined, text)
    if _INSIDE_A_ROW.search(text):
        text = _with_joined_rows(text)
    text = with_drawn_words(text)
    return _LONG_WORD.sub(_parted, text) if len(text) <= _SHORT_TEXT else text


def _parted(match: re.Match[str]) -> str:
    return " ".join(run_together(match[0])) or match[0]


def _joined(match: re.Match[str]) -> str:
    parts = _JOINING.split(match[0].lower())
    is_word = is_known(whole := "".join(parts)) and len(whole) >= _LEAST_LETTERS - 1
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

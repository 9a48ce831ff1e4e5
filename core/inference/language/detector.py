"""Tells the language of a text, or that it is unsure; made for short comments.

It uses CLD2 (package pycld2). docs/decisions.md has the other detectors that were measured;
`modconsole bench language` measures this one.
"""

import logging
import re
from collections.abc import Sequence

from core.errors import PROGRAM_FAULTS, BackendError
from core.inference.language.cld2 import told_by_cld2
from core.inference.language.parts import foreign_parts
from core.inference.language.seen_words import (
    LETTERS,
    displayed_and_hidden,
    host_words,
    own_words,
    ways_to_read,
)
from core.moderation.languages import ENGLISH, UNNAMED, TextLanguages

_LATIN = re.compile(r"[A-Za-z\u00AA-\u024F\u1E00-\u1EFF]")
_CYRILLIC = re.compile(r"[\u0400-\u04FF]")
_OTHER_LETTER = re.compile(r"[^\W\d_A-Za-z\u00AA-\u036F\u1D00-\u1EFF]")
# One character of these is a syllable or a word.
_SYLLABLES = re.compile(r"[\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF]")
LEAST_LATIN = 8
LEAST_LETTERS, LEAST_SYLLABLES = 3, 2
LEAST_SCORE = 350  # CLD2's score for a text in Latin script; names and slang have less
NAMED_SCORE = 100  # whole sentences in Cyrillic look-alikes of English have less
# A shorter text in Latin or Cyrillic script may surely not be English and yet be in several
# languages.
NAMED_LETTERS = 16
COUNTED_CHARS = 200  # enough to tell the script and whether a text is short

_log = logging.getLogger(__name__)


class LanguageDetector:
    """`expected` are the languages that the site expects: where a short text could be in several
    languages, one of these is taken."""

    def __init__(self, expected: Sequence[str] = ()) -> None:
        self._expected = [code for code in expected if code != ENGLISH]

    def detect(self, text: str) -> str | None:
        """The code of the language of what the comment displays; `UNNAMED` if it is surely not
        English but could be in several languages, None if it is unsure."""
        return self._main(ways_to_read(own_words(displayed_and_hidden(text)[0])))

    def read(self, text: str) -> TextLanguages:
        """The same, and the languages of the text's parts. Unsure of a text that meets a fault of
        this program."""
        try:
            return self._read(text)
        except (*PROGRAM_FAULTS, BackendError):
            _log.exception("A text met a fault of this program: its language is taken for unsure.")
            return TextLanguages(None)

    def _read(self, text: str) -> TextLanguages:
        displayed, hidden = displayed_and_hidden(text)
        ways = ways_to_read(own_words(displayed))
        parts = _parts(ways)
        if hidden:
            parts |= _parts(ways_to_read(own_words(hidden)))
        for host in host_words(text):
            parts |= _parts(ways_to_read(host))
        return TextLanguages(self._main(ways), frozenset(parts))

    def _main(self, ways: Sequence[str]) -> str | None:
        words, *others = ways
        start = words[:COUNTED_CHARS]
        letters = len(LETTERS.findall(start))
        is_latin = start.isascii() or 2 * len(_LATIN.findall(start)) > letters
        if letters < (LEAST_LATIN if is_latin else _least(start)):
            return None
        code, score = told_by_cld2(words)
        if code is None or code == ENGLISH:
            return code
        if any(told_by_cld2(other)[0] == ENGLISH for other in others):
            return ENGLISH  # in letters of another script that look like Latin ones, for example
        if is_latin and score < LEAST_SCORE:
            return None
        is_named = letters >= NAMED_LETTERS or not (is_latin or _CYRILLIC.search(start))
        if is_named and score >= NAMED_SCORE:
            return code
        return self._expected_one(words, code, score)

    def _expected_one(self, words: str, code: str, score: float) -> str:
        """The first of the expected languages that the text could be in."""
        if score < NAMED_SCORE:
            return UNNAMED
        likely = (each for each in self._expected if told_by_cld2(words, hint=each)[0] == each)
        return code if code in self._expected else next(likely, UNNAMED)


def _least(start: str) -> int:
    return LEAST_SYLLABLES if _SYLLABLES.search(start) else LEAST_LETTERS


def _parts(ways: Sequence[str]) -> set[str]:
    """In every way to read the text; if one is all in Latin letters, in such ones alone."""
    latin = [way for way in ways if not _OTHER_LETTER.search(way)] if len(ways) > 1 else ways
    return {code for way in latin or ways for code in foreign_parts(way)}

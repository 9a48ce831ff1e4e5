"""Tells the language of a text, or that it is unsure; made for short comments.

It uses CLD2 (package pycld2). docs/decisions.md has the other detectors that were measured;
`modconsole bench language` measures this one.
"""

import re
import unicodedata
from collections.abc import Sequence

from core.inference.text.look_alikes import folded
from core.moderation.cleaning import HIDDEN_HEADING
from core.moderation.languages import ENGLISH, NAMES, UNNAMED

# CLD2 takes dialects and slang of English for Scots or for Pig Latin.
_READ_AS = {"sco": ENGLISH, "zzp": ENGLISH, "iw": "he", "jw": "jv", "nn": "no", "zh-Hant": "zh"}

# What is not in the author's own words, each with a piece that every match has: most comments have
# none of them, and looking for a piece is quick.
_NOT_WORDS = (
    (">", re.compile(r"^[ \t]*>.*$", re.MULTILINE)),  # a quoted line
    ("://", re.compile(r"\w+://\S+")),
    ("www.", re.compile(r"\bwww\.\S+")),
    ("@", re.compile(r"(?<!\w)@\w+")),
    ("#", re.compile(r"(?<!\w)#\w+")),
    ("u/", re.compile(r"(?<!\S)/?u/\w+")),
    ("r/", re.compile(r"(?<!\S)/?r/\w+")),
)
_EMOJI = re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F\u200D]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")  # CLD2 takes none of them
_LETTERS = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00AA-\u024F\u1E00-\u1EFF]")
_CYRILLIC = re.compile(r"[\u0400-\u04FF]")
# One character of these is a syllable or a word.
_SYLLABLES = re.compile(r"[\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF]")


class _Unstyled(dict[int, str]):
    """A table for `str.translate` that fills itself: fullwidth, circled and mathematical letters
    become the Latin letters they are, which CLD2 does not know them for."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code))
        self[code] = plain if plain.isascii() and plain.isalpha() else chr(code)
        return self[code]


_UNSTYLED = _Unstyled()
LEAST_LATIN = 8
LEAST_LETTERS, LEAST_SYLLABLES = 3, 2
LEAST_SHARE = 60  # percent of the text in that language; less is a mixed text
LEAST_SCORE = 350  # CLD2's score for a text in Latin script; names and slang have less
NAMED_SCORE = 100  # whole sentences in Cyrillic look-alikes of English have less
# A shorter text in Latin or Cyrillic script may surely not be English and yet be in several
# languages.
NAMED_LETTERS = 16
COUNTED_CHARS = 200  # enough to tell the script and whether a text is short


class LanguageDetector:
    """`expected` are the languages that the site expects: where a short text could be in several
    languages, one of these is taken."""

    def __init__(self, expected: Sequence[str] = ()) -> None:
        self._expected = [code for code in expected if code != ENGLISH]

    def detect(self, text: str) -> str | None:
        """The code of the language; `UNNAMED` if the text is surely not English but could be in
        several languages, None if it is unsure."""
        words = _own_words(text)
        start = words[:COUNTED_CHARS]
        letters = len(_LETTERS.findall(start))
        is_latin = start.isascii() or 2 * len(_LATIN.findall(start)) > letters
        if letters < (LEAST_LATIN if is_latin else _least(start)):
            return None
        code, score = _detect(words)
        if code is None or code == ENGLISH:
            return code
        if _is_english_in_look_alikes(words):
            return ENGLISH
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
        likely = (each for each in self._expected if _detect(words, hint=each)[0] == each)
        return code if code in self._expected else next(likely, UNNAMED)


def _own_words(text: str) -> str:
    """Those that are displayed; a text that displays no letter is taken for what it hides."""
    if HIDDEN_HEADING in text:
        displayed, _, hidden = text.partition(HIDDEN_HEADING)
        text = displayed if _LETTERS.search(displayed) else hidden
    for piece, pattern in _NOT_WORDS:
        if piece in text:
            text = pattern.sub(" ", text)
    if not text.isascii():
        text = _EMOJI.sub(" ", text.translate(_UNSTYLED))
    return _CONTROLS.sub(" ", text)


def _is_english_in_look_alikes(words: str) -> bool:
    """Whether each word is written in letters that look like Latin ones, and reads as English: then
    it is scored as it looks."""
    latin = folded(words)
    return latin != words and latin.isascii() and _detect(latin)[0] == ENGLISH


def _least(start: str) -> int:
    return LEAST_SYLLABLES if _SYLLABLES.search(start) else LEAST_LETTERS


def _detect(words: str, hint: str | None = None) -> tuple[str | None, float]:
    """CLD2's language of most of the text, with its score; None if it is unsure."""
    # Imported on use: it loads 14 MB of tables.
    import pycld2

    try:
        is_sure, _, found = pycld2.detect(
            words.encode("utf-8", "replace"), isPlainText=True, bestEffort=True, hintLanguage=hint
        )
    except pycld2.error:  # not a text in CLD2's eyes, for example one of unassigned characters
        return None, 0.0
    _, code, share, score = found[0]
    code = _READ_AS.get(code, code)
    if not is_sure or share < LEAST_SHARE or code not in NAMES:
        return None, 0.0
    return code, score

"""The parts of a mixed text that by themselves are surely in another language than English.

A part is a sentence or a line without a common English word, a longer stretch of such words inside
an English sentence, or a run of letters of another script. The limits are measured
(docs/decisions.md, 40): names, brands, code and short phrases are no parts.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.inference.language.cld2 import told_by_cld2
from core.inference.language.seen_words import LETTERS
from core.moderation.languages import ENGLISH

_SENTENCE_END = re.compile("[.!?;:…|\n–—。！？；]+| - ")
_WORD = re.compile(r"[^\W\d_]+")
_GAPS = dict.fromkeys([*filter(lambda code: not chr(code).isalpha(), range(128)), 0x2019], " ")
_LATIN = "A-Za-z\u00aa-\u036f\u1d00-\u1eff"
_OTHER_SCRIPT = re.compile(f"[^\\W\\d_{_LATIN}](?:[^{_LATIN}]*[^\\W\\d_{_LATIN}])?")
_LATIN_LETTER = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_ASIDE = re.compile('["“„«‘「『(][^"“”»’」』()]{1,60}["”“»’」』)]')
# A character is a syllable or a word, and there are no spaces between words.
_SYLLABLE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
# In most languages no word at all, and none in a threat of any.
_COMMON_ENGLISH = """
the and you your yours that this with have they what from would could should there their which
when about because people don doesn didn isn wasn won ve ll re than then them these those being
were does where other only very really much many make think know getting wants used using every
through without while too things something anything everything nothing never always she him its
whose whom why cannot might must been between both each few here itself myself yourself
themselves another around before enough instead maybe perhaps quite rather since such though
unless until whether within yet mine ours theirs going doing having saying looking thing someone
anyone everyone nobody somebody everybody get got now old good right wrong years looks work
works working first world high better show white black women says said takes taken give given
year days well sure whole feel problem problems different question actually probably already
company software"""
COMMON_ENGLISH = frozenset(_COMMON_ENGLISH.split())
# Between these, too, what is inside an English sentence is looked for; some other languages have
# them.
_ALSO_ENGLISH = "of to is it for by not but if we our my he his at are can be i"
_INSIDE_ENGLISH = COMMON_ENGLISH.union(_ALSO_ENGLISH.split())
# CLD2 takes rows of English, technical and invented words for these.
_NOT_TOLD = frozenset((ENGLISH, "la", "ia", "ie"))


@dataclass(frozen=True, slots=True)
class _Limits:
    """At least so many letters, words that are not capitalised (unless all are), and so high a
    score of CLD2."""

    letters: int
    words: int
    score: int


_SENTENCE, _JOINED, _INSIDE = _Limits(16, 3, 500), _Limits(24, 4, 600), _Limits(40, 4, 600)
SCRIPT_SCORE = 100
SENTENCE_SYLLABLES, INSIDE_SYLLABLES = 3, 5
SCRIPT_WORDS, SCRIPT_LETTERS = 3, 8


def foreign_parts(words: str) -> set[str]:
    """The codes of their languages."""
    found: set[str] = set()
    if not words.isascii() and _OTHER_SCRIPT.search(words):
        for sentence in _SENTENCE_END.split(words):
            found.update(_of_scripts(sentence))
        words = _OTHER_SCRIPT.sub(" ", words)
    for stretch, limits in _stretches(words):
        if (code := _sure(stretch, limits)) is not None:
            found.add(code)
    return found


def _stretches(words: str) -> Iterator[tuple[str, _Limits]]:
    """What may be foreign of a text without letters of other scripts."""
    short = ""  # sentences in a row that are too short by themselves
    for sentence in _SENTENCE_END.split(words):
        mine = sentence.lower().translate(_GAPS).split()
        if COMMON_ENGLISH.isdisjoint(mine):
            if len(sentence) < _SENTENCE.letters:
                short += f" {sentence}"
                continue
            yield sentence, _SENTENCE
            yield sentence.partition(",")[2], _SENTENCE  # behind "Great article, "
        elif len(sentence) > _INSIDE.letters and _has_long_stretch(mine):
            for stretch in _between_english(_ASIDE.sub(" ", sentence)):
                yield stretch, _INSIDE
        if short:
            yield short, _JOINED
            short = ""
    yield short, _JOINED


def _has_long_stretch(words: Iterable[str]) -> bool:
    letters = 0
    for word in words:
        if word in _INSIDE_ENGLISH:
            letters = 0
        else:
            letters += len(word)
            if letters >= _INSIDE.letters:
                return True
    return False


def _between_english(sentence: str) -> Iterator[str]:
    stretch = ""
    for word in _WORD.findall(sentence):
        if word.lower() in _INSIDE_ENGLISH:
            yield stretch
            stretch = ""
        else:
            stretch += f" {word}"
    yield stretch


def _sure(stretch: str, limits: _Limits) -> str | None:
    """The language of the words if it is sure. Names are no words."""
    if len(stretch) < limits.letters:
        return None
    words = _WORD.findall(stretch)
    if sum(map(len, words)) < limits.letters:
        return None
    lower = sum(len(word) > 1 for word in words if word.islower())
    if lower < limits.words and not (len(words) > limits.words and stretch.isupper()):
        return None
    code, score = told_by_cld2(" ".join(words))
    return code if code not in _NOT_TOLD and score >= limits.score else None


def _of_scripts(sentence: str) -> Iterator[str]:
    is_inside = _LATIN_LETTER.search(_ASIDE.sub(" ", sentence)) is not None
    for run in _OTHER_SCRIPT.findall(_ASIDE.sub(" ", sentence) if is_inside else sentence):
        if _is_long(run, is_inside=is_inside):
            code, score = told_by_cld2(run)
            if code not in _NOT_TOLD and code is not None and score >= SCRIPT_SCORE:
                yield code


def _is_long(run: str, *, is_inside: bool) -> bool:
    letters = len(LETTERS.findall(run))
    if _SYLLABLE.search(run):
        return letters >= (INSIDE_SYLLABLES if is_inside else SENTENCE_SYLLABLES)
    is_spaced = _UNSPACED.search(run) is None
    return letters >= SCRIPT_LETTERS and (len(run.split()) >= SCRIPT_WORDS or not is_spaced)

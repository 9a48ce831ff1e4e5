"""Finds severe words in a comment, also disguised ones, so that they can be covered on screen.

Only single words are found. A threat is mostly a sentence without any such word, so it stays
readable.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, pairwise
from typing import NamedTuple

from core.moderation.invisible import DRAWN_BLANKS, DRAWN_FORMATS, SOFT_BLANKS

_LETTERS = re.compile("[a-z]+")
_STARRED = re.compile(r"[a-z*]*\*[a-z*]*")
# Signs that stand for a letter, if a letter is beside them. `1`, `!` and `|` stand for two.
_SIGN = re.compile("[0134578@$!|+][a-z]|[a-z][5$]")
_AS_I = str.maketrans("0134578@$!|+", "oieastbasiit")
_AS_L = str.maketrans("0134578@$!|+", "oleastbasllt")
# At the end of a word they are marks.
_END_MARKS = re.compile(r"(?<![!|+])[!|+]++(?![a-z0-9@$])")
_AS_STAR = str.maketrans("#%", "**")
_LONG_RUN = re.compile(r"([a-z])\1\1")
_ANY_RUN = re.compile(r"([a-z])\1*")
# Letters that each stand alone, with the same gap of a space or a mark or two between them.
_SPACED = re.compile(r"(?<![a-z])[a-z](?:[\W_]{1,3}[a-z](?![a-z])){2,}")
_NOT_DRAWN = "\u200b"
_BLANKS = DRAWN_BLANKS | SOFT_BLANKS
_BLANKS_AS_SPACES = {ord(char): " " for char in _BLANKS}
_SHORTEST_INSIDE = 5
"""Letters of a severe word within a longer row of single letters; a shorter one is the whole
row."""
_FEWEST_LETTERS = 2
"""Letters that a word shows between its stars: `f**t` may be many words, and `****` any."""


class TextSpan(NamedTuple):
    """A part of a text: `text[start:end]`."""

    start: int
    end: int


class SevereWords:
    """Lower-case words of plain Latin letters and their plurals in -s, with what is needed to find
    their disguises."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(form for word in words for form in (word, f"{word}s"))
        self._starred = frozenset(form for word in self.words for form in _starred_forms(word))
        self._stretched: dict[str, list[re.Pattern[str]]] = defaultdict(list)
        for word in sorted(self.words):
            self._stretched[_squeezed(word)].append(_at_least(word))
        longer = sorted((w for w in self.words if len(w) >= _SHORTEST_INSIDE), key=len)
        self._inside = re.compile("|".join(longer[::-1]) or "(?!)")

    def find(self, view: str) -> Iterator[TextSpan]:
        """The places of severe words in a text of lower-case letters; they may overlap."""
        yield from self._plain(view)
        if _LONG_RUN.search(view):
            yield from self._with_long_runs(view)
        view = _END_MARKS.sub(lambda match: " " * len(match[0]), view)
        if _SIGN.search(view):
            for table in (_AS_I, _AS_L):
                yield from _mostly_letters(view, self._plain(view.translate(table)))
        if "*" in view or "#" in view or "%" in view:
            yield from self._with_stars(view.translate(_AS_STAR).translate(_AS_I))
        yield from _mostly_letters(view, self._spaced(view.translate(_AS_I)))

    def _plain(self, view: str) -> Iterator[TextSpan]:
        if not self.words.isdisjoint(_LETTERS.findall(view)):
            for match in _LETTERS.finditer(view):
                if match[0] in self.words:
                    yield TextSpan(*match.span())

    def _with_stars(self, view: str) -> Iterator[TextSpan]:
        for match in _STARRED.finditer(view):
            if match[0] in self._starred:
                yield TextSpan(*match.span())

    def _with_long_runs(self, view: str) -> Iterator[TextSpan]:
        for match in _LETTERS.finditer(view):
            if _LONG_RUN.search(match[0]):
                forms = self._stretched.get(_squeezed(match[0]), ())
                if any(form.fullmatch(match[0]) for form in forms):
                    yield TextSpan(*match.span())

    def _spaced(self, view: str) -> Iterator[TextSpan]:
        for row in _SPACED.finditer(view):
            places = [row.start() + match.start() for match in _LETTERS.finditer(row[0])]
            letters = "".join(view[place] for place in places)
            if letters in self.words:
                yield TextSpan(places[0], places[-1] + 1)
                continue
            for match in self._inside.finditer(letters):
                yield TextSpan(places[match.start()], places[match.end() - 1] + 1)


def mask(
    text: str,
    severe: SevereWords,
    letters: Mapping[int, str],
    *,
    unread: re.Pattern[str] | None = None,
) -> tuple[TextSpan, ...]:
    """The parts of the text to cover, in text order and apart from each other.

    What matches `unread` may be read as nothing, so that it joins the letters around it; it is part
    of no span unless it stands between them. Drawn and soft blanks are taken both ways.

    `letters` is a table for `str.translate` that gives the lower-case Latin letters a reader takes
    a character for, nothing for one that is not drawn or belongs to the letter before it, and the
    character itself otherwise. So no span cuts a letter from its accents.
    """
    found = list(_spans(text, severe, letters))
    if not text.isascii() and not _BLANKS.isdisjoint(text):
        found += _spans(text.translate(_BLANKS_AS_SPACES), severe, letters)
    if unread is not None and unread.search(text):
        # Filled up to the same length, so that places stay those of the text.
        joined = unread.sub(lambda match: _NOT_DRAWN * len(match[0]), text)
        for way in {joined, joined.translate(_BLANKS_AS_SPACES)}:
            found += (_trimmed(span, text, joined) for span in _spans(way, severe, letters))
    return _apart(found)


def _trimmed(span: TextSpan, text: str, joined: str) -> TextSpan:
    """Without what is unread after the last letter."""
    end = span.end
    while joined[end - 1] == _NOT_DRAWN != text[end - 1]:
        end -= 1
    return TextSpan(span.start, end)


def _spans(text: str, severe: SevereWords, letters: Mapping[int, str]) -> Iterable[TextSpan]:
    if text.isascii():
        return severe.find(text.lower())
    view = text.translate(letters)
    found = _apart(severe.find(view))
    if not found:
        return ()
    ends = list(accumulate(len(letters[ord(char)]) for char in text))
    places = [place for place, (before, end) in enumerate(pairwise([0, *ends])) if end > before]
    starts = [place for place in places for _ in letters[ord(text[place])]]
    starts.append(len(text))

    def shown(found: TextSpan) -> TextSpan:
        start = starts[found.start]
        while start > 0 and text[start - 1] in DRAWN_FORMATS:  # belong to the letter after them
            start -= 1
        return TextSpan(start, starts[bisect_right(starts, starts[found.end - 1])])

    return map(shown, found)


def _apart(found: Iterable[TextSpan]) -> tuple[TextSpan, ...]:
    """The spans in order, with those that overlap as one."""
    apart: list[TextSpan] = []
    for span in sorted(found, key=lambda span: (span.start, span.end)):
        if apart and span.start < apart[-1].end:
            apart[-1] = TextSpan(apart[-1].start, max(apart[-1].end, span.end))
        else:
            apart.append(span)
    return tuple(apart)


def _mostly_letters(view: str, found: Iterable[TextSpan]) -> Iterator[TextSpan]:
    """Those of which at least half are letters, so that no number is taken for a word."""
    for span in found:
        shown = [char for char in view[span.start : span.end] if char.isalnum() or char in "@$!|+"]
        if 2 * sum(char.isalpha() for char in shown) >= len(shown):
            yield span


def _starred_forms(word: str) -> Iterator[str]:
    """The word with each run of its letters starred out that leaves some to be seen."""
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            if len(word) - (end - start) >= _FEWEST_LETTERS:
                yield f"{word[:start]}{'*' * (end - start)}{word[end:]}"


def _squeezed(word: str) -> str:
    return _ANY_RUN.sub(r"\1", word)


def _at_least(word: str) -> re.Pattern[str]:
    """The word with any of its letters repeated."""
    return re.compile("".join(f"{match[0]}+" for match in _ANY_RUN.finditer(word)))

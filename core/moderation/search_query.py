"""What a person types into the search: words, phrases and operators. Pure; never fails.

Words must all be found. `OR` stands between two alternatives, `-` before what must not be there,
`*` after the beginning of a word, quotes around words that follow each other.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from core.moderation.scores import Label

MAX_CHARS = 500
MAX_TERMS = 24
FEWEST_PREFIX_CHARS = 3
"""Before a `*`. Fewer letters begin so many words that the search would be slow."""


class SearchField(StrEnum):
    """What a term is looked for in; the value is the operator's name."""

    ANYWHERE = ""
    AUTHOR = "author"
    DECIDER = "by"
    NOTE = "note"
    REASON = "reason"


class SearchState(StrEnum):
    """The values of `is:`: the status of the case, or the action that stands."""

    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"
    REMOVED = "removed"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """Words that follow each other. With `is_prefix` the last one may go on."""

    text: str
    field: SearchField = SearchField.ANYWHERE
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One of each group of `wanted` must be there, and none of `unwanted`. Of `states` and `labels`
    any one is enough. The text came at `since` or later, and before `until`. `problem` is one
    sentence about what was not understood, and so left out, or empty."""

    wanted: tuple[tuple[SearchTerm, ...], ...] = ()
    unwanted: tuple[SearchTerm, ...] = ()
    states: frozenset[SearchState] = frozenset()
    labels: frozenset[Label] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not (self.wanted or self.states or self.labels or self.since or self.until)


_PIECE = re.compile(
    r"(?P<minus>-)?(?:(?P<name>[A-Za-z]+):(?=\S))?"
    r'(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))'
)
_QUOTES = str.maketrans("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02", '"' * 7)
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?")
_FIELDS = {field.value: field for field in SearchField if field.value}
_NAMES = {*_FIELDS, "is", "label", "before", "after"}
# Written without spaces between words: there a run of characters is one word to the index.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def parse_query(typed: str) -> SearchQuery:
    """The query that was typed, whatever it is."""
    return _Parser().read(typed)


def has_words(text: str) -> bool:
    """Whether the text has a letter or digit: the index knows nothing else."""
    return any(unicodedata.category(char)[0] in "LN" for char in text)


class _Parser:
    """Collects the parts of one query."""

    def __init__(self) -> None:
        self._groups: list[list[SearchTerm]] = []
        self._unwanted: list[SearchTerm] = []
        self._states: set[SearchState] = set()
        self._labels: set[Label] = set()
        self._since: datetime | None = None
        self._until: datetime | None = None
        self._problems: list[str] = []
        self._joins = False  # the last piece was `OR`
        self._negates = False  # the last piece was `NOT`

    def read(self, typed: str) -> SearchQuery:
        if len(typed) > MAX_CHARS:
            self._problems.append(f"what comes after {MAX_CHARS} characters")
        for piece in _PIECE.finditer(_storable(typed[:MAX_CHARS]).translate(_QUOTES)):
            self._take(piece)
        if self._joins:
            self._problems.append("OR without a word after it")
        if self._unwanted and not self._groups:
            self._problems.append("words to leave out without one to look for")
            self._unwanted = []
        return SearchQuery(
            wanted=tuple(tuple(group) for group in self._groups),
            unwanted=tuple(self._unwanted),
            states=frozenset(self._states),
            labels=frozenset(self._labels),
            since=self._since,
            until=self._until,
            problem=_sentence(self._problems),
        )

    def _take(self, piece: re.Match[str]) -> None:
        word, name = piece["word"], (piece["name"] or "").lower()
        if not name and not piece["minus"] and word in ("AND", "OR", "NOT", "|"):
            self._take_connective(word)
            return
        negated = bool(piece["minus"]) or self._negates
        joins, self._joins, self._negates = self._joins, False, False
        if name in ("is", "label", "before", "after") and not negated:
            self._take_filter(name, piece["phrase"] or word or "", piece[0])
            return
        if name in _FIELDS or not name:
            text = piece["phrase"] if word is None else word
            term = self._term(text, _FIELDS.get(name, SearchField.ANYWHERE), piece)
        else:
            term = self._unknown(name, negated, piece)
        if term is not None:
            self._add(term, negated=negated, joins=joins)

    def _take_connective(self, word: str) -> None:
        if word == "NOT":
            self._negates = True
        elif word != "AND":
            if not self._groups:
                self._problems.append("OR without a word before it")
            self._joins = bool(self._groups)

    def _take_filter(self, name: str, value: str, typed: str) -> None:
        value = value.lower()
        if name == "is" and value in set(SearchState):
            self._states.add(SearchState(value))
        elif name == "label" and value in set(Label):
            self._labels.add(Label(value))
        elif name in ("before", "after") and (day := _day(value)) is not None:
            if name == "before":
                self._until = min(day, self._until or day)
            else:
                self._since = max(day, self._since or day)
        else:
            self._problems.append(f"{typed} ({_EXPECTED[name]})")

    def _unknown(self, name: str, negated: bool, piece: re.Match[str]) -> SearchTerm | None:
        """A name before a colon that is no operator, or one that can't be negated."""
        if name in _NAMES:
            self._problems.append(f"{piece[0]} (only words can be left out)")
            return None
        whole = piece[0].removeprefix("-") if negated else piece[0]
        if not whole[len(name) + 1 :].startswith("//"):  # the address of a page is just text
            self._problems.append(f"{name}: as an operator, so it was looked for as a word")
        return self._term(whole, SearchField.ANYWHERE, piece)

    def _term(self, text: str, field: SearchField, piece: re.Match[str]) -> SearchTerm | None:
        if piece["word"] is not None and text.endswith(":") and text[:-1].lower() in _NAMES:
            self._problems.append(f"{text} with a space after it")
            return None
        if not has_words(text):
            self._problems.append(f"{piece[0]} (only letters and digits can be found)")
            return None
        is_prefix = piece["word"] is not None and text.endswith("*")
        is_unspaced = bool(_UNSPACED.search(text))
        if is_prefix and not is_unspaced and len(text.strip("*")) < FEWEST_PREFIX_CHARS:
            self._problems.append(f"{piece[0]} (* needs {FEWEST_PREFIX_CHARS} letters)")
            return None
        return SearchTerm(text.strip(), field, is_prefix or is_unspaced)

    def _add(self, term: SearchTerm, *, negated: bool, joins: bool) -> None:
        if sum(map(len, self._groups)) + len(self._unwanted) >= MAX_TERMS:
            if not self._problems or not self._problems[-1].startswith("more than"):
                self._problems.append(f"more than {MAX_TERMS} words")
        elif negated:
            self._unwanted.append(term)
        elif joins:
            self._groups[-1].append(term)
        else:
            self._groups.append([term])


_EXPECTED = {
    "is": f"is: takes {', '.join(SearchState)}",
    "label": f"label: takes {', '.join(Label)}",
    "before": "a day such as 2026-11-23",
    "after": "a day such as 2026-11-23",
}


def _sentence(problems: list[str]) -> str:
    if not problems:
        return ""
    rest = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    return f"Not understood: {'; '.join(problems[:3])}{rest}."


def _storable(text: str) -> str:
    """Without control characters and halves of surrogate pairs, which no stored text has."""
    return "".join(" " if unicodedata.category(char) in ("Cc", "Cs") else char for char in text)


def _day(value: str) -> datetime | None:
    """The beginning of the day, or of a month without a day."""
    found = _DAY.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(part or 1) for part in found.groups())
    try:
        first = date(year, month, day)
    except ValueError:
        return None
    return datetime(first.year, first.month, first.day, tzinfo=UTC)

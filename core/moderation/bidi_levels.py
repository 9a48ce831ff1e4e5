"""The levels at which the characters of a paragraph are displayed, by the bidirectional algorithm
of Unicode (UAX 9) with its explicit controls, but without pairs of brackets (rule N0)."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby

OVERRIDES = {"\u202d": "L", "\u202e": "R"}
RIGHT_OPENERS = frozenset("\u202b\u202e\u2067")
ISOLATES = frozenset("\u2066\u2067\u2068")
_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_FIRST_STRONG, _END, _END_ISOLATE = "\u2068", "\u202c", "\u2069"
_DEEPEST = 125
_LOOKAHEAD = 1_000  # characters in which the first letter of an isolate is looked for

_SHORT = {"L": "l", "R": "r", "AL": "a", "EN": "e", "AN": "n", "ES": "s", "CS": "c", "ET": "t"}
_SHORT |= {"NSM": "m", "BN": "m"}
_NEUTRAL = "o"
# Rules W1 to N1, each as what is looked for and what its characters become.
_AFTER_ARABIC = re.compile("a[^lra]*")
_MARK = re.compile("(.)m+")
_NUMBER_SIGN = re.compile("(?<=e)[sc](?=e)")
_ARABIC_SIGN = re.compile("(?<=n)c(?=n)")
_UNIT_SIGN = re.compile("(?<!t)t++(?=e)|(?<=e)t++")
_AFTER_LATIN = re.compile("l[^lr]*")
_BETWEEN_LEFT = re.compile("(?<=l)o++(?=l)")
_BETWEEN_RIGHT = re.compile("(?<=[ren])o++(?=[ren])")
_SIGNS = str.maketrans("sct", "ooo")


@dataclass(slots=True)
class Placed:
    """A character, or nothing for an end of an isolate, at its level. `kind` is its class, or
    the one that an override gives it."""

    char: str
    level: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Open:
    opener: str
    level: int
    override: str | None


class _Levels:
    """Rules X1 to X8. `rows` are what stands in the same isolate."""

    def __init__(self, base: int) -> None:
        self.open = [_Open("", base, None)]
        self.rows: list[list[Placed]] = [[]]
        self.open_rows = [self.rows[0]]
        self.lost_isolates = self.lost_embeddings = 0
        self.placed: list[Placed] = []

    def place(self, char: str, kind: str) -> None:
        inner = self.open[-1]
        one = Placed(char, inner.level, inner.override or kind)
        self.placed.append(one)
        self.open_rows[-1].append(one)

    def begin(self, opener: str, text_after: str) -> None:
        is_isolate = opener in ISOLATES
        if is_isolate:
            self.place("", "ON")
        is_lost = self.lost_isolates or self.lost_embeddings
        to_right = opener in RIGHT_OPENERS
        if opener == _FIRST_STRONG and not is_lost:
            to_right = _is_first_to_right(text_after)
        level = self.open[-1].level + 1
        level += level % 2 != to_right
        if level > _DEEPEST or is_lost:
            self.lost_isolates += is_isolate
            self.lost_embeddings += not is_isolate and not self.lost_isolates
            return
        self.open.append(_Open(opener, level, OVERRIDES.get(opener)))
        if is_isolate:
            self.rows.append([])
            self.open_rows.append(self.rows[-1])

    def end(self) -> None:
        if self.lost_isolates:
            return
        if self.lost_embeddings:
            self.lost_embeddings -= 1
        elif self.open[-1].opener in _EMBEDDINGS:
            self.open.pop()

    def end_isolate(self) -> None:
        if self.lost_isolates:
            self.lost_isolates -= 1
        elif len(self.open_rows) > 1:
            self.lost_embeddings = 0
            while self.open.pop().opener not in ISOLATES:
                pass
            self.open_rows.pop()
        self.place("", "ON")


def placed(paragraph: str, base: int) -> list[Placed]:
    """The characters of the paragraph without its controls, in their order."""
    levels = _Levels(base)
    for at, char in enumerate(paragraph):
        if char in _EMBEDDINGS or char in ISOLATES:
            levels.begin(char, paragraph[at + 1 : at + _LOOKAHEAD])
        elif char == _END:
            levels.end()
        elif char == _END_ISOLATE:
            levels.end_isolate()
        else:
            levels.place(char, unicodedata.bidirectional(char) or "L")
    for row in levels.rows:
        _resolve(row, base)
    return levels.placed


def _is_first_to_right(text: str) -> bool:
    depth = 0
    for char in text:
        if char in ISOLATES:
            depth += 1
        elif char == _END_ISOLATE:
            depth -= 1
            if depth < 0:
                return False
        elif depth == 0 and (kind := unicodedata.bidirectional(char)) in {"L", "R", "AL"}:
            return kind != "L"
    return False


def _resolve(row: list[Placed], base: int) -> None:
    runs = [list(run) for _, run in groupby(row, key=lambda one: one.level)]
    levels = [base, *(run[0].level for run in runs), base]
    for run, before, level, after in zip(runs, levels, levels[1:], levels[2:], strict=False):
        kinds = _resolved_kinds(run, max(before, level), max(level, after), level)
        for one, kind in zip(run, kinds, strict=True):
            if kind == "r":
                one.level += level % 2 == 0
            elif kind != "l":
                one.level += 2 - level % 2
            else:
                one.level += level % 2


def _resolved_kinds(run: list[Placed], before: int, after: int, level: int) -> str:
    """Rules W1 to N2; each kind is "l", "r" or that of a number."""
    kinds = "".join(_SHORT.get(one.kind, _NEUTRAL) for one in run)
    kinds = f"{'lr'[before % 2]}{kinds}{'lr'[after % 2]}"
    kinds = _MARK.sub(lambda match: match[1] * len(match[0]), kinds)
    kinds = _AFTER_ARABIC.sub(lambda match: match[0].replace("e", "n"), kinds).replace("a", "r")
    kinds = _ARABIC_SIGN.sub("n", _NUMBER_SIGN.sub("e", kinds))
    kinds = _UNIT_SIGN.sub(lambda match: "e" * len(match[0]), kinds).translate(_SIGNS)
    kinds = _AFTER_LATIN.sub(lambda match: match[0].replace("e", "l"), kinds)
    kinds = _BETWEEN_LEFT.sub(lambda match: "l" * len(match[0]), kinds)
    kinds = _BETWEEN_RIGHT.sub(lambda match: "r" * len(match[0]), kinds)
    return kinds[1:-1].replace(_NEUTRAL, "lr"[level % 2])

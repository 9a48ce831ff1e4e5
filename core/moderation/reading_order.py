"""Puts text that direction controls display in another order into the order in which it is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import bidirectional, combining

from core.moderation.bidi_levels import Placed, placed

_TURNING = "\u202e\u202d\u2067\u202b\u2068"
_ANY_TURNING = re.compile(f"[{_TURNING}]")
# An isolate takes the direction of its first letter.
_TO_RIGHT = re.compile(
    "[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_ANY_OVERRIDE = re.compile("[\u202d\u202e]")
_PARAGRAPH_END = re.compile("([\n\u2029\x85\x1c-\x1e])")
_LINE_END = "\u2028"  # ends the displayed line, but no override
_SOFT_LINE_END = re.compile("(?<!\n)\n(?!\n)")
_LONGEST_CLUSTER = 32  # a letter with its accents; hostile ones have thousands
_MIRRORED = str.maketrans("()[]{}<>", ")(][}{><")
_MARKER = re.compile(r"\[U\+20[26][0-9A-F]\]")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A letter with its accents, and its place in the source."""

    text: str
    at: int

    def mirrored(self) -> "_Unit":
        mirrored = self.text.translate(_MIRRORED)
        return self if mirrored == self.text else _Unit(mirrored, self.at)


def in_reading_order(text: str) -> str:
    """The text with each line in the order of what it displays, read from the left (from the right,
    if most of its letters are and no Latin one is turned). What changes its place has the control
    before it, written as `[U+202E]`; all other direction controls of its line are dropped. Text
    without such a control is unchanged."""
    if not _ANY_TURNING.search(text) or not (_TO_RIGHT.search(text) or _ANY_OVERRIDE.search(text)):
        return text
    return "".join(map(_paragraph, _PARAGRAPH_END.split(text)))


def across_line_ends(text: str) -> str:
    """What a text with overrides says where a site shows its line ends as spaces, as HTML does;
    nothing if that is the same."""
    if "\n" not in text or not _ANY_OVERRIDE.search(text):
        return ""
    joined = in_reading_order(_SOFT_LINE_END.sub(" ", text))
    apart = in_reading_order(text)
    return "" if _words(joined) == _words(apart) else joined


def _words(text: str) -> list[str]:
    return _MARKER.sub("", text).split()


def _paragraph(text: str) -> str:
    control = next((char for char in _TURNING if char in text), None)
    if control is None:
        return text
    lines: list[list[Placed]] = [[]]
    for one in placed(text, 0):
        lines[-1].append(one)
        if one.char == _LINE_END:
            lines.append([])
    return "".join(_line(line, f"[U+{ord(control):04X}]") for line in lines)


def _line(line: list[Placed], control: str) -> str:
    levels, units = _units(line)
    end = [units.pop()] if units and units[-1].text == _LINE_END else []
    shown = [unit for unit in _displayed(units, levels) if unit.text]
    source = [unit for unit in units if unit.text]
    read = _displayed(shown, _levels(shown, _reading_base(line)))
    is_overridden = any(one.char and one.kind != bidirectional(one.char) for one in line)
    if not is_overridden and _latin(read) == _latin(source):
        read = source  # the order of its language
    return _with_control([*read, *end], control)


def _units(line: Sequence[Placed]) -> tuple[list[int], list[_Unit]]:
    """With their levels. The ends of isolates are empty units."""
    clusters: list[list[Placed]] = []
    for one in line:
        is_accent = clusters and clusters[-1][0].char and combining(one.char or " ")
        if is_accent and len(clusters[-1]) < _LONGEST_CLUSTER:
            clusters[-1].append(one)
        else:
            clusters.append([one])
    texts = ["".join(one.char for one in cluster) for cluster in clusters]
    places = accumulate(map(bool, texts), initial=0)
    return [cluster[0].level for cluster in clusters], list(map(_Unit, texts, places))


def _displayed(units: Sequence[_Unit], levels: Sequence[int]) -> list[_Unit]:
    """The units from left to right: those of an odd level are turned within what is around them
    (rule L2), and brackets in them are mirrored."""
    runs: list[tuple[int, list[list[_Unit]]]] = [(-2, [])]
    for unit, level in zip(units, levels, strict=False):
        while runs[-1][0] > level:
            _close(runs, level)
        if runs[-1][0] < level:
            runs.append((level, []))
        runs[-1][1].append([unit.mirrored() if level % 2 else unit])
    while len(runs) > 1:
        _close(runs, -2)
    return [unit for part in runs[0][1] for unit in part]


def _close(runs: list[tuple[int, list[list[_Unit]]]], level: int) -> None:
    """The innermost run becomes a part of the one around it, which is of that level or higher."""
    own, parts = runs.pop()
    if runs[-1][0] < level:
        runs.append((level, []))
    runs[-1][1].append([unit for part in (parts[::-1] if own % 2 else parts) for unit in part])


def _levels(shown: Sequence[_Unit], base: int) -> list[int]:
    """Those by which a displayed line is put back: the algorithm without controls undoes itself."""
    return [one.level for one in placed("".join(unit.text[0] for unit in shown), base)]


def _reading_base(line: Sequence[Placed]) -> int:
    """The level of the direction in which a reader goes through the line."""
    kinds = [(bidirectional(one.char), one.kind) for one in line if one.char]
    left = sum(kind == "L" for kind, _ in kinds)
    right = sum(kind in {"R", "AL"} for kind, _ in kinds)
    return int(right > left and ("L", "R") not in kinds)


def _latin(units: Sequence[_Unit]) -> list[str]:
    return [unit.text for unit in units if bidirectional(unit.text[0]) == "L"]


def _with_control(units: Sequence[_Unit], control: str) -> str:
    """With the control before each piece that has another order than the source."""
    found: list[str] = []
    piece: list[str] = []
    furthest = -1
    was_turned = False
    for place, unit in enumerate(units):
        piece.append(unit.text)
        furthest = max(furthest, unit.at)
        if furthest == place:
            is_turned = len(piece) > 1
            found += [control, *piece] if is_turned and not was_turned else piece
            was_turned, piece = is_turned, []
    return "".join(found)

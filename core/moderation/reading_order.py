"""Puts text that a direction override displays backwards into the order in which it is read."""

import re
import unicodedata
from dataclasses import dataclass, field

_OVERRIDES = {"\u202d": "L", "\u202e": "R"}
_ISOLATES = frozenset("\u2066\u2067\u2068")
_EMBEDDINGS = frozenset({*_OVERRIDES, "\u202a", "\u202b"})
_END, _END_ISOLATE = "\u202c", "\u2069"
_ANY_OVERRIDE = re.compile("[\u202d\u202e]")
# Levels that the bidirectional algorithm (UAX 9) allows; deeper ones have no effect.
_DEEPEST = 125
_LONGEST_CLUSTER = 32  # a letter with its accents; hostile ones have thousands
_MIRRORED = str.maketrans("()[]{}<>", ")(][}{><")


@dataclass(slots=True)
class _Part:
    """What stands after an opener, in units that are turned as a whole, and how many of its letters
    are read from the left and from the right."""

    opener: str
    units: list[str] = field(default_factory=list)
    left: int = 0
    right: int = 0

    def count(self, char: str) -> None:
        kind = unicodedata.bidirectional(char)
        self.left += kind == "L"
        self.right += kind in {"R", "AL"}

    @property
    def is_turned(self) -> bool:
        """Whether it is displayed against the direction of its letters."""
        direction = _OVERRIDES.get(self.opener)
        if direction == "R":
            return self.left > self.right
        return direction == "L" and self.right > self.left


def in_reading_order(text: str) -> str:
    """The text with each part under an override turned if it is displayed against the direction of
    its letters. Before such a part the control is written as `[U+202E]`; all other direction
    controls of its line are dropped. Text without an override is unchanged."""
    if not _ANY_OVERRIDE.search(text):
        return text
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    """An override ends with its line."""
    opened = [_Part("")]
    for char in line:
        if char in _EMBEDDINGS or char in _ISOLATES:
            if len(opened) <= _DEEPEST:
                opened.append(_Part(char))
        elif char == _END:
            if opened[-1].opener in _EMBEDDINGS:
                _close(opened)
        elif char == _END_ISOLATE:
            if any(part.opener in _ISOLATES for part in opened):
                while opened[-1].opener not in _ISOLATES:
                    _close(opened)
                _close(opened)
        else:
            opened[-1].count(char)
            units = opened[-1].units
            if units and len(units[-1]) < _LONGEST_CLUSTER and unicodedata.combining(char):
                units[-1] += char
            else:
                units.append(char)
    while len(opened) > 1:
        _close(opened)
    return "".join(opened[0].units)


def _close(opened: list[_Part]) -> None:
    """The innermost part becomes one unit of the part around it, which turns it as a whole."""
    part, around = opened.pop(), opened[-1]
    units = part.units
    # Letters are counted once, not at each level again: a hostile text has all levels there are.
    around.left += part.left
    around.right += part.right
    if part.is_turned:
        control = f"[U+{ord(part.opener):04X}]"
        for char in control:
            around.count(char)
        turned = (unit.translate(_MIRRORED) if len(unit) == 1 else unit for unit in units[::-1])
        units = [control, *turned]
    around.units.append("".join(units))

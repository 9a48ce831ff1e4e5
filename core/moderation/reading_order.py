"""Puts text that a direction override displays backwards into the order in which it is read."""

import re
import unicodedata
from collections.abc import Sequence

_OVERRIDES = {"\u202d": "L", "\u202e": "R"}
_ISOLATES = frozenset("\u2066\u2067\u2068")
_EMBEDDINGS = frozenset({*_OVERRIDES, "\u202a", "\u202b"})
_END, _END_ISOLATE = "\u202c", "\u2069"
_ANY_OVERRIDE = re.compile("[\u202d\u202e]")
# Levels that the bidirectional algorithm (UAX 9) allows; deeper ones have no effect.
_DEEPEST = 125
_LONGEST_CLUSTER = 32  # a letter with its accents; hostile ones have thousands
_MIRRORED = str.maketrans("()[]{}<>", ")(][}{><")


def in_reading_order(text: str) -> str:
    """The text with each part under an override turned if it is displayed against the direction of
    its letters. Before such a part the control is written as `[U+202E]`; all other direction
    controls of its line are dropped. Text without an override is unchanged."""
    if not _ANY_OVERRIDE.search(text):
        return text
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    """An override ends with its line."""
    opened: list[tuple[str, list[str]]] = [("", [])]
    for char in line:
        if char in _EMBEDDINGS or char in _ISOLATES:
            if len(opened) <= _DEEPEST:
                opened.append((char, []))
        elif char == _END:
            if opened[-1][0] in _EMBEDDINGS:
                _close(opened)
        elif char == _END_ISOLATE:
            if any(opener in _ISOLATES for opener, _ in opened):
                while opened[-1][0] not in _ISOLATES:
                    _close(opened)
                _close(opened)
        else:
            units = opened[-1][1]
            if units and len(units[-1]) < _LONGEST_CLUSTER and unicodedata.combining(char):
                units[-1] += char
            else:
                units.append(char)
    while len(opened) > 1:
        _close(opened)
    return "".join(opened[0][1])


def _close(opened: list[tuple[str, list[str]]]) -> None:
    """The innermost part becomes one unit of the part around it, which turns it as a whole."""
    opener, units = opened.pop()
    direction = _OVERRIDES.get(opener)
    if direction is not None and _is_against(direction, units):
        turned = (unit.translate(_MIRRORED) if len(unit) == 1 else unit for unit in units[::-1])
        units = [f"[U+{ord(opener):04X}]", *turned]
    opened[-1][1].append("".join(units))


def _is_against(direction: str, units: Sequence[str]) -> bool:
    kinds = [unicodedata.bidirectional(char) for unit in units for char in unit]
    left, right = kinds.count("L"), kinds.count("R") + kinds.count("AL")
    return left > right if direction == "R" else right > left

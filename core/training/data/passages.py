"""Data augmentation for long texts, which are read window by window: short rows with harmless text
around them, and the ends of long harmless rows.

Without them abuse counts less the more harmless text stands beside it in a window, and an ordinary
end of a long comment is something the network never saw.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

from core.training.data.datasets import Example
from core.training.data.own_examples import OWN_SOURCES

PASSAGE_SEED = 20261127
"""Not the seed of a run: two runs learn the same rows."""
_ABUSIVE_FROM, _HARMLESS_TO = 0.6, 0.1
_ABUSIVE_SHARE, _HARMLESS_SHARE = 0.08, 0.1
_SHORT_CHARS = 200
_LEAST_CHARS, _MOST_CHARS = 150, 450
"""With about four characters to a token, the longest copy fills a window of 128 tokens."""
_TRIES = 8
_LONG_CHARS = 600


def surrounded_copies(rows: Sequence[Example], *, seed: int) -> list[Example]:
    """Copies of short rows, abusive and harmless ones about equally often, each between harmless
    rows of people's comments. A copy's target is the highest of its parts. The seed fixes the
    result."""
    chance = random.Random(seed)
    short = [row for row in rows if len(row.text) <= _SHORT_CHARS]
    harmless = [row for row in short if _highest(row) <= _HARMLESS_TO]
    fillers = [row for row in harmless if row.source not in OWN_SOURCES]
    copies = []
    for row in short:
        highest = _highest(row)
        if _HARMLESS_TO < highest < _ABUSIVE_FROM:
            continue
        share = _ABUSIVE_SHARE if highest >= _ABUSIVE_FROM else _HARMLESS_SHARE
        if fillers and chance.random() < share:
            around = _fillers_for(row, fillers, chance)
            copies += [_joined(row, around, chance)] if around else []
    return copies


def last_passages(rows: Sequence[Example]) -> list[Example]:
    """The ends of long rows that are harmless as a whole; a part of one is harmless too. Of an
    abusive row nobody said which part is."""
    return [
        replace(row, text=row.text[-_MOST_CHARS:].partition(" ")[2], other_form=None)
        for row in rows
        if len(row.text) >= _LONG_CHARS and _highest(row) <= _HARMLESS_TO
    ]


def _highest(row: Example) -> float:
    return max(target for target in row.targets if target is not None)


def _fillers_for(row: Example, fillers: Sequence[Example], chance: random.Random) -> list[Example]:
    chosen: list[Example] = []
    left = chance.randint(_LEAST_CHARS, _MOST_CHARS) - len(row.text)
    for _ in range(_TRIES):
        filler = chance.choice(fillers)
        if len(filler.text) < left:
            chosen.append(filler)
            left -= len(filler.text) + 1
    return chosen


def _joined(row: Example, around: Sequence[Example], chance: random.Random) -> Example:
    parts = [row, *around]
    chance.shuffle(parts)
    targets = tuple(
        max((target for target in column if target is not None), default=None)
        for column in zip(*(part.targets for part in parts), strict=True)
    )
    text = " ".join(part.text for part in parts)
    return replace(row, text=text, targets=targets, other_form=None)

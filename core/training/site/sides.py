"""Divides a site's rows into those to learn from, to calibrate on and to test on.

What belongs together is on one side: the rows of a group, and rows whose text reads the same. Which
side that is depends on a hash, never on a seed, so that nobody can try seeds until a test is kind.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.inference.text.form import model_text
from core.training.data.datasets import Example
from core.training.data.split import group_names
from core.training.site.rows import SiteRow

TUNED_SHARES = (0.60, 0.15, 0.25)
FITTED_SHARES = (0.0, 0.5, 0.5)
"""With few rows the network stays as it is, so that none are needed to train it."""
_SOURCE = "site"


@dataclass(frozen=True, slots=True)
class SideRow:
    """A row, the example made of it, and the name of its group."""

    row: SiteRow
    example: Example
    group: str


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows in the order of the file."""

    train: tuple[SideRow, ...]
    calibrate: tuple[SideRow, ...]
    test: tuple[SideRow, ...]


def divide(rows: Sequence[SiteRow], shares: tuple[float, float, float]) -> Sides:
    """Sides with about these shares of the rows. Groups with and without abuse are divided apart:
    otherwise chance could leave a side of a small file without any."""
    grouped = _grouped(rows)
    side_of: dict[str, int] = {}
    positive = {each.group for each in grouped if each.row.is_positive}
    for has_abuse in (True, False):
        sizes: dict[str, int] = {}
        for each in grouped:
            if (each.group in positive) is has_abuse:
                sizes[each.group] = sizes.get(each.group, 0) + 1
        side_of |= _sides_of(sizes, shares)
    train, calibrate, test = (
        tuple(each for each in grouped if side_of[each.group] == side) for side in range(3)
    )
    return Sides(train, calibrate, test)


def _grouped(rows: Sequence[SiteRow]) -> list[SideRow]:
    examples = [_example(row) for row in rows]
    names = group_names(examples)
    return [SideRow(*each) for each in zip(rows, examples, names, strict=True)]


def _example(row: SiteRow) -> Example:
    text = model_text(row.text)
    # Case and spaces aside, so that a text that is repeated with other capitals is one group.
    keys = [f"text:{' '.join(text.casefold().split())}"]
    if row.group is not None:
        keys.append(f"group:{row.group}")
    return Example(text, row.targets, tuple(keys), _SOURCE, row.weight)


def _sides_of(sizes: dict[str, int], shares: tuple[float, float, float]) -> dict[str, int]:
    """A side for each group: in the order of their hashes, by where the middle of its rows is."""
    total, done = sum(sizes.values()), 0
    found = {}
    for name in sorted(sizes, key=lambda each: hashlib.sha256(each.encode()).digest()):
        middle = (done + sizes[name] / 2) / total
        found[name] = 0 if middle < shares[0] else 1 if middle < shares[0] + shares[1] else 2
        done += sizes[name]
    return found

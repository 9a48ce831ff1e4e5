"""The rows a network learns: labelled ones, respelt copies of them, and rows without any label."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.training.data.datasets import Example
from core.training.data.disguise import disguised_copies
from core.training.data.own_examples import HARD_SOURCE

DISGUISE_SEED = 20261123
"""Not the seed of a run: teachers scored the copies of this seed."""


class RowKind(StrEnum):
    """How a row came to be; the names are those in a teacher's file."""

    LABELLED = "train"
    DISGUISED = "disguised"
    UNLABELLED = "unlabelled"


@dataclass(frozen=True, slots=True)
class LearntRow:
    """A row of the training side, or a respelt copy of one."""

    example: Example
    kind: RowKind


def learnt_rows(train: Sequence[Example]) -> list[LearntRow]:
    """All rows to learn from, given the training side.

    The hard examples come last and are not respelt: they were written after the copies were scored.
    """
    hard = [row for row in train if row.source == HARD_SOURCE]
    others = [row for row in train if row.source != HARD_SOURCE]
    labelled = [row for row in others if has_any_label(row)]
    parts = (
        (RowKind.LABELLED, labelled),
        (RowKind.DISGUISED, disguised_copies(labelled, seed=DISGUISE_SEED)),
        (RowKind.UNLABELLED, [row for row in others if not has_any_label(row)]),
        (RowKind.LABELLED, hard),
    )
    return [LearntRow(row, kind) for kind, rows in parts for row in rows]


def has_any_label(row: Example) -> bool:
    """Whether any label is known."""
    return any(target is not None for target in row.targets)

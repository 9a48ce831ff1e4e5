"""The targets of distillation: what the teachers say, and in part what people said."""

from collections.abc import Sequence
from dataclasses import replace

from core.training.data.catalogue import MACHINE_SETS
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.learnt_rows import LearntRow, RowKind
from core.training.data.teacher_scores import Scores

UNKNOWN: tuple[float | None, ...] = (None,) * len(MODEL_LABELS)


def distilled(
    rows: Sequence[LearntRow], scores: Sequence[Scores | None], *, teacher_share: float
) -> list[Example]:
    """The rows with a target for each label that a teacher scored: its score alone where no person
    gave the label, else teacher_share * score + (1 - teacher_share) * label. Rows without scores
    keep their labels."""
    return [
        row.example if found is None else _mixed(row, found, teacher_share)
        for row, found in zip(rows, scores, strict=True)
    ]


def _mixed(row: LearntRow, scores: Scores, share: float) -> Example:
    example = row.example
    by_people = UNKNOWN if example.source in MACHINE_SETS else example.targets
    targets = tuple(
        score if label is None else share * score + (1 - share) * label
        for score, label in zip(scores, by_people, strict=True)
    )
    # The set's own weight is that of its labels, which an unlabelled row does not have.
    weight = 1.0 if row.kind is RowKind.UNLABELLED else example.weight
    return replace(example, targets=targets, weight=weight)

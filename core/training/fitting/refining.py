"""The rows that refine the network, and how much of what they say it learns."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.teacher_scores import TeacherScores, taught, unlabelled

_WHOLE = (1.0,) * len(MODEL_LABELS)


@dataclass(frozen=True, slots=True)
class RefiningRows:
    """`trust` is (rows, labels): the part in 0..1 that the row has in what is learnt of it; the
    rest is what the network says."""

    examples: Sequence[Example]
    trust: Sequence[Sequence[float]]


def refining_rows(
    train: Sequence[Example], teachers: Sequence[TeacherScores], kept: Sequence[str]
) -> RefiningRows:
    """Of the training side, as the teachers see them, and the sets that are `kept`."""
    pairs = [
        (row, scores.lesson.trust_in(row)) for scores in teachers for row in taught(train, scores)
    ]
    pairs += [(row, _WHOLE) for row in unlabelled(train, kept)]
    return RefiningRows([row for row, _ in pairs], [trust for _, trust in pairs])

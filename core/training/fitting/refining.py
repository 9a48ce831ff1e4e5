"""The rows of the refining phase, with the weight of each target."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.teacher_scores import TeacherScores, unlabelled, with_teacher_scores

_WHOLE = (1.0,) * len(MODEL_LABELS)


@dataclass(frozen=True, slots=True)
class RefiningRows:
    """`teacher_weight` is (rows, labels) in 0..1: the weight of the row's target. The rest is the
    weight of the network's own score before refining."""

    examples: Sequence[Example]
    teacher_weight: Sequence[Sequence[float]]


def refining_rows(
    train: Sequence[Example], teachers: Sequence[TeacherScores], kept: Sequence[str]
) -> RefiningRows:
    """The teachers' rows of the training side, and the rows of the sets in `kept`, without
    targets."""
    pairs = [
        (row, scores.task.weights_for(row))
        for scores in teachers
        for row in with_teacher_scores(train, scores)
    ]
    pairs += [(row, _WHOLE) for row in unlabelled(train, kept)]
    return RefiningRows([row for row, _ in pairs], [teacher_weight for _, teacher_weight in pairs])

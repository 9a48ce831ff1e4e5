"""The difference between two sets of scores of the same comments, and the decisions it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.moderation.default_policy import BANDS
from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class Change:
    """`flips` of `labels` scores are in another band of the default policy than before."""

    largest: float
    flips: int
    labels: int


def changes(
    before: Sequence[Mapping[Label, float]], after: Sequence[Mapping[Label, float]]
) -> Change:
    """Compared text by text and label by label, for the labels of `before`."""
    largest, flips, labels = 0.0, 0, 0
    for one, other in zip(before, after, strict=True):
        for label, score in one.items():
            labels += 1
            largest = max(largest, abs(score - other[label]))
            flips += _band(label, score) != _band(label, other[label])
    return Change(largest, flips, labels)


def _band(label: Label, score: float) -> int:
    """0 approve, 1 hold, 2 remove."""
    hold, remove, _ = BANDS[label]
    return (score >= hold) + (remove is not None and score >= remove)

"""Ranking measures over one label, by numpy alone. Targets bool (rows), scores float (rows)."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.training.evaluation.intervals import Interval, ranking_intervals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class LabelMetrics:
    """One label on one set; a measure is None with one class only, its interval (95 %, bootstrap)
    also where a class has too few rows."""

    data_set: str
    label: str
    rows: int
    positives: int
    roc_auc: float | None
    average_precision: float | None
    roc_auc_interval: Interval | None = None
    average_precision_interval: Interval | None = None


def measure(
    data_set: str,
    label: str,
    targets: "Bools",
    scores: "Floats",
    groups: Sequence[Hashable] | None = None,
) -> LabelMetrics:
    """Both ranking measures with the counts they rest on; `groups` as in `ranking_intervals`."""
    positives = int(targets.sum())
    both = 0 < positives < len(targets)
    spread = ranking_intervals(targets, scores, groups)
    return LabelMetrics(
        data_set=data_set,
        label=label,
        rows=len(targets),
        positives=positives,
        roc_auc=roc_auc(targets, scores) if both else None,
        average_precision=average_precision(targets, scores) if both else None,
        roc_auc_interval=spread[0] if spread else None,
        average_precision_interval=spread[1] if spread else None,
    )


def roc_auc(targets: "Bools", scores: "Floats") -> float:
    """Chance that a positive outranks a negative; a tie counts half."""
    import numpy as np

    _, where, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[where]
    positives = int(targets.sum())
    negatives = len(targets) - positives
    return float((ranks[targets].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(targets: "Bools", scores: "Floats") -> float:
    """Mean precision over the positives, equal scores taken together."""
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(targets[order])
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    hits, seen = hits[last_of_tie], np.flatnonzero(last_of_tie) + 1
    gained = np.diff(hits, prepend=0)
    return float((gained * hits / seen).sum() / targets.sum())


def share_at(scores: "Floats", edge: float) -> float:
    """Share of the scores at or above the edge; 0 for no scores."""
    return float((scores >= edge).mean()) if len(scores) else 0.0


def precision_at(targets: "Bools", scores: "Floats", edge: float) -> float | None:
    """Share of true ones at or above the edge; None when nothing is."""
    above = scores >= edge
    return float(targets[above].mean()) if above.any() else None


def recall_at(targets: "Bools", scores: "Floats", edge: float) -> float | None:
    """Share of the true ones at or above the edge; None when there is none."""
    return float((scores[targets] >= edge).mean()) if targets.any() else None

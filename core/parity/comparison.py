"""How much the scores of two backends differ, label by label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.moderation.policies import Policy
from core.moderation.scores import Label
from core.parity.tables import ScoreTable

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelComparison:
    """Over the `rows` that both backends scored. `flips` of them cross a threshold of the policy;
    `rank` is Spearman's correlation, None if one side has a single value only."""

    label: Label
    rows: int
    largest: float
    mean: float
    rank: float | None
    flips: int


def compare_labels(
    reference: ScoreTable, other: ScoreTable, policy: Policy
) -> tuple[LabelComparison, ...]:
    """One entry for each label that both assess and both scored at least once."""
    found = []
    for label in reference.labels:
        mine, theirs = reference.column(label), other.column(label)
        known = ~np.isnan(mine) & ~np.isnan(theirs)
        if not known.any():
            continue
        mine, theirs = mine[known], theirs[known]
        apart = np.abs(mine - theirs)
        thresholds = [low for low in policy.thresholds(label).values() if low > 0.0]
        crossed = np.zeros(len(mine), dtype=bool)
        for low in thresholds:
            crossed |= (mine >= low) != (theirs >= low)
        found.append(
            LabelComparison(
                label=label,
                rows=int(known.sum()),
                largest=float(apart.max()),
                mean=float(apart.mean()),
                rank=rank_correlation(mine, theirs),
                flips=int(crossed.sum()),
            )
        )
    return tuple(found)


def rank_correlation(one: Floats, other: Floats) -> float | None:
    """Spearman's rho with mean ranks for ties; None if one side has a single value only."""
    first, second = _ranks(one), _ranks(other)
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: Floats) -> Floats:
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes)
    means: Floats = (ends - (sizes - 1) / 2.0)[group]
    return means


def complete_rows(tables: Sequence[Floats]) -> NDArray[np.bool_]:
    """Marks the rows without a missing score in any of the arrays, all (rows, labels)."""
    complete: NDArray[np.bool_] = np.isfinite(np.hstack(list(tables)).sum(axis=1))
    return complete

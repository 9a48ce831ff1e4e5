"""Confidence intervals: bootstrap for ranking measures, Wilson for shares.

All intervals hold 95 %. Random draws are seeded: the same input gives the same interval.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.moderation.shares import wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.floating]

Interval = tuple[float, float]

RESAMPLES = 1000
FEWEST = 10
"""With fewer rows of a class there is no interval."""
_SEED = 20261123
CELLS_AT_ONCE = 2_000_000
_QUANTILES = (0.025, 0.975)
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `rows`, with Wilson's interval of the share."""

    count: int
    rows: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """0 for no rows."""
        return self.count / self.rows if self.rows else 0.0


def share_of(count: int, rows: int) -> Share:
    """Wilson's interval; without rows it is 0 to 1."""
    return Share(count, rows, *wilson(count, rows, _Z))


def ranking_intervals(
    targets: "Bools", scores: "Floats", groups: Sequence[Hashable] | None = None
) -> tuple[Interval, Interval] | None:
    """Percentile intervals of ROC AUC and average precision, from resampled rows.

    `groups` names rows that belong together (a pair, a template): whole groups are drawn, since
    their rows are no independent evidence. None with fewer than FEWEST rows of a class. Draws
    that hold one class alone are left out.
    """
    import numpy as np

    positives = int(targets.sum())
    if min(positives, len(targets) - positives) < FEWEST:
        return None
    order = np.argsort(-scores, kind="stable")
    hits = targets[order].astype(np.float64)
    last_of_tie = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    members = group_numbers(groups, len(targets))[order]
    chance = np.random.default_rng(_SEED)
    at_once = max(1, CELLS_AT_ONCE // len(targets))
    found = [
        ranking_measures(
            hits, last_of_tie, group_draws(members, min(at_once, RESAMPLES - done), chance)
        )
        for done in range(0, RESAMPLES, at_once)
    ]
    measures = np.concatenate(found, axis=1)
    measures = measures[:, ~np.isnan(measures).any(axis=0)]
    low, high = np.quantile(measures, _QUANTILES, axis=1)
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))


def group_numbers(groups: Sequence[Hashable] | None, rows: int) -> "NDArray[np.int64]":
    """A number for each row, the same for rows of one group; None: each row alone."""
    import numpy as np

    if groups is None:
        return np.arange(rows)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    return np.array([numbers[name] for name in groups])


def group_draws(
    members: "NDArray[np.int64]", draws: int, chance: "np.random.Generator"
) -> "NDArray[np.float64]":
    """How often each row is in each draw, (draws, rows)."""
    import numpy as np

    groups = int(members.max()) + 1
    counts = np.stack(
        [np.bincount(chance.integers(0, groups, groups), minlength=groups) for _ in range(draws)]
    )
    return counts[:, members].astype(np.float64)


def ranking_measures(
    hits: "Floats", last_of_tie: "NDArray[np.int64]", weights: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    """ROC AUC and average precision of every draw, (2, draws); rows run from the highest score."""
    import numpy as np

    positives = np.cumsum(weights * hits, axis=1)[:, last_of_tie]
    negatives = np.cumsum(weights * (1 - hits), axis=1)[:, last_of_tie]
    gained = np.diff(positives, axis=1, prepend=0)
    passed = np.diff(negatives, axis=1, prepend=0)
    totals = positives[:, -1], negatives[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        area = (passed * (positives - gained / 2)).sum(axis=1) / (totals[0] * totals[1])
        precision = np.nan_to_num(positives / (positives + negatives))
        average = (gained * precision).sum(axis=1) / totals[0]
    return np.stack([area, average])

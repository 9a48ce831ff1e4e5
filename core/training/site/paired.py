"""One measure of two models on the same rows, with the interval of the difference."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.training.evaluation.intervals import (
    CELLS_AT_ONCE,
    RESAMPLES,
    Interval,
    group_draws,
    group_numbers,
    ranking_measures,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Measure = Callable[[Floats], Floats]

_SEED = 20261127
_QUANTILES = (0.0125, 0.9875)
_EDGE = 1e-7


@dataclass(frozen=True, slots=True)
class Paired:
    """One measure of both models on the same rows; `interval` (97.5 %, bootstrap) is that of
    `difference`, the site's model minus the shipped one."""

    base: float
    site: float
    difference: float
    interval: Interval


def losses(targets: "Floats", scores: "Floats") -> "Floats":
    """The log loss of each row, or of each cell."""
    inside = np.clip(scores, _EDGE, 1 - _EDGE)
    found: Floats = -(targets * np.log(inside) + (1 - targets) * np.log(1 - inside))
    return found


def ranking(positive: "NDArray[np.bool_]", scores: "Floats", weights: "Floats") -> "Measure":
    """ROC AUC of draws of the rows; a row of weight 0 does not count."""
    order = np.argsort(-scores, kind="stable")
    hits = positive[order].astype(np.float64)
    last_of_tie = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))

    def measure(draws: "Floats") -> "Floats":
        found: Floats = ranking_measures(hits, last_of_tie, (draws * weights)[:, order])[0]
        return found

    return measure


def paired(groups: Sequence[Hashable], base: "Measure", site: "Measure") -> Paired:
    """Both measures of the rows as they are, and of the same draws of whole groups."""
    members = group_numbers(groups, len(groups))
    once = np.ones((1, len(members)))
    before, after = float(base(once)[0]), float(site(once)[0])
    chance = np.random.default_rng(_SEED)
    at_once = max(1, CELLS_AT_ONCE // len(members))
    parts = []
    for done in range(0, RESAMPLES, at_once):
        draws = group_draws(members, min(at_once, RESAMPLES - done), chance)
        parts.append(site(draws) - base(draws))
    # A draw of one class alone has no ROC AUC.
    low, high = np.nanquantile(np.concatenate(parts), _QUANTILES)
    return Paired(before, after, after - before, (float(low), float(high)))

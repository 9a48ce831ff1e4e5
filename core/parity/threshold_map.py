"""Thresholds for another backend that flag as many comments as those in force do now."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]

RESAMPLES = 1000
_QUANTILES = (0.025, 0.975)
_SEED = 20261123


@dataclass(frozen=True, slots=True)
class MatchedThreshold:
    """`threshold` on the new scores flags as many rows as `old` does on the old ones: `flagged` of
    `rows`. `interval` holds 95 % of resamples; `flips` are rows only one of the two flags.
    """

    old: float
    threshold: float
    interval: Interval
    flagged: int
    rows: int
    flips: tuple[int, ...]


def match_threshold(old_scores: Floats, new_scores: Floats, old: float) -> MatchedThreshold | None:
    """Quantile matching on the same texts (rows where either is NaN are left out).

    None when `old` flags none of them or all: then nothing says where the new one belongs.
    """
    known = np.flatnonzero(~np.isnan(old_scores) & ~np.isnan(new_scores))
    before, after = old_scores[known], new_scores[known]
    flagged = int((before >= old).sum())
    if flagged in (0, len(before)):
        return None
    threshold = _cut(after, flagged)
    only_one = (before >= old) != (after >= threshold)
    return MatchedThreshold(
        old=old,
        threshold=threshold,
        interval=_interval(before, after, old),
        flagged=flagged,
        rows=len(before),
        flips=tuple(int(row) for row in known[only_one]),
    )


def _cut(scores: Floats, flagged: int) -> float:
    """Halfway between the last score that is flagged and the first that is not."""
    ordered = np.sort(scores)[::-1]
    return float((ordered[flagged - 1] + ordered[flagged]) / 2.0)


def _interval(before: Floats, after: Floats, old: float) -> Interval:
    chance = np.random.default_rng(_SEED)
    found = []
    for _ in range(RESAMPLES):
        rows = chance.integers(0, len(before), len(before))
        flagged = int((before[rows] >= old).sum())
        if 0 < flagged < len(rows):
            found.append(_cut(after[rows], flagged))
    low, high = np.quantile(found, _QUANTILES)
    return float(low), float(high)

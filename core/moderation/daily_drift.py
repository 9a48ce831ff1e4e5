"""Drift by day: whether what came in lately differs from a reference by more than days differ from
each other. Pure.

Days are not alike: weekends, one heated thread. A test that counts comments calls all of that drift
as soon as there are enough comments. So a day is the unit here: the days of both periods are
dealt anew by chance many times, and the share of the deals that differ as much as the two periods
do is the probability of chance (a permutation test; E. S. Edgington and P. Onghena 2007). How large
a difference is, its effect, is told apart from whether it is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import asin, sqrt

import numpy as np
from numpy.typing import NDArray

ERROR = 0.05
"""How often one or more of all measures may be called drift by chance alone."""
FEWEST_ROWS = 5
"""A day with fewer comments is left out."""
FEWEST_DAYS, FEWEST_REFERENCE_DAYS = 3, 14
"""With fewer days no deal of them would be rare enough to be called drift."""
DEALS = 4_999
_SMALL, _MEDIUM, _LARGE = 0.08, 0.20, 0.31
"""What two bell curves differ by that lie 0.2, 0.5 and 0.8 of their width apart (J. Cohen)."""
_NOTHING = 0.02
_H_SMALL, _H_MEDIUM, _H_LARGE, _H_NOTHING = 0.2, 0.5, 0.8, 0.05
_TAIL = 0.025


class BinKind(StrEnum):
    """`ordered`: from little to much, as scores are. `named`: without order, as languages are.
    `share`: two bins, no and yes."""

    ORDERED = "ordered"
    NAMED = "named"
    SHARE = "share"


class DriftVerdict(StrEnum):
    """What may be said of a measure; the values are for people."""

    DRIFT = "drift"
    NONE = "as days differ"
    TOO_SMALL = "too small to matter"
    TOO_FEW_DAYS = "too few days"


class EffectSize(StrEnum):
    """Cohen's words for the size of a difference; the values are for people."""

    TINY = "tiny"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """How many comments of each day fall into each bin of one measure. `days` are days since 1970
    UTC, ascending; `counts` has a row a day and a column a bin; `values` is the number that stands
    for a bin where a day's mean is taken; `bin_names` are those of named bins."""

    name: str
    kind: BinKind
    days: NDArray[np.int64]
    counts: NDArray[np.int64]
    values: NDArray[np.float64]
    bin_names: tuple[str, ...] = ()

    def between(self, first_day: int, end_day: int) -> "DailyCounts":
        """The days from `first_day` on and before `end_day` that have enough comments."""
        is_in = (self.days >= first_day) & (self.days < end_day)
        is_in &= self.counts.sum(axis=1) >= FEWEST_ROWS
        return replace(self, days=self.days[is_in], counts=self.counts[is_in])

    def means(self) -> NDArray[np.float64]:
        """The mean of each day."""
        return np.asarray(self.counts @ self.values / self.counts.sum(axis=1))

    def mean(self) -> float | None:
        """The mean of all comments; None without any."""
        total = self.counts.sum()
        return float((self.counts @ self.values).sum() / total) if total else None


@dataclass(frozen=True, slots=True)
class DayBand:
    """Between which means a day lies with the chance `share`, if it is like those of the
    reference: from one of its days to another (order statistics)."""

    low: float
    high: float
    share: float


@dataclass(frozen=True, slots=True)
class MeasureDrift:
    """One measure now and in the reference. `distance` is the share of comments that would have to
    be otherwise for the two to be alike; `chance` the share of deals that differ as much. Both are
    None with too few days, and so is the band."""

    now: DailyCounts
    reference: DailyCounts
    verdict: DriftVerdict
    distance: float | None = None
    chance: float | None = None
    size: EffectSize | None = None
    band: DayBand | None = None

    @property
    def name(self) -> str:
        """That of the measure."""
        return self.now.name

    @property
    def has_days(self) -> bool:
        """Whether a day of either time has enough comments."""
        return len(self.now.days) + len(self.reference.days) > 0

    def moved_most(self) -> tuple[str, float, float] | None:
        """The named bin whose share changed most: its name, the share in the reference and now;
        None where bins have no names."""
        if not self.now.bin_names or self.distance is None:
            return None
        now, before = (one.counts.sum(axis=0) for one in (self.now, self.reference))
        shares, old = now / now.sum(), before / before.sum()
        place = int(np.abs(shares - old).argmax())
        return self.now.bin_names[place], float(old[place]), float(shares[place])


def find_drift(
    measures: Sequence[DailyCounts], first_day: int, end_day: int, reference: tuple[int, int]
) -> tuple[MeasureDrift, ...]:
    """Each measure from `first_day` on and before `end_day` against the days of the reference,
    which are (first, end) likewise. All measures together are called drift by chance with a
    probability of at most ERROR (Holm 1979)."""
    found = [
        _compared(one.between(first_day, end_day), one.between(*reference)) for one in measures
    ]
    rank = sorted((one.chance, place) for place, one in enumerate(found) if one.chance is not None)
    for passed, (chance, place) in enumerate(rank):
        if chance * (len(rank) - passed) > ERROR:
            break
        found[place] = _called(found[place])
    return tuple(found)


def _called(one: MeasureDrift) -> MeasureDrift:
    return replace(one, verdict=DriftVerdict.TOO_SMALL if _is_nothing(one) else DriftVerdict.DRIFT)


def _compared(now: DailyCounts, reference: DailyCounts) -> MeasureDrift:
    if len(now.days) < FEWEST_DAYS or len(reference.days) < FEWEST_REFERENCE_DAYS:
        return MeasureDrift(now, reference, DriftVerdict.TOO_FEW_DAYS)
    sums, others = now.counts.sum(axis=0)[None], reference.counts.sum(axis=0)[None]
    distance = float(_distances(now.kind, sums, others)[0])
    return MeasureDrift(
        now,
        reference,
        DriftVerdict.NONE,
        distance,
        _chance(now, reference, distance),
        _size(now.kind, distance, now.mean(), reference.mean()),
        _band(reference.means()),
    )


def _distances(
    kind: BinKind, now: NDArray[np.int64], reference: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Of each pair of rows: Kolmogorov and Smirnov's distance where bins are ordered, else the
    total variation."""
    gaps = now / now.sum(axis=1, keepdims=True) - reference / reference.sum(axis=1, keepdims=True)
    if kind is BinKind.ORDERED:
        return np.asarray(np.abs(gaps.cumsum(axis=1)).max(axis=1))
    return np.asarray(np.abs(gaps).sum(axis=1) / 2)


def _chance(now: DailyCounts, reference: DailyCounts, distance: float) -> float:
    """The same for the same counts: the deals are drawn from a fixed beginning."""
    counts = np.concatenate([now.counts, reference.counts])
    order = np.random.default_rng(0).random((DEALS, len(counts))).argsort(axis=1)
    sums = np.zeros((DEALS, counts.shape[1]), np.int64)
    for place in range(len(now.days)):
        sums += counts[order[:, place]]
    found = _distances(now.kind, sums, counts.sum(axis=0) - sums)
    # A hair less, so that the deal of the days as they are counts in spite of rounding.
    return float((1 + np.count_nonzero(found >= distance - 1e-12)) / (1 + DEALS))


def _band(means: NDArray[np.float64]) -> DayBand:
    ordered, count = np.sort(means), len(means)
    cut = max(1, int((count + 1) * _TAIL))
    return DayBand(float(ordered[cut - 1]), float(ordered[-cut]), 1 - 2 * cut / (count + 1))


def _size(kind: BinKind, distance: float, now: float | None, reference: float | None) -> EffectSize:
    borders = (_SMALL, _MEDIUM, _LARGE)
    if kind is BinKind.SHARE:
        distance, borders = _h(now, reference), (_H_SMALL, _H_MEDIUM, _H_LARGE)
    return tuple(EffectSize)[sum(distance >= border for border in borders)]


def _h(now: float | None, reference: float | None) -> float:
    """Cohen's h of two shares (J. Cohen 1988, chapter 6)."""
    return abs(2 * asin(sqrt(now or 0.0)) - 2 * asin(sqrt(reference or 0.0)))


def _is_nothing(one: MeasureDrift) -> bool:
    if one.now.kind is BinKind.SHARE:
        return _h(one.now.mean(), one.reference.mean()) < _H_NOTHING
    return one.distance is not None and one.distance < _NOTHING

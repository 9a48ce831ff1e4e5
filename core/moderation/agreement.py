"""How far two people agree who judged the same texts without knowing of each other.

Raw agreement flatters where nearly everything is harmless, and Cohen's kappa (1960) punishes there;
so both stand beside positive agreement (Cicchetti and Feinstein 1990), which asks only about texts
that at least one of them found abusive, and Gwet's AC1 (2008). A text that was drawn with a smaller
probability stands for more texts, and weighs as much. The intervals are bootstrapped over texts
(percentile method, 95 %), with draws of a fixed seed: the same answers give the same figures. Where
nobody differed, nobody agreed, or nobody agreed on a removal, resampling finds the same again;
there the other end is that of as many texts of the other kind as Wilson's limit (1927) allows to be
unseen.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.moderation.estimates import share_of

FEW_PAIRS = 100
"""With fewer pairs the intervals are so wide that the figures are shown in grey."""
_DRAWS = 2_000
_TAIL = _DRAWS // 10
"""So many rows are more than the 2.5 % that lie outside the interval."""
_SEED = 1_960


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """What two people said of one text: whether it breaks a rule. `weight` is 1 / the probability
    with which the text was drawn."""

    first: bool
    second: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Figure95:
    """A figure with its interval of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement on `pairs` texts. A figure is None where nothing defines it: positive agreement
    if nobody found anything abusive, kappa if both always said the same one thing."""

    pairs: int
    raw: Figure95
    positive: Figure95 | None
    kappa: Figure95 | None
    ac1: Figure95

    @property
    def is_few(self) -> bool:
        """Whether there are too few pairs to conclude from."""
        return self.pairs < FEW_PAIRS


def agreement(answers: Iterable[AnswerPair]) -> Agreement | None:
    """None without a single pair."""
    counts = Counter((each.first, each.second, each.weight) for each in answers)
    if not counts:
        return None
    cells = sorted(counts)
    numbers = np.array([[counts[cell] for cell in cells]])
    total = int(numbers.sum())
    draw = np.random.default_rng(_SEED)
    drawn = draw.multinomial(total, numbers[0] / total, size=_DRAWS)
    table = _table(cells, numbers)
    spread = np.concatenate([_table(cells, drawn), *[_unseen(table, total)] * _TAIL])
    wide = np.concatenate([spread, *[_unseen_alike(table, total)] * _TAIL])
    raw, positive, kappa, ac1 = (
        _figure(one, many, more)
        for one, many, more in zip(_figures(table), _figures(spread), _figures(wide), strict=True)
    )
    assert raw is not None
    assert ac1 is not None
    return Agreement(pairs=total, raw=raw, positive=positive, kappa=kappa, ac1=ac1)


def _table(
    cells: list[tuple[bool, bool, float]], numbers: NDArray[np.int64]
) -> NDArray[np.float64]:
    """For each row of `numbers` the weights of: both yes, only the first, only the second, none."""
    table = np.zeros((len(numbers), 4))
    for column, (first, second, weight) in enumerate(cells):
        table[:, 2 * (not first) + (not second)] += numbers[:, column] * weight
    return table


def _unseen(table: NDArray[np.float64], total: int) -> NDArray[np.float64]:
    """The table with the most texts that may be unseen where all agreed or all differed; else no
    row."""
    both, only_first, only_second, none = table[0] / table[0].sum()
    most = share_of(0, total).high
    if only_first + only_second == 0:
        return np.array([[both * (1 - most), most / 2, most / 2, none * (1 - most)]])
    if both + none == 0:
        return np.array([[most / 2, only_first * (1 - most), only_second * (1 - most), most / 2]])
    return table[:0]


def _unseen_alike(table: NDArray[np.float64], total: int) -> NDArray[np.float64]:
    """The table with the most texts that both may remove, or both may keep, unseen, where they
    differed on some and agreed in the other way alone; else no row."""
    shares = table[0] / table[0].sum()
    both, only_first, only_second, none = shares
    if only_first + only_second == 0 or (both == 0) == (none == 0):
        return table[:0]
    most = share_of(0, total).high
    unseen = np.array([both == 0, False, False, none == 0])
    return np.array([shares * (1 - most) + unseen * most])


def _figures(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Raw, positive, kappa and AC1 of each row; NaN where a figure is not defined."""
    both, only_first, only_second, none = (table / table.sum(axis=1, keepdims=True)).T
    raw = both + none
    first, second = both + only_first, both + only_second
    by_chance = first * second + (1 - first) * (1 - second)
    middle = (first + second) / 2
    by_chance_ac1 = 2 * middle * (1 - middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        positive = np.where(first + second > 0, 2 * both / (first + second), np.nan)
        kappa = np.where(by_chance < 1, (raw - by_chance) / (1 - by_chance), np.nan)
        return raw, positive, kappa, (raw - by_chance_ac1) / (1 - by_chance_ac1)


def _figure(
    found: NDArray[np.float64], spread: NDArray[np.float64], wide: NDArray[np.float64]
) -> Figure95 | None:
    """`wide` are the values to take where all of `spread` are the same."""
    value = float(found[0])
    if np.isnan(value):
        return None
    low, high = np.nanquantile(spread, [0.025, 0.975])
    if low == high:
        low, high = np.nanquantile(wide, [0.025, 0.975])
    return Figure95(value, float(low), float(high))

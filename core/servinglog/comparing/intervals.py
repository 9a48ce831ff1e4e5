"""Intervals of percentiles, shares and rates of calls that resemble their neighbours. Pure.

Calls of one moment wait in the same queue, so 1,000 of them tell less than 1,000 independent ones.
The effective number says how much less: E. L. Korn, B. I. Graubard, Survey Methodology 24 (1998),
with blocks of time in place of clusters. A percentile's interval is from order statistics of that
number: R. S. Woodruff, J. Am. Stat. Assoc. 47 (1952).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf, lgamma, log, sqrt
from statistics import NormalDist

ALPHA = 0.01
"""Of intervals: 99 of 100 hold the true value."""
JOINED = (1, 3)
MIN_BLOCKS = 4
"""From fewer blocks of time nothing is known about how much neighbours resemble each other."""
_HALVINGS = 44
"""Steps of a bisection: they leave less than 1e-6 of a call of the largest log."""
_TERMS, _PRECISE = 300, 1e-14


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its interval. An end is infinite where the calls don't limit it."""

    value: float
    low: float = -inf
    high: float = inf

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are known."""
        return self.low > -inf and self.high < inf


def effective_number(blocks: Sequence[tuple[int, int]], alpha: float = ALPHA) -> float:
    """How many independent calls tell as much. `blocks` are, in the order of time, how many calls
    and how many of them were counted, for instance as slower than a percentile. Slow spells may be
    longer than a block, so three neighbours are taken together, too, and the smaller
    number counts. 0 from too few blocks."""
    numbers = [_effective(_joined(blocks, width), alpha) for width in JOINED]
    return min(numbers)


def _effective(blocks: Sequence[tuple[int, int]], alpha: float) -> float:
    number, counted = sum(each for each, _ in blocks), sum(each for _, each in blocks)
    if len(blocks) < MIN_BLOCKS:
        return 0.0
    share = counted / number
    design = 1.0
    if 0.0 < share < 1.0:
        spread = sum((each - share * of) ** 2 for of, each in blocks)
        variance = len(blocks) / (len(blocks) - 1) * spread / number**2
        design = max(1.0, variance / (share * (1.0 - share) / number))
    normal = NormalDist().inv_cdf(1.0 - alpha / 2)
    return number / design * (normal / student_t(len(blocks) - 1, alpha)) ** 2


def _joined(blocks: Sequence[tuple[int, int]], width: int) -> list[tuple[int, int]]:
    """Each `width` neighbours as one; without those that have no call."""
    parts = (blocks[start : start + width] for start in range(0, len(blocks), width))
    sums = ((sum(of for of, _ in part), sum(each for _, each in part)) for part in parts)
    return [(number, counted) for number, counted in sums if number]


def rank_shares(number: float, share: float, alpha: float = ALPHA) -> tuple[float, float]:
    """The order statistics around a quantile, as shares (0..1) of so many independent values:
    each side leaves the true quantile out with at most alpha / 2. 0 and 1 stand for none."""
    if (1.0 - share) ** number > alpha / 2:
        low = 0.0
    else:
        low = _largest(lambda rank: _at_most(rank - 1, number, share) <= alpha / 2, number)
    if share**number > alpha / 2:
        high = number
    else:
        high = number - _largest(
            lambda rest: _at_most(number - rest - 1, number, share) >= 1.0 - alpha / 2, number - 1
        )
    return (low / number, high / number if high < number else 1.0) if number else (0.0, 1.0)


def share_estimate(counted: int, number: int, effective: float, alpha: float = ALPHA) -> Estimate:
    """A share with its Clopper-Pearson interval for the effective number of calls."""
    share = counted / number
    if effective <= 0.0:
        return Estimate(share)
    count = share * effective
    low = beta_quantile(alpha / 2, count, effective - count + 1.0) if counted else 0.0
    high = (
        beta_quantile(1.0 - alpha / 2, count + 1.0, effective - count) if counted < number else 1.0
    )
    return Estimate(share, low, high)


def mean_estimate(values: Sequence[float], alpha: float = ALPHA) -> Estimate:
    """The mean of blocks of equal length, with its interval by Student's t."""
    mean = sum(values) / len(values)
    if len(values) < MIN_BLOCKS:
        return Estimate(mean)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    reach = student_t(len(values) - 1, alpha) * sqrt(variance / len(values))
    return Estimate(mean, max(0.0, mean - reach), mean + reach)


@lru_cache(maxsize=64)
def student_t(freedom: int, alpha: float) -> float:
    """What |t| exceeds with probability alpha."""
    x = beta_quantile(alpha, freedom / 2, 0.5)
    return sqrt(freedom * (1.0 - x) / x)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The inverse of `beta_share`."""
    return _largest(lambda x: beta_share(x, a, b) <= probability, 1.0)


def beta_share(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function, by Lentz's continued fraction: W. H. Press and
    others, Numerical Recipes, 3rd ed., section 6.4."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_share(1.0 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x)) / a
    ratio, last, total = 0.0, 1.0, 1.0
    for step in range(_TERMS):
        half = step // 2
        if step == 0:
            term = 1.0
        elif step % 2:
            term = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            term = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        ratio = 1.0 / (_not_zero(1.0 + term * ratio))
        last = _not_zero(1.0 + term / last)
        total *= ratio * last
        if abs(1.0 - ratio * last) < _PRECISE:
            break
    return front * (total - 1.0)


def _not_zero(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300


def _at_most(count: float, number: float, share: float) -> float:
    """The probability of at most so many of `number` draws, also for numbers that are not whole."""
    return beta_share(1.0 - share, number - count, count + 1.0)


def _largest(holds: Callable[[float], bool], most: float) -> float:
    """The largest value from 0 for which a condition holds that fails beyond some value."""
    low, high = 0.0, most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low

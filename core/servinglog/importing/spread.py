"""How durations are spread, in little memory, and what that says of their unit. Pure."""

import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from core.servinglog.importing.durations import MS_IN, DurationUnit

_STEP = math.log(1.05)
LEAST_MS, MOST_MS = 1.0, 60_000.0
"""Half of the calls to a model that scores over a network take longer than the one and shorter
than the other; what does not is believed only if somebody says so."""
MOST_AT_ONCE = 10_000
_GAP = math.log(30) / _STEP
_APART = (300, 3_000)
_LEAST_SHARE = 0.05


class Spread:
    """Counts of durations in buckets of 5 %."""

    def __init__(self) -> None:
        self.count = 0
        self.sum_ms = 0.0
        self.largest_ms = 0.0
        self._zeros = 0
        self._buckets: Counter[int] = Counter()

    def add(self, ms: float) -> None:
        """`ms` is finite and not below 0."""
        self.count += 1
        self.sum_ms += ms
        self.largest_ms = max(self.largest_ms, ms)
        if ms > 0:
            self._buckets[math.floor(math.log(ms) / _STEP)] += 1
        else:
            self._zeros += 1

    def quantile(self, share: float) -> float:
        """Within 2.5 %; 0 without a duration."""
        left = share * self.count - self._zeros
        if left <= 0 or not self._buckets:
            return 0.0
        for bucket in sorted(self._buckets):
            left -= self._buckets[bucket]
            if left <= 0:
                break
        return min(math.exp((bucket + 0.5) * _STEP), self.largest_ms)

    def two_groups(self) -> tuple[float, float] | None:
        """The middles of two groups about 1,000 times apart with nothing between them, as
        durations in two units are; None if there are none."""
        buckets = sorted(self._buckets)
        for before, after in pairwise(buckets):
            if after - before < _GAP:
                continue
            low = [one for one in buckets if one <= before]
            high = [one for one in buckets if one >= after]
            middles = self._middle(low), self._middle(high)
            is_apart = _APART[0] <= middles[1] / middles[0] <= _APART[1]
            few = min(sum(self._buckets[one] for one in part) for part in (low, high))
            if is_apart and few >= _LEAST_SHARE * self.count:
                return middles
        return None

    def _middle(self, buckets: list[int]) -> float:
        left = sum(self._buckets[one] for one in buckets) / 2
        for bucket in buckets:
            left -= self._buckets[bucket]
            if left <= 0:
                break
        return math.exp((bucket + 0.5) * _STEP)


def is_plausible(ms: float) -> bool:
    """Whether half of the calls may take less."""
    return LEAST_MS <= ms <= MOST_MS


def other_units(median_ms: float, unit: DurationUnit, write: Callable[[float], str]) -> list[str]:
    """Other units that would be plausible, each with the median then: `s: 0.26 s`."""
    number = median_ms / MS_IN[unit]
    found = ((other, number * MS_IN[other]) for other in DurationUnit if other is not unit)
    return [f"--unit {other} ({write(ms)})" for other, ms in found if is_plausible(ms)]


def as_words(ms: float) -> str:
    """`0.26 ms`, `118 ms`, `2.1 s`, `3.9 min`."""
    for size, name in ((60_000.0, "min"), (1_000.0, "s")):
        if ms >= size:
            return f"{ms / size:,.3g} {name}"
    return f"{ms:.3g} ms"

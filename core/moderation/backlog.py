"""How many cases will wait in some days, if the days to come are like the last ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

AHEAD_DAYS = 7
LOOKED_BACK_DAYS = 14
FEWEST_DAYS = 5
"""With fewer days to draw from, a range would look surer than it is."""


@dataclass(frozen=True, slots=True)
class WorkDay:
    """The cases opened on a day, and those that a person decided on it."""

    opened: int
    decided: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The cases that wait in `AHEAD_DAYS`: the middle, and a range that holds with a chance of
    80 %. `opened` and `decided` are the means of a day, over the last `days`."""

    low: int
    middle: int
    high: int
    opened: float
    decided: float
    days: int

    def empty_after_days(self, waiting: int) -> float | None:
        """Days until nothing waits, by the means; None if the queue does not shrink."""
        shrinks_by = self.decided - self.opened
        return waiting / shrinks_by if shrinks_by > 0 else None


def forecast(waiting: int, days: Sequence[WorkDay]) -> Forecast | None:
    """What follows if each day to come is like one of `days`, whole days that are over, all equally
    likely. A queue never falls below nothing, also in between. None: there are fewer than
    `FEWEST_DAYS`, or in all of them nothing happened."""
    if len(days) < FEWEST_DAYS or not any(day.opened or day.decided for day in days):
        return None
    ways = {waiting: 1}
    changes = [day.opened - day.decided for day in days]
    for _ in range(AHEAD_DAYS):
        ways = _next_day(ways, changes)
    return Forecast(
        low=_quantile(ways, 10),
        middle=_quantile(ways, 50),
        high=_quantile(ways, 90),
        opened=sum(day.opened for day in days) / len(days),
        decided=sum(day.decided for day in days) / len(days),
        days=len(days),
    )


def _next_day(ways: Mapping[int, int], changes: Sequence[int]) -> Counter[int]:
    """In how many ways each number can wait after one more day."""
    after: Counter[int] = Counter()
    for left, number in ways.items():
        for change in changes:
            after[max(left + change, 0)] += number
    return after


def _quantile(ways: Mapping[int, int], percent: int) -> int:
    """The smallest number that at least so many percent of the ways do not exceed."""
    needed = sum(ways.values()) * percent
    for left in sorted(ways):
        needed -= ways[left] * 100
        if needed <= 0:
            return left
    return max(ways)

"""A rate that rises until the objective breaks: which rate is tried next, and where the knee is.
Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.load_test.results import RateStep

GROWTH = 2.0
CLOSE = 1.1
"""The search ends when the lowest rate that broke is within this factor of the highest that
held."""
TRIES = 2
"""A rate breaks only if it broke so often: one busy second of the machine is no limit."""
LEAST_RPS, MOST_RPS = 0.5, 100_000.0
LEAST_REQUESTS = 100
"""So many are sent at least, within LONGEST_S: with fewer, one slow answer breaks 99 %."""
LONGEST_S = 30.0


@dataclass(frozen=True, slots=True)
class Knee:
    """The objective held up to `held_rps` and broke at `broke_rps`; None where no rate did. `step`
    is the one at `held_rps`."""

    held_rps: float | None
    broke_rps: float | None
    step: RateStep | None

    def headroom(self, busiest_rps: float) -> float | None:
        """How many times the busiest traffic the knee is; None if one of them is not known."""
        return self.held_rps / busiest_rps if self.held_rps and busiest_rps > 0 else None


def find_knee(steps: Sequence[RateStep], share: float) -> Knee:
    """The highest rate that held below all that broke. A rate that held once held."""
    held = {one.offered_rps: one for one in steps if one.holds(share)}
    broke = [rate for rate in _broken(steps, share) if rate not in held]
    lowest_broken = min(broke, default=None)
    below = [rate for rate in held if lowest_broken is None or rate < lowest_broken]
    highest = max(below, default=None)
    return Knee(highest, lowest_broken, held[highest] if highest is not None else None)


def next_rate(steps: Sequence[RateStep], share: float, first_rps: float) -> float | None:
    """The rate to try next; None when the knee is found. It doubles until the objective breaks (or
    halves until it holds), then goes to the geometric middle of both."""
    if not steps:
        return min(max(first_rps, LEAST_RPS), MOST_RPS)
    last = steps[-1]
    tries = sum(one.offered_rps == last.offered_rps for one in steps)
    if not last.holds(share) and tries < TRIES:
        return last.offered_rps
    knee = find_knee(steps, share)
    if knee.broke_rps is None:
        assert knee.held_rps is not None  # one of both is known after a step
        return knee.held_rps * GROWTH if knee.held_rps * GROWTH <= MOST_RPS else None
    if knee.held_rps is None:
        return knee.broke_rps / GROWTH if knee.broke_rps / GROWTH >= LEAST_RPS else None
    if knee.broke_rps <= CLOSE * knee.held_rps:
        return None
    return math.sqrt(knee.held_rps * knee.broke_rps)


def length_s(rate: float, seconds: float) -> float:
    """How long a rate is offered: long enough for LEAST_REQUESTS, but not over LONGEST_S."""
    return max(seconds, min(LEAST_REQUESTS / rate, LONGEST_S))


def _broken(steps: Sequence[RateStep], share: float) -> list[float]:
    return [one.offered_rps for one in steps if not one.holds(share)]

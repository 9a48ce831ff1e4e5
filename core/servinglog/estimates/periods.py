"""How much neighbouring calls are alike: a log is cut into pieces of consecutive calls, and what
the means of pieces differ by more than chance is the effect of slow and fast periods. Pure."""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from core.servinglog.estimates.calls import Floats, Ints

ENOUGH_PIECES = 20
"""From so many on, the pieces themselves say what periods there are; of fewer only their spread is
used, with Student's t. The least and the greatest of 19 hold 90 % of what comes next."""
PAUSE_S = 60.0
LEAST_INDEPENDENT = 3.0
"""With fewer, Student's t has no bounds worth telling."""


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """`effects` are the logarithms of the pieces' mean times as multiples of the mean of all, in
    the order of time. `spread` is their variance, and `true_spread` the part of it that chance
    within a job of this length does not explain. `independent` is how many independent pieces say
    as much as these, which are alike where a period is longer than a piece. `rest` is each call's
    time as a multiple of the mean of its piece."""

    effects: Floats
    spread: float
    true_spread: float
    independent: float
    rest: Floats

    @property
    def count(self) -> int:
        """Of pieces."""
        return len(self.effects)

    def draw(self, times: int, generator: np.random.Generator) -> Floats:
        """Factors by which another job may be slower than the mean, with the uncertainty of the
        mean itself."""
        count = self.independent
        student = generator.standard_t(count - 1, times)
        if count < ENOUGH_PIECES:
            return np.exp(student * sqrt(self.true_spread + self.spread / count))
        places = np.arange(1, self.count + 1) / (self.count + 1)
        drawn = np.interp(generator.random(times), places, np.sort(self.effects))
        shrunk = sqrt(self.true_spread / self.spread) if self.spread > 0 else 0.0
        return np.exp(drawn * shrunk + student * sqrt(self.spread / count))


def find_periods(started_s: Floats, ms: Floats, job_calls: int) -> Periods:
    """Of at least two calls in the order of their start, for a job of so many calls. Pieces are as
    long as the job if the log has enough of them."""
    bounds = _bounds(started_s, _piece_calls(len(ms), job_calls))
    counts = np.diff(bounds)
    means = np.add.reduceat(ms, bounds[:-1]) / counts
    rest = ms / np.repeat(means, counts)
    effects = np.log(means / ms.mean())
    independent = _independent(effects)
    # Pieces that are alike show less than the whole spread.
    spread = float(effects.var()) / (1 - 1 / independent)
    freedom = len(ms) - len(counts)
    within = float(((rest - 1.0) ** 2).sum() / freedom) if freedom > 0 else 0.0
    # Of the spread, what the mean of so few calls varies by alone. A longer job varies less by
    # chance, but with few pieces nobody can tell chance from periods.
    chance = float((1.0 / counts).mean())
    if independent < ENOUGH_PIECES:
        chance = min(chance, 1.0 / job_calls)
    return Periods(effects, spread, max(0.0, spread - within * chance), independent, rest)


def _independent(effects: Floats) -> float:
    """How many independent values have as sure a mean as these neighbours: n (1 - r) / (1 + r), by
    the correlation r of neighbours, corrected for its bias in short series (Kendall 1954)."""
    count = len(effects)
    centred = effects - effects.mean()
    square = float((centred**2).sum())
    alike = float((centred[1:] * centred[:-1]).sum()) / square if square > 0 else 0.0
    alike = min(max(0.0, alike + (1 + 3 * alike) / count), 0.95)
    return max(LEAST_INDEPENDENT, count * (1 - alike) / (1 + alike))


def _piece_calls(calls: int, job_calls: int) -> int:
    few = max(1, min(5, calls // 8))
    return max(few, min(job_calls, calls // ENOUGH_PIECES))


def _bounds(started_s: Floats, piece: int) -> Ints:
    """Where pieces begin, and the end of the last: after so many calls, or at a pause once a piece
    is half full. A rest that is not half full belongs to the piece before."""
    cuts, size = [0], 0
    for at in range(1, len(started_s)):
        size += 1
        is_pause = started_s[at] - started_s[at - 1] > PAUSE_S
        if size >= piece or (is_pause and 2 * size >= piece):
            cuts.append(at)
            size = 0
    left = len(started_s) - cuts[-1]
    if len(cuts) > 2 and 2 * left < piece:
        cuts.pop()
    return np.array([*cuts, len(started_s)], dtype=np.int64)


def misfit(groups: list[Floats]) -> tuple[float, int]:
    """How far groups of calls are from a line through all of them: the standard deviation of the
    logarithms of their medians, which are ratios to the line, and the number of groups."""
    medians = [log(max(float(np.median(one)), 1e-9)) for one in groups]
    return (float(np.std(medians, ddof=1)) if len(medians) > 1 else 0.0), len(medians)

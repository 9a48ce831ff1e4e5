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
MOST_JOB_PIECES = 200
FAR = 1e6
"""Pieces ahead: further than any level lasts."""
LEAST_INDEPENDENT = 3.0
"""With fewer, Student's t has no bounds worth telling."""


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """`effects` are the logarithms of the pieces' mean times as multiples of the mean of all, in
    the order of time. `spread` is their variance, and `chance` the part of it that is explained by
    chance within a piece. `alike` is the correlation of neighbours (0..1), and `independent` how
    many independent pieces say as much as these. A job has the length of `job_pieces`; `step_s` is
    the time from piece to piece. `rest` is each call's time as a multiple of its piece's mean."""

    effects: Floats
    spread: float
    chance: float
    alike: float
    independent: float
    job_pieces: int
    step_s: float
    rest: Floats

    @property
    def count(self) -> int:
        """Of pieces."""
        return len(self.effects)

    @property
    def true_spread(self) -> float:
        """The variance of periods alone."""
        return max(0.0, self.spread - self.chance)

    def draw(self, times: int, after_s: float, generator: np.random.Generator) -> Floats:
        """Factors by which a job that begins so long after the last piece may be slower than the
        mean, with the uncertainty of the mean itself."""
        if self.independent >= ENOUGH_PIECES:
            return self._drawn_pieces(times, generator)
        middle = float(self.effects.mean())
        weight, spread = self._ahead(after_s)
        unsure = (1 - weight) ** 2 * self.spread / self.independent
        # The steps from piece to piece are independent of each other, though levels are not.
        count = self.independent + (self.count - self.independent) * weight**2
        student = generator.standard_t(count - 1, times)
        level = middle + weight * (float(self.effects[-1]) - middle)
        return np.exp(level + student * sqrt(max(0.0, spread - self.chance) + unsure))

    def _drawn_pieces(self, times: int, generator: np.random.Generator) -> Floats:
        student = generator.standard_t(self.independent - 1, times)
        places = np.arange(1, self.count + 1) / (self.count + 1)
        drawn = np.interp(generator.random(times), places, np.sort(self.effects))
        shrunk = sqrt(self.true_spread / self.spread) if self.spread > 0 else 0.0
        return np.exp(drawn * shrunk + student * sqrt(self.spread / self.independent))

    def _ahead(self, after_s: float) -> tuple[float, float]:
        """How much of the last piece's level a job still has (0..1), and the variance of the rest:
        levels follow each other as an autoregressive process of the first order."""
        centred = self.effects - self.effects.mean()
        steps = centred[1:] - self.alike * centred[:-1]
        whole = max(self.spread, float((steps**2).mean()) / (1 - self.alike**2))
        first = 1 + (after_s / self.step_s if self.step_s > 0 else np.inf)
        ahead = np.minimum(first + np.arange(self.job_pieces), FAR)
        left = self.alike**ahead
        # A job of several pieces gets no smaller variance for it: few pieces don't show how long
        # periods are.
        return float(left.mean()), whole * float((1 - left**2).mean())


def find_periods(started_s: Floats, ms: Floats, job_calls: int) -> Periods:
    """Of at least two calls in the order of their start, for a job of so many calls. Pieces are as
    long as the job if the log has enough of them."""
    bounds = _bounds(started_s, _piece_calls(len(ms), job_calls))
    counts = np.diff(bounds)
    means = np.add.reduceat(ms, bounds[:-1]) / counts
    rest = ms / np.repeat(means, counts)
    effects = np.log(means / ms.mean())
    alike, independent = _likeness(effects)
    freedom = len(ms) - len(counts)
    within = float(((rest - 1.0) ** 2).sum() / freedom) if freedom > 0 else 0.0
    # Of the spread, what the mean of so few calls varies by alone. A longer job varies less by
    # chance, but with few pieces nobody can tell chance from periods.
    share = float((1.0 / counts).mean())
    if independent < ENOUGH_PIECES:
        share = min(share, 1.0 / job_calls)
    starts = started_s[bounds[:-1]]
    return Periods(
        effects=effects,
        # Pieces that are alike show less than the whole spread.
        spread=float(effects.var()) / (1 - 1 / independent),
        chance=within * share,
        alike=alike,
        independent=independent,
        job_pieces=min(MOST_JOB_PIECES, max(1, round(job_calls * len(counts) / len(ms)))),
        step_s=float((starts[-1] - starts[0]) / (len(starts) - 1)),
        rest=rest,
    )


def _likeness(effects: Floats) -> tuple[float, float]:
    """The correlation r of neighbours, corrected for its bias in short series (Kendall 1954), and
    how many independent values have as sure a mean as these: n (1 - r) / (1 + r)."""
    count = len(effects)
    centred = effects - effects.mean()
    square = float((centred**2).sum())
    alike = float((centred[1:] * centred[:-1]).sum()) / square if square > 0 else 0.0
    alike = min(max(0.0, alike + (1 + 3 * alike) / count), 0.95)
    return alike, max(LEAST_INDEPENDENT, count * (1 - alike) / (1 + alike))


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

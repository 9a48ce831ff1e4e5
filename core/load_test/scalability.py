"""How throughput grows with workers: the Universal Scalability Law, fitted with its interval. Pure.

Source: N. J. Gunther, *Guerrilla Capacity Planning* (2007), chapters 4 to 6:
C(N) = N / (1 + a (N - 1) + b N (N - 1)) is how many times one worker's throughput N workers have;
`a` is contention (work that waits for something shared) and `b` coherency (work that keeps the
workers consistent). With a = b = 0 it grows in proportion; with b > 0 it falls again beyond a peak.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
DRAWS = 1_000
LOW, HIGH = 0.05, 0.95
SEED = 20_261_129
LEAST_WORKER_COUNTS = 3
"""The law has three unknowns: with fewer different numbers of workers anything would fit."""


@dataclass(frozen=True, slots=True)
class UslParameters:
    """`per_second` is the throughput of one worker; contention and coherency are 0 or more."""

    per_second: float
    contention: float
    coherency: float

    def relative_capacity(self, workers: float) -> float:
        """C(N): how many times one worker's throughput that many have."""
        return workers / (
            1 + self.contention * (workers - 1) + self.coherency * workers * (workers - 1)
        )

    def throughput(self, workers: float) -> float:
        """X(N), requests a second."""
        return self.per_second * self.relative_capacity(workers)

    @property
    def peak_workers(self) -> float | None:
        """With how many workers throughput is highest, sqrt((1 - a) / b); None if it never falls.
        At least 1."""
        if self.coherency <= 0:
            return None
        return max(1.0, math.sqrt(max(0.0, 1 - self.contention) / self.coherency))


@dataclass(frozen=True, slots=True)
class UslFit:
    """The law that fits best, and others that the spread of the measurements allows as well;
    without repeated measurements there are none, and no interval is known."""

    best: UslParameters
    draws: tuple[UslParameters, ...] = ()

    def throughput_interval(self, workers: float) -> tuple[float, float] | None:
        """The interval of 90 % of X(N); None if it is not known."""
        return self._interval([one.throughput(workers) for one in self.draws])

    @property
    def contention_interval(self) -> tuple[float, float] | None:
        """The interval of 90 %; None if it is not known."""
        return self._interval([one.contention for one in self.draws])

    @property
    def coherency_interval(self) -> tuple[float, float] | None:
        """The interval of 90 %; None if it is not known."""
        return self._interval([one.coherency for one in self.draws])

    @staticmethod
    def _interval(values: Sequence[float]) -> tuple[float, float] | None:
        if not values:
            return None
        low, high = np.quantile(values, (LOW, HIGH))
        return float(low), float(high)


def fit_usl(measured: Mapping[int, Sequence[float]]) -> UslFit | None:
    """The law for requests a second by number of workers, a value for each round. None with fewer
    than three different numbers of workers, or if one of them answered nothing.

    N / X(N) = (1 + a (N - 1) + b N (N - 1)) / X(1) is linear in 1 / X(1), a / X(1) and b / X(1),
    none of them below 0; least squares of the relative errors, because throughput spreads by a
    share of itself. The interval is a parametric bootstrap: each mean is drawn anew by the spread
    of the rounds, pooled over the numbers of workers, with Student's t for as few rounds as there
    are."""
    counts = sorted(measured)
    means = np.array([float(np.mean(measured[count])) for count in counts])
    if len(counts) < LEAST_WORKER_COUNTS or not np.all(means > 0):
        return None
    workers = np.array(counts, dtype=float)
    best = _fits(workers, means[None, :])[0]
    spread = _spread(measured)
    if spread is None:
        return UslFit(best)
    deviation, freedom = spread
    rounds = np.array([len(measured[count]) for count in counts])
    drawn = np.random.default_rng(SEED).standard_t(freedom, size=(DRAWS, len(counts)))
    # A factor of e^30 is as good as any beyond it, and stays a number.
    noise = np.clip(deviation / np.sqrt(rounds) * drawn, -30, 30)
    return UslFit(best, tuple(_fits(workers, means * np.exp(noise))))


def _spread(measured: Mapping[int, Sequence[float]]) -> tuple[float, int] | None:
    """The standard deviation of one round's logarithm, pooled, and its degrees of freedom."""
    logs = [np.log(np.maximum(values, 1e-9)) for values in measured.values()]
    freedom = sum(len(values) - 1 for values in logs)
    if not freedom:
        return None
    squares = sum(float(np.sum((values - values.mean()) ** 2)) for values in logs)
    return math.sqrt(squares / freedom), freedom


def _fits(workers: Vector, throughputs: Vector) -> list[UslParameters]:
    """The law for each row of throughputs: least squares with no coefficient below 0, as the best
    of the fits without some of them, which is exact for three."""
    columns = np.stack([np.ones_like(workers), workers - 1, workers * (workers - 1)], axis=1)
    columns /= (scale := columns.max(axis=0))
    weighted = columns[None] * (throughputs / workers)[:, :, None]
    best = np.zeros((len(throughputs), 3))
    least = np.full(len(throughputs), np.inf)
    for used in ([0], [0, 1], [0, 2], [0, 1, 2]):
        found = np.linalg.pinv(weighted[:, :, used]).sum(axis=2)
        errors = ((np.einsum("dnk,dk->dn", weighted[:, :, used], found) - 1) ** 2).sum(axis=1)
        better = (found >= 0).all(axis=1) & (errors < least * (1 - 1e-12))
        least[better] = errors[better]
        best[better] = 0
        best[np.ix_(better, used)] = found[better]
    best /= scale
    first = best[:, 0]
    return [
        UslParameters(float(one), float(a), float(b))
        for one, a, b in zip(1 / first, best[:, 1] / first, best[:, 2] / first, strict=True)
    ]

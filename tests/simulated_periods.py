"""Periods of calls as a machine might make them, measured as the log measures them: for tests of
what counts as noise."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from core.servinglog.comparing.differences import MeasuredFigure
from core.servinglog.comparing.figures import (
    BLOCKS,
    SHARES,
    Block,
    Figures,
    Ranks,
    comment_rate,
    error_share,
    interval_ranks,
    percentile_estimate,
)
from core.servinglog.comparing.intervals import Estimate
from core.servinglog.percentiles import QUANTILES, Quantile
from tests.simulated_calls import Noise

Floats = npt.NDArray[np.float64]
PERIOD_S = 900.0
WEAK = 0.0  # a failure share that no test asks for


def arrivals(generator: np.random.Generator, count: int) -> Floats:
    """Poisson arrivals over the period, in order."""
    return np.sort(generator.random(count) * PERIOD_S)


def period(
    generator: np.random.Generator,
    noise: Noise,
    count: int,
    *,
    times: float = 1.0,
    failing: float = WEAK,
    slow_spell: tuple[float, float] | None = None,
) -> Figures:
    """A period whose calls take 20 ms by that noise. `times` is how much longer they take,
    `failing` the share that fails; in the `slow_spell` (seconds) all take five times as long."""
    at_s = arrivals(generator, count)
    ms = 20.0 * noise(generator, count) * times
    if slow_spell is not None:
        ms = np.where((at_s >= slow_spell[0]) & (at_s < slow_spell[1]), ms * 5, ms)
    return measured(at_s, ms, generator.random(count) < failing)


def measured(at_s: Floats, ms: Floats, failed: npt.NDArray[np.bool_]) -> Figures:
    """The figures of these calls, one comment each."""
    answered = np.sort(ms[~failed])
    values = {name: float(np.quantile(answered, SHARES[name])) for name in QUANTILES}
    places = np.minimum((at_s / PERIOD_S * BLOCKS).astype(int), BLOCKS - 1)
    blocks = [
        Block(
            calls=int(here.sum()),
            answered=int((here & ~failed).sum()),
            errors=int((here & failed).sum()),
            comments=int((here & ~failed).sum()),
            slower=tuple(int((here & ~failed & (ms > values[name])).sum()) for name in QUANTILES),  # type: ignore[arg-type]
        )
        for here in (places == number for number in range(BLOCKS))
    ]

    def percentile(name: Quantile) -> MeasuredFigure:
        clustered, alone = interval_ranks(name, blocks)
        return MeasuredFigure(
            _at(answered, values[name], clustered), _at(answered, values[name], alone)
        )

    return Figures(
        **{name: percentile(name) for name in QUANTILES},
        comments_per_s=comment_rate(blocks, PERIOD_S / BLOCKS),
        error_share=error_share(blocks),
    )


def _at(answered: Floats, value: float, ranks: Ranks) -> Estimate:
    low, high = (
        None if rank is None else float(answered[rank - 1]) for rank in (ranks.low, ranks.high)
    )
    return percentile_estimate(value, low, high, 0.0)


def slow_queue(correlated: float) -> Callable[[np.random.Generator, int], Floats]:
    """Neighbours resemble each other: the share of its predecessor that a call's level keeps."""

    def noise(generator: np.random.Generator, count: int) -> Floats:
        steps = generator.normal(size=count) * math.sqrt(1 - correlated**2) * 0.4
        level = np.empty(count)
        level[0] = generator.normal() * 0.4
        for at in range(1, count):
            level[at] = correlated * level[at - 1] + steps[at]
        return np.exp(level) * generator.lognormal(0.0, 0.2, count)

    return noise

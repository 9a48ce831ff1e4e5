"""Calls as a machine might make them, whose next job is known: for tests of the calculator."""

from collections.abc import Callable

import numpy as np

from core.servinglog.estimates.calls import Calls, Floats, Ints
from core.servinglog.record import Mode

BATCH = 16
FIXED_MS, PER_CHAR_MS = 5.0, 0.012
Noise = Callable[[np.random.Generator, int], Floats]


def even(generator: np.random.Generator, count: int) -> Floats:
    """Each call for itself, about 15 % more or less."""
    return generator.lognormal(0.0, 0.15, count)


def heavy_tailed(generator: np.random.Generator, count: int) -> Floats:
    """One call of fifty takes many times as long."""
    slow = generator.pareto(2.2, count) * 5 + 3
    return np.where(generator.random(count) < 0.02, slow, even(generator, count))


def with_slow_periods(generator: np.random.Generator, count: int) -> Floats:
    """A fifth of the time everything takes 2.5 times as long, for 30 calls in the mean."""
    is_slow = np.zeros(count, dtype=bool)
    now = generator.random() < 0.2
    for at in range(count):
        now = generator.random() > 1 / 30 if now else generator.random() < 1 / 120
        is_slow[at] = now
    return even(generator, count) * np.where(is_slow, 2.5, 1.0)


def drifting(generator: np.random.Generator, count: int) -> Floats:
    """Neighbours resemble each other over about fifty calls."""
    level = np.zeros(count)
    level[0] = generator.normal() * 0.2
    for at in range(1, count):
        level[at] = 0.98 * level[at - 1] + generator.normal() * 0.2 * np.sqrt(1 - 0.98**2)
    return even(generator, count) * np.exp(level)


def simulate(
    noise: Noise, generator: np.random.Generator, count: int, size: int = BATCH
) -> tuple[Floats, Ints]:
    """Milliseconds and characters of calls one after another."""
    chars = np.round(size * generator.lognormal(5.8, 0.25, count)).astype(np.int64)
    return (FIXED_MS + PER_CHAR_MS * chars) * noise(generator, count), chars


def logged(ms: Floats, chars: Ints, size: int = BATCH) -> Calls:
    """The calls as the log would give them."""
    count = len(ms)
    nothing = np.zeros(count, dtype=np.int64)
    return Calls(
        started_s=np.cumsum(ms) / 1000.0,
        ms=ms,
        sizes=np.full(count, size, dtype=np.int64),
        chars=chars,
        in_flight=np.ones(count, dtype=np.int64),
        modes=np.full(count, str(Mode.BATCH)),
        is_cold=np.zeros(count, dtype=np.bool_),
        cache_hits=nothing,
        cleared=nothing,
    )

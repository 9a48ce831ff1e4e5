"""Estimates how long N comments take, by resampling logged calls. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

DRAWS = 300


@dataclass(frozen=True, slots=True)
class Estimate:
    """Milliseconds for `comments` comments in calls one after another: the median and the 95th
    percentile of the draws. `calls` is how many logged calls were drawn from."""

    comments: int
    p50_ms: float
    p95_ms: float
    calls: int


def estimate(
    comments: int, calls: Sequence[tuple[int, float]], *, seed: int = 0
) -> Estimate | None:
    """Draws logged calls (batch size, total ms) with replacement until they hold `comments`.

    The last call counts in proportion to the comments still needed. None without a call. The
    estimate is for traffic like the logged one and not the backend's maximum: small calls in the
    log make it longer.
    """
    usable = [(size, total_ms) for size, total_ms in calls if size > 0]
    if not usable:
        return None
    generator = random.Random(seed)  # a fixed seed: the same log gives the same estimate
    draws = sorted(_one_draw(comments, usable, generator) for _ in range(DRAWS))
    return Estimate(comments, draws[DRAWS // 2], draws[int(DRAWS * 0.95)], len(usable))


def _one_draw(comments: int, calls: Sequence[tuple[int, float]], generator: random.Random) -> float:
    left, spent_ms = comments, 0.0
    while left > 0:
        size, total_ms = generator.choice(calls)
        spent_ms += total_ms * min(1.0, left / size)
        left -= size
    return spent_ms

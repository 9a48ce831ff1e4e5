"""How long N comments take, resampled from logged calls. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

DRAWS = 300


@dataclass(frozen=True, slots=True)
class Estimate:
    """Milliseconds for `comments` comments sent one call after another: in half of the draws at
    most `p50_ms`, in 95 % at most `p95_ms`. `calls` is how many logged calls were drawn from.
    """

    comments: int
    p50_ms: float
    p95_ms: float
    calls: int


def estimate(
    comments: int, calls: Sequence[tuple[int, float]], *, seed: int = 0
) -> Estimate | None:
    """Draws logged calls (batch size, total ms) with replacement until they hold `comments`.

    The last call counts for the share of it that was needed. None without a call. It is what this
    traffic would take, not what the backend could do: smaller calls in the log, longer estimate.
    """
    usable = [(size, total_ms) for size, total_ms in calls if size > 0]
    if not usable:
        return None
    generator = random.Random(seed)  # the same log gives the same sentence
    draws = sorted(_one_draw(comments, usable, generator) for _ in range(DRAWS))
    return Estimate(comments, draws[DRAWS // 2], draws[int(DRAWS * 0.95)], len(usable))


def _one_draw(comments: int, calls: Sequence[tuple[int, float]], generator: random.Random) -> float:
    left, spent_ms = comments, 0.0
    while left > 0:
        size, total_ms = generator.choice(calls)
        spent_ms += total_ms * min(1.0, left / size)
        left -= size
    return spent_ms

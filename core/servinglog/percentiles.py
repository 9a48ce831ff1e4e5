"""What a percentile of a serving log rests on."""

from typing import Literal

Quantile = Literal["p50", "p95", "p99"]

QUANTILES: tuple[Quantile, ...] = ("p50", "p95", "p99")
# One call of those above the percentile must exist for it to be more than the slowest call.
MIN_CALLS: dict[Quantile, int] = {"p50": 2, "p95": 20, "p99": 100}


def is_weak(quantile: Quantile, count: int) -> bool:
    """Whether `count` calls are too few for the percentile to say more than the slowest call."""
    return count < MIN_CALLS[quantile]


def basis(quantile: Quantile, count: int) -> str:
    """What the percentile rests on, in words: `of 12 calls: too few` or `of 4,210 calls`."""
    calls = f"of {count:,} call{'' if count == 1 else 's'}"
    return f"{calls}: too few" if is_weak(quantile, count) else calls

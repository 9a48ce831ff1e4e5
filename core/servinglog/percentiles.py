"""How many calls a percentile of the serving log is computed from, and whether they are enough."""

from typing import Literal

Quantile = Literal["p50", "p95", "p99"]

QUANTILES: tuple[Quantile, ...] = ("p50", "p95", "p99")
# With fewer calls none is expected above the percentile, so it is just the slowest call.
MIN_CALLS: dict[Quantile, int] = {"p50": 2, "p95": 20, "p99": 100}


def is_weak(quantile: Quantile, count: int) -> bool:
    """Whether a percentile of `count` calls is little more than the slowest call."""
    return count < MIN_CALLS[quantile]

"""What is measured of a group of calls for a comparison, from counts by blocks of time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf

from core.servinglog.comparing.differences import FigureChange, MeasuredFigure, change
from core.servinglog.comparing.intervals import (
    Estimate,
    effective_number,
    mean_estimate,
    rank_shares,
    share_estimate,
)
from core.servinglog.percentiles import QUANTILES, Quantile

BLOCKS = 24
"""So many blocks of time a period is cut into."""
SHARES: dict[Quantile, float] = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


@dataclass(frozen=True, slots=True)
class Block:
    """The calls of one stretch of time. `slower` counts the answered ones that took longer than
    each percentile of the whole group, in the order of QUANTILES."""

    calls: int
    answered: int
    errors: int
    comments: int
    slower: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Ranks:
    """The order statistics at the ends of a percentile's interval, from 1; None for no end."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured of a group of calls; None where there is nothing to measure."""

    p50: MeasuredFigure | None = None
    p95: MeasuredFigure | None = None
    p99: MeasuredFigure | None = None
    comments_per_s: MeasuredFigure | None = None
    error_share: MeasuredFigure | None = None

    def percentile(self, quantile: Quantile) -> MeasuredFigure | None:
        """Milliseconds."""
        found: MeasuredFigure | None = getattr(self, quantile)
        return found


def interval_ranks(quantile: Quantile, blocks: Sequence[Block]) -> tuple[Ranks, Ranks]:
    """The ends of a percentile's interval: allowing for resemblance, and for each call alone."""
    place = QUANTILES.index(quantile)
    number = sum(one.answered for one in blocks)
    effective = effective_number([(one.answered, one.slower[place]) for one in blocks])
    return (
        _ranks(effective, number, SHARES[quantile]),
        _ranks(number, number, SHARES[quantile]),
    )


def percentile_estimate(
    value: float, low: float | None, high: float | None, bound: float
) -> Estimate:
    """From the times at the ends; those from sums may be the share `bound` off."""
    return Estimate(
        value,
        -inf if low is None else low * (1.0 - bound),
        inf if high is None else high * (1.0 + bound),
    )


def error_share(blocks: Sequence[Block]) -> MeasuredFigure | None:
    """The share of calls with an error; None without a call."""
    return shared([(one.calls, one.errors) for one in blocks])


def shared(blocks: Sequence[tuple[int, int]]) -> MeasuredFigure | None:
    """The share of those that were counted, from `number, counted` of each block."""
    number, counted = sum(of for of, _ in blocks), sum(each for _, each in blocks)
    if not number:
        return None
    effective = effective_number(blocks)
    return MeasuredFigure(
        share_estimate(counted, number, effective), share_estimate(counted, number, number)
    )


def comment_rate(blocks: Sequence[Block], block_s: float) -> MeasuredFigure | None:
    """Comments a second; None without a block. Comments come as they like, so only blocks tell
    how much their number varies."""
    if not blocks or block_s <= 0.0:
        return None
    found = mean_estimate([one.comments / block_s for one in blocks])
    return MeasuredFigure(found, Estimate(found.value))


def changes(new: Figures, old: Figures) -> dict[str, FigureChange]:
    """By the name of the figure, for those that both have."""
    found = {}
    for name in Figures.__dataclass_fields__:
        here, there = getattr(new, name), getattr(old, name)
        if here is not None and there is not None:
            found[name] = change(here, there)
    return found


def _ranks(effective: float, number: int, share: float) -> Ranks:
    low, high = rank_shares(effective, share)
    first, last = floor(low * number), ceil(high * number)
    return Ranks(first if first >= 1 else None, last if high < 1.0 else None)

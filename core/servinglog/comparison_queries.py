"""Queries to the serving log for a comparison of two groups of calls. Adapter: DuckDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from core.servinglog.answers import Summary
from core.servinglog.comparing.differences import MeasuredFigure
from core.servinglog.comparing.figures import (
    BLOCKS,
    Block,
    Figures,
    Ranks,
    comment_rate,
    error_share,
    interval_ranks,
    percentile_estimate,
)
from core.servinglog.moments import naive, utc
from core.servinglog.percentiles import QUANTILES, Quantile
from core.servinglog.queries import ServingLogQueries
from core.servinglog.query_values import named_in
from core.servinglog.tables import statement
from core.servinglog.traffic_filter import Traffic
from core.servinglog.windows import Window

MINUTE_S, HOUR_S = 60, 3600
BY_HOUR_S = 2 * 86400
"""From so long a period on, blocks of sums are whole hours."""
_NOTHING = Block(0, 0, 0, 0, (0, 0, 0))


@dataclass(frozen=True, slots=True)
class ModelRevision:
    """A model version of a backend, and its first call of a window."""

    backend: str
    model_version: str
    first_at: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class _Grid:
    """Blocks of time from `first` on; the last one may reach beyond the calls."""

    first: datetime
    block_s: float
    count: int


def revisions(
    log: ServingLogQueries, window: Window, traffic: Traffic
) -> tuple[ModelRevision, ...]:
    """The model versions of the window by backend, for each the one that began last first. Raises
    StoreError."""
    rows = _ask(log, "revisions", window, traffic, by_hour=True)
    return tuple(
        ModelRevision(backend, version, utc(first_at), calls)
        for backend, version, first_at, calls in rows
    )


def figures(
    log: ServingLogQueries, window: Window, traffic: Traffic, summary: Summary
) -> tuple[Figures, tuple[Block, ...]]:
    """The figures of the calls that were summed up, with their intervals, and the calls by blocks
    of time. Raises StoreError."""
    if summary.first_at is None:
        return Figures(), ()
    grid = _grid(summary, summary.first_at)
    blocks = _blocks(log, window, traffic, summary, grid)
    whole = blocks[: max(1, int(summary.covered_s / grid.block_s + 1e-6))] if grid.block_s else ()
    measured = _percentiles(log, window, traffic, summary, blocks)
    return (
        Figures(
            measured.get("p50"),
            measured.get("p95"),
            measured.get("p99"),
            comments_per_s=comment_rate(whole, grid.block_s),
            error_share=error_share(blocks),
        ),
        blocks,
    )


def _grid(summary: Summary, first: datetime) -> _Grid:
    """Equal parts of the covered time, or as many whole minutes or hours for sums."""
    if not summary.bound:
        return _Grid(first, summary.covered_s / BLOCKS, BLOCKS)
    step = HOUR_S if summary.covered_s >= BY_HOUR_S else MINUTE_S
    start = first - timedelta(
        seconds=first.timestamp() % step  # UTC hours begin at multiples of an hour since 1970
    )
    block_s = step * ceil(summary.covered_s / BLOCKS / step)
    covered_s = summary.covered_s + (first - start).total_seconds()
    return _Grid(start, block_s, max(1, ceil(covered_s / block_s)))


def _blocks(
    log: ServingLogQueries, window: Window, traffic: Traffic, summary: Summary, grid: _Grid
) -> tuple[Block, ...]:
    given: dict[str, object] = {
        "first": naive(grid.first),
        "block_us": max(1, ceil(grid.block_s * 1e6)),
        "blocks": grid.count,
        **{name: summary.percentile(name) for name in QUANTILES},
    }
    by_hour = summary.covered_s >= BY_HOUR_S
    rows = _ask(log, "blocks", window, traffic, by_hour=by_hour, **given)
    found = {
        row[0]: Block(row[1], row[2], row[3], row[4], (row[5], row[6], row[7])) for row in rows
    }
    return tuple(found.get(place, _NOTHING) for place in range(grid.count))


def _percentiles(
    log: ServingLogQueries,
    window: Window,
    traffic: Traffic,
    summary: Summary,
    blocks: Sequence[Block],
) -> dict[Quantile, MeasuredFigure]:
    """Of those that have a value. All ends are asked for at once."""
    known = [name for name in QUANTILES if summary.percentile(name) is not None]
    ranks = {name: interval_ranks(name, blocks) for name in known}
    wanted = sorted(
        {
            rank
            for pair in ranks.values()
            for one in pair
            for rank in (one.low, one.high)
            if rank is not None
        }
    )
    number = sum(one.answered for one in blocks)
    times: dict[int, float] = {}
    if wanted:
        shares = [(rank - 0.5) / number for rank in wanted]
        by_hour = summary.covered_s >= BY_HOUR_S
        ((found,),) = _ask(log, "order_statistics", window, traffic, by_hour=by_hour, shares=shares)
        times = dict(zip(wanted, found or (), strict=False))

    def measured(name: Quantile) -> MeasuredFigure:
        value = summary.percentile(name)
        assert value is not None
        clustered, alone = (
            percentile_estimate(value, *_times(one, times), summary.bound) for one in ranks[name]
        )
        return MeasuredFigure(clustered, alone)

    return {name: measured(name) for name in known}


def _times(ranks: Ranks, times: dict[int, float]) -> tuple[float | None, float | None]:
    """None where there is no end, or where the rows were deleted meanwhile."""
    return (
        None if ranks.low is None else times.get(ranks.low),
        None if ranks.high is None else times.get(ranks.high),
    )


def _ask(
    log: ServingLogQueries,
    name: str,
    window: Window,
    traffic: Traffic,
    *,
    by_hour: bool,
    **more: object,
) -> list[Any]:
    with log.calls_of(window, by_hour=by_hour) as (cursor, is_summed):
        text = statement(f"{name}_sums" if is_summed else name)
        return cursor.execute(text, named_in(text, traffic.values(window) | more)).fetchall()

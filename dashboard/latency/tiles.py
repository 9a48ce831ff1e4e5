"""The tiles at the top of the latency page."""

from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.elements.lib.grid_container import GridContainer

from core.services.traffic import WindowTraffic
from core.servinglog.percentiles import QUANTILES, Quantile, basis
from dashboard.figures import (
    counted,
    duration,
    error_delta,
    percent,
    percentile_delta,
    rate,
    reasons,
    throughput_delta,
)
from dashboard.latency.charts import sparkline

SPARKLINE_PX = 40
TILE_PX = 130  # six in a row at 1,024 pixels, two on a phone
EXPLAINED: dict[Quantile, str] = {"p50": "Half", "p95": "95 %", "p99": "99 %"}


def tiles(view: WindowTraffic) -> None:
    """Figures of the whole window, each against the previous window if there is one. Refused
    requests have a tile of their own, because no other figure counts them."""
    now, trend = view.summary, view.trend
    grid = st.grid(6 if view.refused else 5, min_column_width=TILE_PX)
    for quantile in QUANTILES:
        _tile(
            grid,
            quantile,
            duration(now.percentile(quantile)),
            percentile_delta(quantile, now, view.previous),
            otherwise=basis(quantile, now.answered),
            trend=trend[quantile],
            explain=f"{EXPLAINED[quantile]} of the answered calls took at most this long, whatever "
            "their size.",
        )
    _tile(
        grid,
        "Throughput",
        rate(now.comments_per_s),
        throughput_delta(now, view.previous),
        otherwise=counted(now.comments, "comment"),
        trend=trend["comments_per_s"],
        explain="Comments scored a second, from the first call to the end of the last.",
        color="off",
    )
    _tile(
        grid,
        "Errors",
        percent(now.error_share),
        error_delta(now, view.previous),
        otherwise=f"{now.errors:,} of {counted(now.calls, 'call')}",
        trend=trend["errors"],
        explain="Share of calls that failed, wholly or in one of their comments.",
    )
    if view.refused:
        grid.metric(
            "Refused requests",
            f"{sum(one.requests for one in view.refused):,}",
            f"besides {counted(now.calls, 'call')}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=f"Refused without a call to a backend: {reasons(view.refused)}.",
            height="stretch",
        )


def _tile(
    grid: GridContainer,
    label: str,
    value: str,
    delta: str | None,
    *,
    otherwise: str,
    trend: pd.Series,
    explain: str,
    color: Literal["inverse", "off"] = "inverse",
) -> None:
    changed = delta is not None and any(digit in delta for digit in "123456789")
    tile = grid.cell().container(border=True, gap="xxsmall", height="stretch")
    tile.metric(
        label,
        value,
        otherwise if delta is None else delta if changed else "no change",
        delta_color=color if changed else "off",
        delta_arrow="auto" if changed else "off",
        help=explain,
    )
    tile.altair_chart(
        sparkline(trend), height=SPARKLINE_PX, key=f"trend_{label}", alt=f"The trend of {label}"
    )

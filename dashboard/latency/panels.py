"""The charts of the latency page."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.services.traffic import WindowTraffic
from core.servinglog.percentiles import QUANTILES, Quantile
from core.servinglog.windows import Window
from dashboard.latency.charts import (
    Axes,
    call_dots,
    latency_lines,
    throughput_area,
)
from dashboard.latency.marks import ChartMark
from dashboard.latency.overlays import with_overlays

PERCENTILE_KEY, CHART_KEY = "percentile", "latency_chart"
LATENCY_HEIGHT = 260
THROUGHPUT_HEIGHT = 150


def chosen_percentile() -> Quantile:
    """The one of the chart."""
    chosen: Quantile = st.session_state.get(PERCENTILE_KEY) or "p95"
    return chosen


def latency_panel(
    view: WindowTraffic,
    axes: Axes,
    part: Window | None,
    shown: Sequence[ChartMark],
    *,
    on_brush: Callable[[], None],
) -> None:
    """The percentile over time by backend and mode; for few calls, a dot for each call. Brushing
    chooses a part of the window; marks are what changed on the site."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Time of a call**", width="content")
        st.caption(_grain(view), width="content")
        st.space("stretch")
        chosen = st.segmented_control(
            "Percentile",
            QUANTILES,
            default="p95",
            key=PERCENTILE_KEY,
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
    quantile: Quantile = chosen or "p95"
    if view.dots is None:
        chart = latency_lines(view.lines, quantile, axes)
    else:
        chart = call_dots(view.dots, view.table, quantile, axes)
    st.altair_chart(
        with_overlays(chart, axes, part, shown),
        height=LATENCY_HEIGHT,
        key=CHART_KEY,
        on_select=on_brush,
        alt=f"{quantile} of a call in milliseconds over time, one line for each backend and mode",
    )


def throughput_panel(view: WindowTraffic, axes: Axes) -> None:
    """Comments a second by backend and mode, over the same time span."""
    st.altair_chart(
        throughput_area(view.lines, view.bucket_s, axes),
        height=THROUGHPUT_HEIGHT,
        key="throughput_chart",
        alt="Comments scored a second over time, stacked by backend and mode; red marks are errors",
    )


def _grain(view: WindowTraffic) -> str:
    hidden = f", {view.hidden_count} less busy not drawn" if view.hidden_count else ""
    if view.summary.errors:
        hidden += ", red marks: calls with an error"
    if view.dots is not None:
        return f"each call a dot, dashed: the percentile{hidden}"
    return f"every {_step(view.bucket_s)}{hidden}"


def _step(width_s: int) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if width_s >= size:
            return f"{width_s // size} {unit}"
    return f"{width_s} s"

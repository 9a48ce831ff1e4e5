"""The charts of the latency page."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.services.traffic import WindowTraffic
from core.servinglog.percentiles import QUANTILES, Quantile
from core.servinglog.windows import Window
from dashboard.chart_language import in_own_language
from dashboard.latency.charts import Axes, call_dots, latency_lines, throughput_area
from dashboard.latency.marks import ChartMark
from dashboard.latency.overlays import with_overlays
from dashboard.staff_texts import count, number, say

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
        st.markdown(f"**{say('latency.chart.time')}**", width="content")
        st.caption(_grain(view), width="content")
        st.space("stretch")
        chosen = st.segmented_control(
            say("latency.chart.percentile"),
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
        in_own_language(with_overlays(chart, axes, part, shown)),
        height=LATENCY_HEIGHT,
        key=CHART_KEY,
        on_select=on_brush,
        alt=say("latency.chart.about_time", percentile=quantile),
    )


def throughput_panel(view: WindowTraffic, axes: Axes) -> None:
    """Comments a second by backend and mode, over the same time span."""
    st.altair_chart(
        in_own_language(throughput_area(view.lines, view.bucket_s, axes)),
        height=THROUGHPUT_HEIGHT,
        key="throughput_chart",
        alt=say("latency.chart.about_throughput"),
    )


def _grain(view: WindowTraffic) -> str:
    step = say("latency.grain.step", step=_step(view.bucket_s))
    parts = [step if view.dots is None else say("latency.grain.dots")]
    if view.hidden_count:
        parts.append(count("latency.grain.hidden", view.hidden_count))
    if view.summary.errors:
        parts.append(say("latency.grain.errors"))
    return ", ".join(parts)


def _step(width_s: int) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if width_s >= size:
            return say(f"latency.step.{unit}", width=number(width_s // size))
    return say("latency.step.s", width=number(width_s))

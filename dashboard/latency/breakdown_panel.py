"""The lower half of the latency page: how calls spread over time, phases and sizes."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from core.services.breakdown import Breakdown
from dashboard.chart_language import in_own_language
from dashboard.data_table import data_table
from dashboard.latency.breakdown_charts import class_bars, heat_map, phase_shares, phase_stack
from dashboard.latency.charts import Axes
from dashboard.latency.own_words import with_own_series
from dashboard.staff_texts import say

HEIGHT, CLASS_HEIGHT = 250, 200
SHARES_HEIGHT, BAR_HEIGHT = 170, 24
MOST_ROWS = 5


def breakdown_panel(
    found: Breakdown, axes: Axes, series: Sequence[str], zone: str, *, is_summed: bool
) -> None:
    """Heat map and phases over time, then shares, sizes, lengths and cold starts."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{say('latency.breakdown.heat')}**")
        if not found.heat.empty:
            st.altair_chart(
                in_own_language(heat_map(found.heat, found.heat_s, axes)),
                height=HEIGHT,
                key="heat_map",
                alt=say("latency.breakdown.about_heat"),
            )
    with right:
        st.markdown(f"**{say('latency.breakdown.phases')}**")
        if not found.phases.empty:
            st.altair_chart(
                in_own_language(phase_stack(found.phases, found.phases_s, axes)),
                height=HEIGHT,
                key="phase_stack",
                alt=say("latency.breakdown.about_phases"),
            )
        if is_summed:
            st.caption(say("latency.breakdown.sums_alone"))
    if found.phases.empty:
        st.caption(say("latency.breakdown.none_answered"))
        return
    shares, size, length = st.columns([40, 30, 30], gap="medium")
    with shares:
        _shares(with_own_series(found.phases), series)
        _cold(found.cold, zone, is_summed=is_summed)
    with size:
        _classes(found.classes, "size")
    with length:
        _classes(found.classes, "length")
        if is_summed:
            st.caption(say("latency.breakdown.rows_alone"))


def _shares(phases: pd.DataFrame, series: Sequence[str]) -> None:
    title = f"**{say('latency.breakdown.shares')}**"
    st.markdown(say("latency.breakdown.shares_line", title=title))
    st.altair_chart(
        in_own_language(phase_shares(phases, series)),
        height=SHARES_HEIGHT + BAR_HEIGHT * len(series),
        key="time_shares",
        alt=say("latency.breakdown.about_shares"),
    )


def _classes(classes: pd.DataFrame, of_what: Literal["size", "length"]) -> None:
    title = f"**{say(f'latency.class_title.{of_what}')}**"
    st.markdown(say("latency.breakdown.class_line", title=title))
    if not (classes["of_what"] == of_what).any():
        st.caption(say("latency.breakdown.class_unknown"))
        return
    st.altair_chart(
        in_own_language(class_bars(classes, of_what)),
        height=CLASS_HEIGHT,
        key=f"by_{of_what}",
        alt=say(f"latency.about_class.{of_what}"),
    )


def _cold(cold: pd.DataFrame, zone: str, *, is_summed: bool) -> None:
    title = f"**{say('latency.breakdown.cold')}**"
    st.markdown(say("latency.breakdown.cold_line", title=title))
    if cold.empty:
        words = "cold_not_summed" if is_summed else "cold_none"
        st.caption(say(f"latency.breakdown.{words}"))
        return
    number = st.column_config.NumberColumn
    data_table(
        cold,
        {
            "backend": st.column_config.TextColumn(say("latency.column.backend"), width=110),
            "cold": number(say("latency.column.cold"), format="localized", width=74),
            "cold_ms": number(say("latency.column.cold_ms"), format="%.1f", width=104),
            "slowest_ms": number(say("latency.column.slowest"), format="%.1f", width=84),
            "warm_ms": number(say("latency.column.warm_ms"), format="%.1f", width=108),
            "last_at": st.column_config.DatetimeColumn(
                say("latency.column.last", zone=zone),
                format=say("latency.form.column"),
                timezone=zone,
                width=130,
            ),
        },
        key="cold_starts",
        alt=say("latency.breakdown.about_cold"),
        most_rows=MOST_ROWS,
    )
    if is_summed:
        st.caption(say("latency.breakdown.rows_alone"))

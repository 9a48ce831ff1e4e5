"""The lower half of the latency page: how calls spread over time, phases and sizes."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from core.services.breakdown import Breakdown
from dashboard.data_table import data_table
from dashboard.latency.breakdown_charts import (
    CLASS_TITLES,
    class_bars,
    heat_map,
    phase_shares,
    phase_stack,
)
from dashboard.latency.charts import Axes

HEIGHT, CLASS_HEIGHT = 250, 200
SHARES_HEIGHT, BAR_HEIGHT = 170, 24
MOST_ROWS = 5
ROWS_ALONE = "Of the last hours whose single calls are kept."
SUMS_ALONE = "Sums don't know where a call waited or what its server told as a whole."


def breakdown_panel(
    found: Breakdown, axes: Axes, series: Sequence[str], zone: str, *, is_summed: bool
) -> None:
    """Heat map and phases over time, then shares, sizes, lengths and cold starts."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**How many calls took how long**")
        if not found.heat.empty:
            st.altair_chart(
                heat_map(found.heat, found.heat_s, axes),
                height=HEIGHT,
                key="heat_map",
                alt="Answered calls by time and by how long they took, on a logarithmic scale",
            )
    with right:
        st.markdown("**Phases of the mean call**")
        if not found.phases.empty:
            st.altair_chart(
                phase_stack(found.phases, found.phases_s, axes),
                height=HEIGHT,
                key="phase_stack",
                alt="Milliseconds of the mean answered call over time, stacked by phase",
            )
        if is_summed:
            st.caption(SUMS_ALONE)
    if found.phases.empty:
        st.caption("No call of this window was answered.")
        return
    shares, size, length = st.columns([40, 30, 30], gap="medium")
    with shares:
        _shares(found.phases, series)
        _cold(found.cold, zone)
    with size:
        _classes(found.classes, "size", "By batch size")
    with length:
        _classes(found.classes, "length", "By length")
        if is_summed:
            st.caption(ROWS_ALONE)


def _shares(phases: pd.DataFrame, series: Sequence[str]) -> None:
    st.markdown("**Where the time goes**, by backend and mode")
    st.altair_chart(
        phase_shares(phases, series),
        height=SHARES_HEIGHT + BAR_HEIGHT * len(series),
        key="time_shares",
        alt="Share of each phase in the mean answered call of each backend and mode",
    )


def _classes(classes: pd.DataFrame, of_what: Literal["size", "length"], title: str) -> None:
    x_title, y_title = CLASS_TITLES[of_what]
    st.markdown(f"**{title}**, bars p50, red p95")
    if not (classes["of_what"] == of_what).any():
        st.caption("Not known: no answered call tells it, or only sums are kept.")
        return
    st.altair_chart(
        class_bars(classes, of_what),
        height=CLASS_HEIGHT,
        key=f"by_{of_what}",
        alt=f"p50 and p95 in {y_title} by {x_title}",
    )


def _cold(cold: pd.DataFrame, zone: str) -> None:
    st.markdown("**Cold starts**: first calls of a process, or after ten idle minutes")
    if cold.empty:
        st.caption("None in this window.")
        return
    number = st.column_config.NumberColumn
    data_table(
        cold,
        {
            "backend": st.column_config.TextColumn("backend", width=110),
            "cold": number("cold calls", format="localized", width=74),
            "cold_ms": number("median cold ms", format="%.1f", width=104),
            "slowest_ms": number("slowest ms", format="%.1f", width=84),
            "warm_ms": number("median warm ms", format="%.1f", width=108),
            "last_at": st.column_config.DatetimeColumn(
                f"last, {zone}", format="D MMM HH:mm:ss", timezone=zone, width=130
            ),
        },
        key="cold_starts",
        alt="Cold calls of each backend beside its warm ones",
        most_rows=MOST_ROWS,
    )

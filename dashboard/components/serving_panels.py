"""The panels of the latency page; each takes the loaded view and draws."""

from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.column_types import ColumnConfig

from core.servinglog.percentiles import MIN_CALLS, QUANTILES, Quantile, basis, is_weak
from dashboard.charts import Axes, call_dots, latency_lines, throughput_area, time_shares
from dashboard.components.serving_view import ESTIMATED_COMMENTS, ServingView
from dashboard.components.serving_words import (
    duration,
    error_delta,
    how_long,
    lever,
    percent,
    percentile_delta,
    rate,
    throughput_delta,
)

LATENCY_HEIGHT = 260
THROUGHPUT_HEIGHT = 150
ROW_HEIGHT, HEADER_HEIGHT = 30, 34
MAX_ROWS = 5
EXPLAINED: dict[Quantile, str] = {"p50": "Half", "p95": "95 %", "p99": "99 %"}
SHARES_HEIGHT, BAR_HEIGHT = 84, 24


def tiles(view: ServingView, before: str) -> None:
    """Five numbers of the whole window, each against the window before where there is one."""
    now, trend = view.summary, view.trend
    *percentile_columns, throughput_column, error_column = st.columns(5, gap="small")
    for column, quantile in zip(percentile_columns, QUANTILES, strict=True):
        _tile(
            column,
            quantile,
            duration(now.percentile(quantile)),
            percentile_delta(quantile, now, view.previous),
            before=before,
            otherwise=basis(quantile, now.answered),
            trend=trend[quantile],
            explain=f"{EXPLAINED[quantile]} of the answered calls took at most this long, whatever "
            "their size.",
        )
    _tile(
        throughput_column,
        "Throughput, comments",
        rate(now.comments_per_s),
        throughput_delta(now, view.previous),
        before=before,
        otherwise=f"{now.comments:,} comments",
        trend=trend["comments_per_s"],
        explain="Comments scored a second, from the first call to the end of the last.",
        color="off",
    )
    _tile(
        error_column,
        "Errors",
        percent(now.error_share),
        error_delta(now, view.previous),
        before=before,
        otherwise=f"{now.errors:,} of {now.calls:,} calls",
        trend=trend["errors"],
        explain="Share of calls that failed, wholly or in one of their comments.",
    )


def _tile(
    column: DeltaGenerator,
    label: str,
    value: str,
    delta: str | None,
    *,
    before: str,
    otherwise: str,
    trend: pd.Series,
    explain: str,
    color: Literal["inverse", "off"] = "inverse",
) -> None:
    changed = delta is not None and any(digit in delta for digit in "123456789")
    column.metric(
        label,
        value,
        otherwise if delta is None else delta if changed else "no change",
        delta_color=color if changed else "off",
        delta_arrow="auto" if changed else "off",
        delta_description=before if delta is not None else None,
        chart_data=list(trend.dropna()),
        chart_type="area",
        border=True,
        help=explain,
        height="stretch",
    )


def latency_panel(view: ServingView, axes: Axes) -> None:
    """The percentile over time by backend and mode, or every call where there are few."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Time of a call**", width="content")
        st.caption(_grain(view), width="content")
        st.space("stretch")
        chosen = st.segmented_control(
            "Percentile",
            QUANTILES,
            default="p95",
            key="percentile",
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
        chart,
        height=LATENCY_HEIGHT,
        key="latency_chart",
        alt=f"{quantile} of a call in milliseconds over time, one line for each backend and mode",
    )


def table_panel(view: ServingView) -> None:
    """The numbers behind the lines."""
    fewest = int(view.table["answered"].min())
    weak = [quantile for quantile in QUANTILES if is_weak(quantile, fewest)]
    st.markdown("**By backend and mode**, milliseconds")
    st.dataframe(
        view.table,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(view.table), MAX_ROWS) * ROW_HEIGHT + HEADER_HEIGHT,
        column_order=(
            *("series", "p50", "p95", "p99", "ms_per_comment", "comments_per_busy_s"),
            *("calls", "errors", "trend", "comments"),
        ),
        column_config=_columns(),
        key="by_backend",
        alt="Calls, percentiles, throughput and errors of each backend and mode",
    )
    if weak:
        needed = MIN_CALLS["p99"] if "p99" in weak else MIN_CALLS["p95"]
        st.caption(f"{' and '.join(weak)} of a row with under {needed} calls rest on too few.")


def shares_panel(view: ServingView) -> None:
    """Where the time of answered calls went."""
    st.markdown("**Where the time goes**")
    st.altair_chart(
        time_shares(view.table),
        height=SHARES_HEIGHT + BAR_HEIGHT * len(view.table),
        key="time_shares",
        alt="Share of answered calls' time spent in queue, tokenize, compute, network and the rest",
    )


def throughput_panel(view: ServingView, axes: Axes) -> None:
    """Comments a second by backend and mode, over the same span."""
    st.altair_chart(
        throughput_area(view.lines, view.bucket_s, axes),
        height=THROUGHPUT_HEIGHT,
        key="throughput_chart",
        alt="Comments scored a second over time, stacked by backend and mode; red marks are errors",
    )


def answer_panel(view: ServingView) -> None:
    """How long for 100 comments, and what would make it faster."""
    st.markdown(f"**How long for {ESTIMATED_COMMENTS} comments?**")
    advice = lever(view.table)
    st.text(" ".join(filter(None, (how_long(view.estimates), advice))))


def slowest_panel(view: ServingView) -> None:
    """The slowest calls, on request."""
    with st.expander(f"The {len(view.slowest)} slowest calls"):
        st.dataframe(
            view.slowest,
            hide_index=True,
            row_height=ROW_HEIGHT,
            column_order=(
                *("started_at", "series", "batch_size", "chars", "total_ms", "queue_ms"),
                *("tokenize_ms", "compute_ms", "network_ms", "error_kind", "request_id"),
            ),
            key="slowest",
            alt="The slowest calls of the window, slowest first",
        )


def _grain(view: ServingView) -> str:
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


def _columns() -> dict[str, ColumnConfig]:
    def number(label: str, form: str, width: int, explain: str | None = None) -> ColumnConfig:
        return st.column_config.NumberColumn(label, format=form, help=explain, width=width)

    return {
        "series": st.column_config.TextColumn("backend · mode", pinned=True, width=118),
        "p50": number("p50", "%.1f", 48, "Milliseconds a call."),
        "p95": number("p95", "%.1f", 48, "Milliseconds a call."),
        "p99": number("p99", "%.1f", 48, "Milliseconds a call."),
        "ms_per_comment": number(
            "each", "%.1f", 46, "Milliseconds a comment: median over calls of time by comments."
        ),
        "comments_per_busy_s": number(
            "/s", "%.0f", 44, "Comments a second while at least one call ran."
        ),
        "calls": number("calls", "localized", 58),
        "comments": number("comments", "localized", 74),
        "errors": number("errors", "localized", 50, "Calls that failed, wholly or in one text."),
        "trend": st.column_config.LineChartColumn("p95 over time", width=88, y_min=0),
    }

"""The tables of the latency page."""

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.services.traffic import WindowTraffic
from core.servinglog.percentiles import MIN_CALLS, QUANTILES, is_weak
from dashboard.data_table import ROW_HEIGHT, table_height

MOST_ROWS = 5


def table_panel(view: WindowTraffic) -> None:
    """The numbers behind the charts, one row a series."""
    fewest = int(view.table["answered"].min())
    weak = [quantile for quantile in QUANTILES if is_weak(quantile, fewest)]
    st.markdown("**By backend and mode**, milliseconds")
    st.dataframe(
        view.table,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=table_height(len(view.table), MOST_ROWS),
        column_order=list(_columns()),
        column_config=_columns(),
        placeholder="–",
        key="by_backend",
        alt="Calls, percentiles, throughput and errors of each backend and mode",
    )
    if weak:
        needed = MIN_CALLS["p99"] if "p99" in weak else MIN_CALLS["p95"]
        st.caption(f"Rows with under {needed} calls have too few for {', '.join(weak)}.")


def _number(label: str, form: str, width: int, explain: str | None = None) -> ColumnConfig:
    return st.column_config.NumberColumn(label, format=form, help=explain, width=width)


def _columns() -> dict[str, ColumnConfig]:
    each = "Milliseconds a comment: median over calls of time by comments."
    return {
        "series": st.column_config.TextColumn("backend · mode", pinned=True, width=118),
        "p50": _number("p50", "%.1f", 48, "Milliseconds a call."),
        "p95": _number("p95", "%.1f", 48, "Milliseconds a call."),
        "p99": _number("p99", "%.1f", 48, "Milliseconds a call."),
        "ms_per_comment": _number("each", "%.1f", 46, each),
        "comments_per_busy_s": _number(
            "/s", "%.0f", 44, "Comments a second while at least one call ran."
        ),
        "calls": _number("calls", "localized", 58),
        "errors": _number("errors", "localized", 50, "Calls that failed, wholly or in one text."),
        "trend": st.column_config.LineChartColumn("p95 over time", width=88, y_min=0),
        "comments": _number("comments", "localized", 74),
    }

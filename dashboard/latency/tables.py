"""The tables of the latency page."""

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.services.traffic import WindowTraffic
from core.servinglog.percentiles import MIN_CALLS, QUANTILES, is_weak
from dashboard.data_table import ROW_HEIGHT, table_height
from dashboard.staff_texts import number, say

MOST_ROWS = 5


def table_panel(view: WindowTraffic) -> None:
    """The numbers behind the charts, one row a series."""
    fewest = int(view.table["answered"].min())
    weak = [quantile for quantile in QUANTILES if is_weak(quantile, fewest)]
    st.markdown(say("latency.table.line", title=f"**{say('latency.table.title')}**"))
    st.dataframe(
        view.table,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=table_height(len(view.table), MOST_ROWS),
        column_order=list(_columns()),
        column_config=_columns(),
        placeholder="–",
        key="by_backend",
        alt=say("latency.table.about"),
    )
    if weak:
        needed = MIN_CALLS["p99"] if "p99" in weak else MIN_CALLS["p95"]
        names = ", ".join(weak)
        st.caption(say("latency.table.weak", needed=number(needed), percentiles=names))


def _number(label: str, form: str, width: int, about: str | None = None) -> ColumnConfig:
    explain = None if about is None else say(f"latency.about_column.{about}")
    return st.column_config.NumberColumn(label, format=form, help=explain, width=width)


def _columns() -> dict[str, ColumnConfig]:
    return {
        "series": st.column_config.TextColumn(_label("series"), pinned=True, width=118),
        **{name: _number(name, "%.1f", 48, "percentile") for name in QUANTILES},
        "ms_per_comment": _number(_label("each"), "%.1f", 46, "each"),
        "comments_per_busy_s": _number(_label("per_second"), "%.0f", 44, "per_second"),
        "calls": _number(_label("calls"), "localized", 58),
        "errors": _number(_label("errors"), "localized", 50, "errors"),
        "trend": st.column_config.LineChartColumn(_label("trend"), width=88, y_min=0),
        "comments": _number(_label("comments"), "localized", 74),
    }


def _label(name: str) -> str:
    return say(f"latency.column.{name}")

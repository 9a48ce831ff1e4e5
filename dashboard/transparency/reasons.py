"""The figures that come first, and the restrictions by reason."""

import pandas as pd
import streamlit as st

from core.services.transparency import TransparencyReport
from dashboard.data_table import data_table
from dashboard.transparency.charts import MOST_REASONS, by_reason, reason_bars
from dashboard.transparency.wording import number

BAR_HEIGHT, AXES_HEIGHT = 26, 96
TILE_PX = 130
MOST_ROWS = 10
TILES = {
    "restrictions": "Restrictions",
    "automated_share": "Automatically",
    "reports_received": "Reports",
    "appeals_filed": "Appeals filed",
    "appeals_overturned": "Overturned",
    "appeal_to_outcome": "Outcome after",
}


def draw_tiles(report: TransparencyReport) -> None:
    """The tiles in one row, as far as the window has room."""
    grid = st.grid(len(TILES), min_column_width=TILE_PX)
    for name, title in TILES.items():
        figure = report.figure(name)
        value = number(figure.value, figure.query.unit)
        grid.metric(title, value, border=True, help=f"{figure.query.title}.")


def draw_reasons(report: TransparencyReport) -> None:
    """The chart of restrictions by reason, and who decided; nothing if there are none."""
    table = by_reason(report)
    if table.empty:
        return
    left, right = st.columns([55, 45], gap="medium")
    with left:
        st.markdown("**Restrictions by reason**")
        bars = min(len(table), MOST_REASONS)
        st.altair_chart(
            reason_bars(table),
            height=AXES_HEIGHT + BAR_HEIGHT * bars,
            key="reasons_chart",
            alt="Restrictions by reason, split by whether a program or a person decided",
        )
    with right:
        st.markdown("**Who decided**")
        _reason_table(table)


def _reason_table(table: pd.DataFrame) -> None:
    count = st.column_config.NumberColumn
    data_table(
        table,
        {
            "reason": st.column_config.TextColumn(pinned=True),
            "kind": st.column_config.TextColumn(width=76),
            "automatically": count(format="localized", width=100),
            "by a person": count(format="localized", width=88),
            "total": count(format="localized", width=54),
        },
        key="reasons",
        alt="Restrictions by reason and kind, with who decided",
        most_rows=MOST_ROWS,
    )

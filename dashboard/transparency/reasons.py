"""The figures that come first, and the restrictions by reason."""

import pandas as pd
import streamlit as st

from core.services.transparency import TransparencyReport
from dashboard.chart_language import in_own_language
from dashboard.data_table import data_table
from dashboard.staff_texts import say
from dashboard.transparency.charts import (
    MOST_REASONS,
    by_reason,
    decider_words,
    reason_bars,
)
from dashboard.transparency.wording import number, title

BAR_HEIGHT, AXES_HEIGHT = 26, 96
TILE_PX = 130
MOST_ROWS = 10
TILES = (
    "restrictions",
    "automated_share",
    "reports_received",
    "appeals_filed",
    "appeals_overturned",
    "appeal_to_outcome",
)
"""The names of their figures."""


def draw_tiles(report: TransparencyReport) -> None:
    """The tiles in one row, as far as the window has room."""
    grid = st.grid(len(TILES), min_column_width=TILE_PX)
    for name in TILES:
        figure = report.figure(name)
        value = number(figure.value, figure.query.unit)
        grid.metric(say(f"transparency.tile.{name}"), value, border=True, help=f"{title(figure)}.")


def draw_reasons(report: TransparencyReport) -> None:
    """The chart of restrictions by reason, and who decided; nothing if there are none."""
    table = by_reason(report)
    if table.empty:
        return
    left, right = st.columns([55, 45], gap="medium")
    with left:
        st.markdown(f"**{say('transparency.page.chart')}**")
        bars = min(len(table), MOST_REASONS)
        st.altair_chart(
            in_own_language(reason_bars(table)),
            height=AXES_HEIGHT + BAR_HEIGHT * bars,
            key="reasons_chart",
            alt=say("transparency.page.chart_alt"),
        )
    with right:
        st.markdown(f"**{say('transparency.page.table')}**")
        _reason_table(table)


def _reason_table(table: pd.DataFrame) -> None:
    count = st.column_config.NumberColumn
    by_program, by_person = decider_words()
    data_table(
        table,
        {
            say("transparency.column.reason"): st.column_config.TextColumn(pinned=True),
            say("transparency.column.kind"): st.column_config.TextColumn(width=100),
            by_program: count(format="localized", width=100),
            by_person: count(format="localized", width=100),
            say("transparency.column.total"): count(format="localized", width=54),
        },
        key="reasons",
        alt=say("transparency.page.table_alt"),
        most_rows=MOST_ROWS,
    )

"""Every figure of the report beside the query that gives it."""

import pandas as pd
import streamlit as st

from core.services.transparency import Figure, TransparencyReport
from dashboard.data_table import data_table
from dashboard.staff_texts import say
from dashboard.transparency.wording import cell, label, title
from dashboard.wording import plain

MOST_ROWS = 10


def draw_figures(report: TransparencyReport) -> None:
    """Two columns of figures, each unfolding to its rows and its query."""
    st.markdown(f"**{say('transparency.page.queries')}**")
    st.caption(say("transparency.page.rerun"))
    left, right = st.columns(2, gap="medium")
    half = (len(report.figures) + 1) // 2
    for place, figures in ((left, report.figures[:half]), (right, report.figures[half:])):
        with place, st.container(gap="xsmall"):
            for figure in figures:
                _figure(figure)


def _figure(figure: Figure) -> None:
    with st.expander(plain(label(figure)), key=f"figure_{figure.query.name}"):
        if figure.query.groups:
            _rows(figure)
        st.code(figure.text, language="sql", wrap_lines=True)


def _rows(figure: Figure) -> None:
    groups, counted = figure.query.groups, say("transparency.column.number")
    rows = [[*map(cell, groups, row.groups), row.value] for row in figure.rows]
    headings = [say(f"transparency.column.{group}") for group in groups]
    data_table(
        pd.DataFrame(rows, columns=[*headings, counted]),
        {counted: st.column_config.NumberColumn(format="localized", width=80)},
        key=f"rows_{figure.query.name}",
        alt=title(figure),
        most_rows=MOST_ROWS,
    )

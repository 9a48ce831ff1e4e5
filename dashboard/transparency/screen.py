"""Transparency: what was restricted, reported and appealed in a span, each number with its
query."""

from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.batch.transparency_files import report_csv, report_json
from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.permissions import Actor, Role
from core.services.context import Context
from core.services.statements import FIRST_DAY
from core.services.transparency import Figure, TransparencyReport, load_transparency
from dashboard.data_table import data_table
from dashboard.transparency.charts import MOST_REASONS, by_reason, reason_bars
from dashboard.transparency.wording import (
    LEFT_OUT,
    NOTHING,
    RERUN,
    ReportSpan,
    begin_of,
    is_empty,
    label,
    number,
    span_words,
    summary,
)
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

KEPT_S = 60
BAR_HEIGHT, AXES_HEIGHT = 26, 96
TILE_PX = 130
MOST_ROWS = 10
TILES = {
    "restrictions": "Restrictions",
    "automated_share": "By a model alone",
    "reports_received": "Reports",
    "appeals_filed": "Appeals filed",
    "appeals_overturned": "Overturned",
    "appeal_to_outcome": "Outcome after",
}


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    buttons, span = _header()
    try:
        report = _load(
            actor.role,
            services.settings.state_url,
            str(services.settings.state_path),
            span,
            _context=services.context,
            _actor=actor,
        )
    except (PermissionDenied, StoreError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _downloads(buttons, report)
    st.caption(f"{span_words(report, FIRST_DAY)}. {LEFT_OUT}")
    if is_empty(report):
        st.info(NOTHING, icon=":material/hourglass_empty:")
    else:
        st.markdown(summary(report))
        _tiles(report)
        _reasons(report)
    _figures(report)


@st.cache_data(ttl=KEPT_S, max_entries=32, show_spinner="Counting …")
def _load(
    role: Role,
    state_url: str,
    state_path: str,
    span: ReportSpan,
    *,
    _context: Context,
    _actor: Actor,
) -> TransparencyReport:
    """The report until now, kept for `KEPT_S` for each role and state."""
    until: datetime = _context.clock.now()
    return load_transparency(_context, _actor, begin_of(span, until, FIRST_DAY), until)


def _header() -> tuple[DeltaGenerator, ReportSpan]:
    """The title row; the container is for the buttons, which need the report."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Transparency", width="content", anchor=False)
        st.space("stretch")
        chosen = st.segmented_control(
            "Span",
            list(ReportSpan),
            default=ReportSpan.MONTH,
            key="span",
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
        buttons = st.container(horizontal=True, width="content")
    return buttons, ReportSpan(chosen or ReportSpan.MONTH)


def _downloads(place: DeltaGenerator, report: TransparencyReport) -> None:
    name = f"transparency-{report.until:%Y%m%d-%H%M}"
    forms = (("CSV", report_csv, "text/csv"), ("JSON", report_json, "application/json"))
    for form, make, mime in forms:
        place.download_button(
            form,
            partial(make, report),
            file_name=f"{name}.{form.lower()}",
            mime=mime,
            key=f"download_{form.lower()}",
            on_click="ignore",
            icon=":material/download:",
            help=f"Every number of this page with its query, as {form}.",
        )


def _tiles(report: TransparencyReport) -> None:
    grid = st.grid(len(TILES), min_column_width=TILE_PX)
    for name, title in TILES.items():
        figure = report.figure(name)
        value = number(figure.value, figure.query.unit)
        grid.metric(title, value, border=True, help=f"{figure.query.title}.")


def _reasons(report: TransparencyReport) -> None:
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
            alt="Restrictions by reason, split by whether a model alone or a person decided",
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
            "a model alone": count("model alone", format="localized", width=92),
            "a person": count("person", format="localized", width=60),
            "total": count(format="localized", width=54),
        },
        key="reasons",
        alt="Restrictions by reason and kind, with who decided",
        most_rows=MOST_ROWS,
    )


def _figures(report: TransparencyReport) -> None:
    st.markdown("**Every number, and its query**")
    st.caption(RERUN)
    left, right = st.columns(2, gap="medium")
    half = (len(report.figures) + 1) // 2
    for place, figures in ((left, report.figures[:half]), (right, report.figures[half:])):
        with place, st.container(gap="xsmall"):
            for figure in figures:
                _figure(figure)


def _figure(figure: Figure) -> None:
    with st.expander(plain(label(figure)), key=f"figure_{figure.query.name}"):
        if figure.query.groups:
            rows = [[*row.groups, row.value] for row in figure.rows]
            data_table(
                pd.DataFrame(rows, columns=[*figure.query.groups, "number"]),
                {"number": st.column_config.NumberColumn(format="localized", width=80)},
                key=f"rows_{figure.query.name}",
                alt=figure.query.title,
                most_rows=MOST_ROWS,
            )
        st.code(figure.text, language="sql", wrap_lines=True)


if __name__ == "__main__":
    render(current_services(), current_actor())

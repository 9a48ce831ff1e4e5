"""Transparency: what was restricted, reported and appealed in a span, each number with its
query."""

from datetime import datetime
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.batch.transparency_files import report_csv, report_json
from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.permissions import Actor, Role
from core.services.context import Context
from core.services.statements import FIRST_DAY
from core.services.transparency import TransparencyReport, load_transparency
from dashboard.problems import told
from dashboard.span_choice import choose_span
from dashboard.staff_texts import say
from dashboard.transparency.queries import draw_figures
from dashboard.transparency.reasons import draw_reasons, draw_tiles
from dashboard.transparency.wording import (
    ReportSpan,
    begin_of,
    is_empty,
    span_words,
    summary,
)
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

KEPT_S = 60


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    buttons, span = _header()
    try:
        with st.spinner(say("transparency.page.counting")):
            report = _load(
                actor.roles,
                services.settings.state_url,
                str(services.settings.state_path),
                span,
                _context=services.context,
                _actor=actor,
            )
    except (PermissionDenied, StoreError) as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    _downloads(buttons, report)
    st.caption(f"{span_words(report, FIRST_DAY)}. {say('transparency.page.left_out')}")
    if is_empty(report):
        st.info(say("transparency.page.nothing"), icon=":material/hourglass_empty:")
    else:
        st.markdown(summary(report))
        draw_tiles(report)
        draw_reasons(report)
    draw_figures(report)


@st.cache_data(ttl=KEPT_S, max_entries=32, show_spinner=False)
def _load(
    roles: tuple[Role, ...],
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
        st.subheader(say("common.page.transparency"), width="content", anchor=False)
        st.space("stretch")
        span = choose_span(ReportSpan.MONTH, "transparency.span")
        buttons = st.container(horizontal=True, width="content")
    return buttons, span


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
            help=say("transparency.page.download", form=form),
        )


if __name__ == "__main__":
    render(current_services(), current_actor())

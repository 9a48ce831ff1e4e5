"""Work: how long each step takes, what waits now, and who decided how many."""

from datetime import datetime

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.permissions import Actor, Role
from core.moderation.response_times import Step
from core.services.context import Context
from core.services.work import WorkReport, load_work
from dashboard.chart_language import in_own_language
from dashboard.data_table import data_table
from dashboard.problems import told
from dashboard.span_choice import choose_span
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain
from dashboard.work.charts import AXES_HEIGHT, STEP_HEIGHT, step_chart, step_points
from dashboard.work.inbox import inbox
from dashboard.work.wording import (
    SPANS,
    WorkSpan,
    forecast_words,
    people_frame,
    queue_frame,
    step_frame,
    summary,
)

KEPT_S = 60
MOST_ROWS = 12
_count = st.column_config.NumberColumn


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    span = _header()
    settings = services.settings
    try:
        with st.spinner(say("work.page.counting")):
            report = _load(
                actor.roles,
                settings.state_url,
                str(settings.state_path),
                span,
                _context=services.context,
                _actor=actor,
            )
    except (PermissionDenied, StoreError) as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    st.markdown(summary(report))
    st.markdown(forecast_words(report))
    inbox(report, actor)
    _clock(report)
    left, right = st.columns([58, 42], gap="medium")
    with left:
        _queues(report)
    with right:
        _people(report)


def _header() -> WorkSpan:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.work"), width="content", anchor=False)
        st.space("stretch")
        return choose_span(WorkSpan.WEEK, "work.span")


@st.cache_data(ttl=KEPT_S, max_entries=32, show_spinner=False)
def _load(
    roles: tuple[Role, ...],
    state_url: str,
    state_path: str,
    span: WorkSpan,
    *,
    _context: Context,
    _actor: Actor,
) -> WorkReport:
    """The report until now, kept for `KEPT_S` for each role and state."""
    now: datetime = _context.clock.now()
    return load_work(_context, _actor, now - SPANS[span])


def _clock(report: WorkReport) -> None:
    st.markdown(f"**{say('work.page.clock')}**")
    points = step_points(report)
    if not points.empty:
        st.altair_chart(
            in_own_language(step_chart(points)),
            height=AXES_HEIGHT + STEP_HEIGHT * len(points),
            key="clock",
            alt=say("work.page.clock_alt"),
        )
    st.caption(say("work.page.how"))
    data_table(
        step_frame(report),
        _counts("ended", "late", "waiting", "overdue"),
        key="steps",
        alt=say("work.page.steps_alt"),
        most_rows=len(Step),
    )
    told = [step for step in report.steps if step.step in (Step.SITE, Step.AUTHOR)]
    if not any(step.ended or step.waiting for step in told):
        st.caption(say("work.page.no_messages"))
    with st.expander(say("work.page.query")):
        st.code(report.query, language="sql", wrap_lines=True)


def _queues(report: WorkReport) -> None:
    st.markdown(f"**{say('work.page.queues')}**")
    if not report.queues:
        st.caption(say("work.page.no_cases"))
        return
    data_table(
        queue_frame(report),
        _counts("waiting", "decided"),
        key="queues",
        alt=say("work.page.queues_alt"),
        most_rows=MOST_ROWS,
    )


def _people(report: WorkReport) -> None:
    st.markdown(f"**{say('work.page.people')}**")
    if not report.people:
        st.caption(say("work.page.nobody"))
        return
    data_table(
        people_frame(report),
        _counts("approve", "remove", table="work.decided", width=92),
        key="people",
        alt=say("work.page.people_alt"),
        most_rows=MOST_ROWS,
    )


def _counts(*names: str, table: str = "work.column", width: int = 76) -> dict[str, ColumnConfig]:
    """The columns of whole numbers, by their headings."""
    return {say(f"{table}.{name}"): _count(format="localized", width=width) for name in names}


if __name__ == "__main__":
    render(current_services(), current_actor())

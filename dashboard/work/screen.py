"""Work: how long each step takes, what waits now, and who decided how many."""

from datetime import datetime

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.permissions import Actor, Role
from core.moderation.response_times import Step
from core.services.context import Context
from core.services.work import WorkReport, load_work
from dashboard.data_table import data_table
from dashboard.span_choice import choose_span
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain
from dashboard.work.charts import AXES_HEIGHT, STEP_HEIGHT, step_chart, step_points
from dashboard.work.inbox import inbox
from dashboard.work.wording import (
    HOW,
    NO_CASES,
    NO_MESSAGES,
    NOBODY,
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
        report = _load(
            actor.roles,
            settings.state_url,
            str(settings.state_path),
            span,
            _context=services.context,
            _actor=actor,
        )
    except (PermissionDenied, StoreError) as error:
        st.error(plain(str(error)), icon=":material/error:")
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
        st.subheader("Work", width="content", anchor=False)
        st.space("stretch")
        return choose_span(WorkSpan.WEEK, "work.span")


@st.cache_data(ttl=KEPT_S, max_entries=32, show_spinner="Counting …")
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
    st.markdown("**From comment to answer**")
    points = step_points(report)
    if not points.empty:
        st.altair_chart(
            step_chart(points),
            height=AXES_HEIGHT + STEP_HEIGHT * len(points),
            key="clock",
            alt="The median time of each step and the time of nine of ten, beside what it should "
            "take",
        )
    st.caption(HOW)
    data_table(
        step_frame(report),
        {name: _count(format="localized", width=76) for name in _COUNTS},
        key="steps",
        alt="The times of each step, what was late, and what waits",
        most_rows=len(Step),
    )
    told = [step for step in report.steps if step.step in (Step.SITE, Step.AUTHOR)]
    if not any(step.ended or step.waiting for step in told):
        st.caption(NO_MESSAGES)
    with st.expander("The query"):
        st.code(report.query, language="sql", wrap_lines=True)


_COUNTS = ("ended", "late", "waiting", "overdue")


def _queues(report: WorkReport) -> None:
    st.markdown("**What waits, by why it is there**")
    if not report.queues:
        st.caption(NO_CASES)
        return
    data_table(
        queue_frame(report),
        {name: _count(format="localized", width=76) for name in ("waiting", "decided")},
        key="queues",
        alt="Cases by why they were opened: waiting, oldest, decided and median wait",
        most_rows=MOST_ROWS,
    )


def _people(report: WorkReport) -> None:
    st.markdown("**Who decided how many**")
    if not report.people:
        st.caption(NOBODY)
        return
    data_table(
        people_frame(report),
        {name: _count(format="localized", width=80) for name in ("approved", "removed")},
        key="people",
        alt="The decisions of each person, by name",
        most_rows=MOST_ROWS,
    )


if __name__ == "__main__":
    render(current_services(), current_actor())

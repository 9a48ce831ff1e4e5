"""How long?: the time of a job of N comments, from this site's own log, and what speeds it up."""

import streamlit as st

from core.bootstrap.measures import read_measures
from core.bootstrap.services import Services
from core.errors import InvalidInput, NotFound, PermissionDenied, StoreError
from core.moderation.permissions import Actor, Role
from core.services.job_time import JobTime, WantedJob, estimate_job, logged_backends
from core.servinglog.estimates.plan import LOW, JobForecast
from core.servinglog.queries import ServingLogQueries
from dashboard.chart_language import in_own_language
from dashboard.estimate.charts import time_chart
from dashboard.estimate.form import job_form
from dashboard.estimate.levers import levers_panel
from dashboard.estimate.wording import (
    answer_words,
    basis_words,
    cold_words,
    lasting,
    plan_words,
)
from dashboard.problems import told
from dashboard.serving_log import REFRESH_S
from dashboard.staff_texts import count, decimal, number, say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

CHART_HEIGHT = 240


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    queries = services.serving_log_queries
    st.subheader(say("estimate.page.title"), anchor=False)
    try:
        backends = logged_backends(actor, queries, services.clock)
        if not backends:
            _nothing_logged()
            return
        wanted = job_form(backends)
        with st.spinner(say("estimate.page.reading")):
            found = _load(
                actor.roles,
                str(queries.directory),
                wanted,
                _actor=actor,
                _services=services,
                _queries=queries,
            )
    except (PermissionDenied, StoreError, InvalidInput, NotFound) as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    if queries.store_problem is not None:
        st.warning(plain(told(queries.store_problem)), icon=":material/cloud_off:")
    st.caption(plain(plan_words(found.plan, found.backend)))
    if isinstance(found.warm, JobForecast):
        _answer(found, found.warm)
    else:
        _too_few(found)


@st.cache_data(ttl=REFRESH_S, max_entries=64, show_spinner=False)
def _load(
    roles: tuple[Role, ...],
    folder: str,
    wanted: WantedJob,
    *,
    _actor: Actor,
    _services: Services,
    _queries: ServingLogQueries,
) -> JobTime:
    """The answer, kept for a refresh for each role and log."""
    return estimate_job(
        _actor, _queries, _services.clock, wanted, read_measures(_services.settings)
    )


def _answer(found: JobTime, warm: JobForecast) -> None:
    left, right = st.columns([36, 64], gap="medium")
    low_ms, high_ms = warm.interval_ms
    tail = say("common.unit.percent", figure=decimal(LOW * 100, 0))
    with left:
        st.markdown(f"**{plain(answer_words(found))}**")
        grid = st.grid(3, min_column_width=120)
        grid.metric(say("estimate.tile.less", share=tail), lasting(low_ms), border=True)
        grid.metric(say("estimate.tile.median"), lasting(warm.median_ms), border=True)
        grid.metric(say("estimate.tile.more", share=tail), lasting(high_ms), border=True)
        st.caption(plain(basis_words(warm)))
        st.caption(plain(cold_words(found.cold, found.cold_starts)))
    with right:
        st.altair_chart(
            in_own_language(time_chart(warm)),
            height=CHART_HEIGHT,
            key="times",
            alt=say("estimate.chart.alt"),
        )
    levers_panel(found.levers, warm)


def _too_few(found: JobTime) -> None:
    st.info(plain(answer_words(found)), icon=":material/hourglass_empty:")
    if found.sizes:
        sizes = ", ".join(number(size) for size in found.sizes[:5])
        st.caption(count("estimate.page.choose_size", max(found.sizes[:5]), sizes=sizes))


def _nothing_logged() -> None:
    st.info(say("estimate.page.nothing_logged"), icon=":material/timer:")
    st.caption(say("estimate.page.how_to_log"))


if __name__ == "__main__":
    render(current_services(), current_actor())

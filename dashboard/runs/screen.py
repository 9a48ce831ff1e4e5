"""Runs: what is scored by schedule, how the last runs went, and when the next ones come."""

import streamlit as st

from core.batch.schedule.history import JobHistory
from core.batch.schedule.overview import JobsOverview, JobState, read_output, view_jobs
from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.permissions import Actor, Permission, check_can
from core.sources.tables.address import without_password
from dashboard.problems import told
from dashboard.runs.results import results_panel
from dashboard.runs.tables import jobs_table, runs_table
from dashboard.runs.wording import EXAMPLE, outcome, trouble
from dashboard.serving_log import REFRESH_S
from dashboard.staff_texts import count, say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain, viewer_zone

OUTPUT_LINES = 40


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        check_can(actor, Permission.SEE_SERVING)
    except PermissionDenied as refusal:
        st.error(told(refusal))
        return
    _jobs(services, actor)


@st.fragment(run_every=REFRESH_S)  # two small files; results are kept for a while
def _jobs(services: Services, actor: Actor) -> None:
    settings, history = services.settings, JobHistory(services.settings.jobs_dir)
    view = view_jobs(actor, settings.jobs_path, history, services.clock.now())
    _title(view)
    if view.problem is not None:
        st.error(plain(view.problem), icon=":material/description:")
        return
    if not view.jobs:
        st.markdown(say("runs.page.no_job", file="`jobs.toml`"))
        st.code(EXAMPLE, language=None, wrap_lines=True)
        st.markdown(say("runs.page.then", command="`modconsole schedule run`"))
        return
    words = trouble(list(view.jobs), is_scheduled=view.is_scheduled)
    if words is not None:
        st.warning(plain(words), icon=":material/warning:")
    zone = viewer_zone(st.context.timezone)
    _runs(view, view.jobs[jobs_table(view, zone)], history, actor)


def _title(view: JobsOverview) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.runs"), width="content", anchor=False)
        if view.jobs:
            st.badge(count("runs.page.jobs", len(view.jobs)), color="gray")
            key = "runs.page.scheduled" if view.is_scheduled else "runs.page.not_scheduled"
            st.badge(say(key), color="green" if view.is_scheduled else "orange")


def _runs(view: JobsOverview, state: JobState, history: JobHistory, actor: Actor) -> None:
    st.markdown(f"**{plain(state.job.name)}**")
    command = map(without_password, state.job.command)
    st.code(" ".join(["modconsole", *command]), language=None, wrap_lines=True)
    if not state.runs:
        st.caption(say("runs.page.not_run_yet"))
        return
    zone = viewer_zone(st.context.timezone)
    at = runs_table(state, zone, is_scheduled=view.is_scheduled)
    run = state.runs[at]
    st.caption(say("runs.page.plain_runs"))
    results_panel(actor, state.job, run, state.runs[at + 1 :])
    ended = outcome(run, is_scheduled=view.is_scheduled)
    st.caption(plain(say("runs.page.printed", ended=ended)))
    printed = read_output(actor, history, run, lines=OUTPUT_LINES)
    st.code(printed or say("runs.page.nothing"), language=None, wrap_lines=True)


if __name__ == "__main__":
    render(current_services(), current_actor())

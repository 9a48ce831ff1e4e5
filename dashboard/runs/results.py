"""The results of one run: what changed, counts by action, scores by label, the highest scores."""

from collections.abc import Sequence

import streamlit as st

from core.batch.results.places import ResultsPlace, place_before, results_place
from core.batch.results.view import RunResults, view_results
from core.batch.schedule.history import JobRun
from core.batch.schedule.jobs import Job
from core.errors import ConsoleError, NotFound
from core.moderation.permissions import Actor
from dashboard.problems import told
from dashboard.runs.download import address
from dashboard.runs.results_tables import figures, flagged
from dashboard.runs.results_wording import headline, notes
from dashboard.staff_texts import say
from dashboard.wording import plain, viewer_zone

KEPT_S = 60
"""Results are read once in so many seconds at most: while a DuckDB file is read, no job can write
it."""


def results_panel(actor: Actor, job: Job, run: JobRun, older: Sequence[JobRun]) -> None:
    """Results that can't be read are told in one sentence in their place."""
    head = st.container(horizontal=True, vertical_alignment="center")
    with head:
        st.markdown(f"**{say('runs.results.title')}**", width="content")
    try:
        place = results_place(job, run)
        results, problem = _read(actor, place, place_before(job, older, place))
    except NotFound as none:
        st.caption(plain(told(none)))
        return
    if results is None:
        words = say("runs.results.unreadable", why=told(problem))
        st.warning(plain(words), icon=":material/database_off:")
        return
    if not results.summary.row_count:
        st.caption(plain(say("runs.results.no_rows")))
        return
    with head:
        st.space("stretch")
        st.link_button(
            "CSV",
            address(run),
            icon=":material/download:",
            help=say("runs.results.about_csv"),
        )
    st.markdown(plain(headline(results, viewer_zone(st.context.timezone))))
    figures(results)
    if words := notes(results, place):
        st.caption(plain(words))
    flagged(results)


@st.cache_data(ttl=KEPT_S, max_entries=50, show_spinner=False)
def _read(
    actor: Actor, place: ResultsPlace, before: ResultsPlace | None
) -> tuple[RunResults | None, str]:
    """Or why they can't be read: a server that does not answer is not asked at every refresh."""
    try:
        return view_results(actor, place, before), ""
    except ConsoleError as error:
        return None, str(error)

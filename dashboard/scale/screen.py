"""Does it scale?: load tests, where the objective breaks, and what more workers bring."""

from collections.abc import Sequence

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConfigError, PermissionDenied, StoreError
from core.load_test.results import LoadTest, LoadTestStatus
from core.load_test.wording import STATUS_WORDS, target_words
from core.moderation.permissions import Actor, Role
from core.services.load_tests import busiest_rps, list_load_tests
from core.servinglog.queries import ServingLogQueries
from dashboard.scale.place import PROBLEM_KEY, make_place
from dashboard.scale.result import result_panel
from dashboard.scale.running import running_card
from dashboard.scale.start import start_form
from dashboard.serving_log import REFRESH_S
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain, viewer_zone

ALONE = "nothing"
HOW = (
    "Requests come at random times at a rising rate, whatever the server does, until the objective "
    "breaks; latency counts from when each was due. What a load test sends counts toward no "
    "objective and no live figure."
)


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    place = make_place(services, actor)
    try:
        tests = list_load_tests(actor, place.folder)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Does it scale?", width="content", anchor=False)
            st.space("stretch")
            start_form(place)
    except (PermissionDenied, StoreError, ConfigError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.caption(HOW)
    problem = st.session_state.pop(PROBLEM_KEY, None)
    if problem is not None:
        st.error(plain(problem), icon=":material/error:")
    if tests and tests[0].status is LoadTestStatus.RUNNING:
        running_card(place, tests[0].id)
    over = [one for one in tests if one.status is not LoadTestStatus.RUNNING]
    if over:
        _results(services, actor, over)
    elif not tests:
        st.info("No load test was made here yet.", icon=":material/trending_up:")
        st.caption("The button above or the command modconsole loadtest run makes one.")


def _results(services: Services, actor: Actor, tests: Sequence[LoadTest]) -> None:
    zone = viewer_zone(st.context.timezone)
    names = {
        f"{one.started_at.astimezone(zone):%d %b %H:%M} · {target_words(one)} · "
        f"{STATUS_WORDS[one.status]} · {one.id[:6]}": one
        for one in tests
    }
    with st.container(horizontal=True):
        chosen = st.selectbox("Load test", list(names), key="test", bind="query-params")
        other = ALONE
        if len(names) > 1:
            others = [ALONE, *(name for name in names if name != chosen)]
            other = st.selectbox("Compare with", others, key="with", bind="query-params")
    log = services.serving_log_queries
    busiest = _busiest(actor.roles, str(log.directory), _actor=actor, _log=log, _services=services)
    if other == ALONE:
        result_panel(names[chosen], busiest, place="first", is_alone=True)
        return
    for column, name in zip(st.columns(2, gap="medium"), (chosen, other), strict=True):
        with column:
            result_panel(names[name], busiest, place="first" if name == chosen else "second")


@st.cache_data(ttl=4 * REFRESH_S, max_entries=16, show_spinner=False)
def _busiest(
    roles: tuple[Role, ...],
    folder: str,
    *,
    _actor: Actor,
    _log: ServingLogQueries,
    _services: Services,
) -> float:
    return busiest_rps(_actor, _log, _services.clock)


if __name__ == "__main__":
    render(current_services(), current_actor())

"""Does it scale?: load tests, where the objective breaks, and what more workers bring."""

from collections.abc import Sequence

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConfigError, PermissionDenied, StoreError
from core.load_test.results import LoadTest, LoadTestStatus
from core.moderation.permissions import Actor, Role
from core.services.load_tests import busiest_rps, list_load_tests
from core.servinglog.queries import ServingLogQueries
from dashboard.address_choices import read_in_any_language
from dashboard.problems import told
from dashboard.scale.earlier_load_tests import read_named_test, test_name
from dashboard.scale.place import PROBLEM_KEY, make_place
from dashboard.scale.result import result_panel
from dashboard.scale.running import running_card
from dashboard.scale.start import start_form
from dashboard.serving_log import REFRESH_S
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain, viewer_zone

ALONE = "nothing"
"""The choice of no other test, as links name it."""


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    place = make_place(services, actor)
    try:
        tests = list_load_tests(actor, place.folder)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(say("common.page.scale"), width="content", anchor=False)
            st.space("stretch")
            start_form(place)
    except (PermissionDenied, StoreError, ConfigError) as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    st.caption(say("scale.page.how"))
    problem = st.session_state.pop(PROBLEM_KEY, None)
    if problem is not None:
        st.error(plain(problem), icon=":material/error:")
    if tests and tests[0].status is LoadTestStatus.RUNNING:
        running_card(place, tests[0].id)
    over = [one for one in tests if one.status is not LoadTestStatus.RUNNING]
    if over:
        _results(services, actor, over)
    elif not tests:
        st.info(say("scale.page.none"), icon=":material/trending_up:")
        st.caption(say("scale.page.how_to_make"))


def _results(services: Services, actor: Actor, tests: Sequence[LoadTest]) -> None:
    by_id = {one.id: one for one in tests}
    zone = viewer_zone(st.context.timezone)
    names = {one.id: test_name(one, zone) for one in tests}
    read_named_test("test", names)
    with st.container(horizontal=True):
        chosen = st.selectbox(
            say("scale.page.chosen"),
            list(names),
            format_func=names.__getitem__,
            key="test",
            bind="query-params",
        )
        other = ALONE if len(names) == 1 else _compared_with(chosen, names)
    log = services.serving_log_queries
    busiest = _busiest(actor.roles, str(log.directory), _actor=actor, _log=log, _services=services)
    if other == ALONE:
        result_panel(by_id[chosen], busiest, place="first", is_alone=True)
        return
    for column, name in zip(st.columns(2, gap="medium"), (chosen, other), strict=True):
        with column:
            result_panel(by_id[name], busiest, place="first" if name == chosen else "second")


def _compared_with(chosen: str, names: dict[str, str]) -> str:
    others = {one: words for one, words in names.items() if one != chosen}
    read_in_any_language("with", {ALONE: "scale.page.nothing"})
    read_named_test("with", others)
    words = {ALONE: say("scale.page.nothing")} | others
    return st.selectbox(
        say("scale.page.compare"),
        list(words),
        format_func=words.__getitem__,
        key="with",
        bind="query-params",
    )


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

"""The load test that runs now: how far it is, and the button that stops it."""

import streamlit as st

from core.load_test.results import LoadTest, LoadTestStatus
from core.load_test.wording import target_words
from core.moderation.permissions import Permission, can
from dashboard.scale.place import LoadTestPlace
from dashboard.wording import plain

WATCH_S = 2


@st.fragment(run_every=WATCH_S)
def running_card(place: LoadTestPlace, test_id: str) -> None:
    """One small file; the page is drawn anew once the test is over."""
    test = place.folder.find(test_id)
    if test.status is not LoadTestStatus.RUNNING:
        st.rerun()
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge("runs", color="blue", icon=":material/progress_activity:")
            st.markdown(plain(f"{target_words(test)}, started by {test.started_by}"))
            if can(place.actor, Permission.RUN_LOAD_TESTS):
                st.button(
                    "Stop",
                    key=f"stop_{test.id}",
                    icon=":material/stop:",
                    on_click=place.stop,
                    args=(test.id,),
                )
        st.caption(plain(_progress(test, is_stopping=place.folder.is_asked_to_stop(test.id))))


def _progress(test: LoadTest, *, is_stopping: bool) -> str:
    if is_stopping:
        return "Stopping; what was found so far is kept."
    if not test.rounds and not test.steps:
        return "Starting."
    words = f"{len(test.rounds)} rounds and {len(test.steps)} rates so far"
    return (
        words
        if not test.steps
        else f"{words}; now near {test.steps[-1].offered_rps:,.0f} a second."
    )

"""The load test that runs now: how far it is, and the button that stops it."""

import streamlit as st

from core.load_test.results import LoadTestStatus
from core.moderation.permissions import Permission, can
from dashboard.scale.place import LoadTestPlace
from dashboard.scale.wording import STATUSES, progress_words, target_words
from dashboard.staff_texts import say
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
            st.badge(STATUSES[test.status], color="blue", icon=":material/progress_activity:")
            target, person = target_words(test), test.started_by
            st.markdown(plain(say("scale.running.started_by", target=target, person=person)))
            if can(place.actor, Permission.RUN_LOAD_TESTS):
                st.button(
                    say("scale.running.stop"),
                    key=f"stop_{test.id}",
                    icon=":material/stop:",
                    on_click=place.stop,
                    args=(test.id,),
                )
        is_stopping = place.folder.is_asked_to_stop(test.id)
        st.caption(plain(progress_words(test, is_stopping=is_stopping)))

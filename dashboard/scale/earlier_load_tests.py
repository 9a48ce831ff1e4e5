"""The names of load tests in the choices of the page, and in links to it."""

from collections.abc import Iterable
from datetime import tzinfo

import streamlit as st

from core.load_test.results import LoadTest
from dashboard.scale.wording import STATUSES, target_words
from dashboard.staff_texts import say
from dashboard.wording import short_day

_ID_LETTERS = 6


def test_name(test: LoadTest, zone: tzinfo) -> str:
    """`23 Nov 12:00 · own servers, 1 and 2 workers · done · a1b2c3`."""
    began = test.started_at.astimezone(zone)
    return say(
        "scale.page.named",
        when=f"{short_day(began)} {began:%H:%M}",
        target=target_words(test),
        status=STATUSES[test.status],
        id=test.id[:_ID_LETTERS],
    )


def read_named_test(name: str, ids: Iterable[str]) -> None:
    """Before a choice of a test that is bound to the address by that name. A link holds the test's
    name as somebody read it: in their language and time zone, when it may still have run; the id
    at its end is what counts."""
    asked = st.query_params.get(name)
    if asked is None or name in st.session_state:
        return
    end = asked.rpartition(" · ")[2]
    for each in ids:
        if each[:_ID_LETTERS] == end:
            st.session_state[name] = each

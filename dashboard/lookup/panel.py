"""The look-up field, and the answer to it."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError, NotFound
from core.services.lookup import LookupAnswer, look_up
from dashboard.lookup.appeal_form import appeal_form
from dashboard.lookup.statement import render_statement
from dashboard.wording import viewer_zone

# Long enough for a reference with spaces, too short for a comment pasted by mistake: the typed
# text also becomes part of the page's URL.
MAX_TYPED = 60
REFRESH_S = 60
"""After so long the answer is drawn anew, so that who waits for an outcome sees it."""
NOT_NOW = "We can't look this up at the moment. Please try again in a few minutes."
NO_REFERENCE_YET = (
    "The site you wrote on gives each comment a reference: 26 letters and digits. "
    "Capitals, spaces and hyphens don't matter."
)


def look_up_field(label: str) -> str:
    """Reads the reference from the field or from `?reference=`; Streamlit keeps both equal. Empty
    while there is none."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        typed = st.text_input(
            label,
            key="reference",
            bind="query-params",
            max_chars=MAX_TYPED,
            placeholder="ABC123-4DEF567-8GHJ901-KMNPQR",
            autocomplete="off",
        )
        # No callback: pressing the button moves the focus out of the field, which submits it.
        st.button("Look up", key="look_up", icon=":material/search:")
    found = (typed or "").strip()
    if not found:
        st.caption(NO_REFERENCE_YET)
    return found


@st.fragment(run_every=REFRESH_S)
def show_answer(services: Services, typed: str, title: str) -> None:
    """The answer to that reference as it is now, drawn anew every minute. `title` is the page's
    while there is no answer."""
    title_place = st.container()
    answer = find_answer(services, typed)
    if answer is None:
        title_place.title(title, anchor=False)
    else:
        draw_answer(services, answer)


def draw_answer(services: Services, answer: LookupAnswer) -> None:
    """The statement in the viewer's time zone, with the form to appeal."""
    render_statement(
        answer,
        services.clock.now(),
        viewer_zone(st.context.timezone),
        lambda: appeal_form(services, answer),
    )


def find_answer(services: Services, typed: str) -> LookupAnswer | None:
    """None, with a line that says why, if there is no answer."""
    try:
        return look_up(services.context, typed)
    except NotFound as unknown:
        st.info(str(unknown), icon=":material/search_off:")
    except ConsoleError:
        st.warning(NOT_NOW)
    return None

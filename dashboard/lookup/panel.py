"""The look-up field, and the answer below it."""

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
NOT_NOW = "We can't look this up at the moment. Please try again in a few minutes."
NO_REFERENCE_YET = (
    "The site you wrote on gives each comment a reference: 26 letters and digits. "
    "Capitals, spaces and hyphens don't matter."
)


def look_up_panel(services: Services, label: str) -> LookupAnswer | None:
    """Reads the reference from the field or from `?reference=`; Streamlit keeps both equal."""
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
    if not typed or not typed.strip():
        st.caption(NO_REFERENCE_YET)
        return None
    return _answer(services, typed)


def _answer(services: Services, typed: str) -> LookupAnswer | None:
    try:
        answer = look_up(services.context, typed)
    except NotFound as unknown:
        st.info(str(unknown), icon=":material/search_off:")
        return None
    except ConsoleError:
        st.warning(NOT_NOW)
        return None
    render_statement(
        answer,
        services.clock.now(),
        viewer_zone(st.context.timezone),
        lambda: appeal_form(services, answer),
    )
    return answer

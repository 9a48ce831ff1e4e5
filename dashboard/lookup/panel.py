"""The look-up field, and the answer to it."""

from collections.abc import Callable

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError, NotFound
from core.services.lookup import LookupAnswer, look_up
from core.texts.texts import Texts
from dashboard.lookup.appeal_form import appeal_form
from dashboard.lookup.statement import Reading, render_statement
from dashboard.wording import viewer_zone

# Long enough for a reference with spaces, too short for a comment pasted by mistake: the typed
# text also becomes part of the page's URL.
MAX_TYPED = 60


def look_up_field(label: str, texts: Texts) -> str:
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
        st.button(texts.say("page.look_up"), key="look_up", icon=":material/search:")
    found = (typed or "").strip()
    if not found:
        st.caption(texts.say("page.no_reference_yet"))
    return found


def draw_answer(services: Services, answer: LookupAnswer, texts: Texts) -> None:
    """The statement in the viewer's time zone, with the form to appeal."""
    reading = Reading(texts, viewer_zone(st.context.timezone), services.clock.now())
    render_statement(answer, reading, lambda: appeal_form(services, answer, texts))


def find_answer(
    services: Services,
    typed: str,
    texts: Texts,
    on_unknown: Callable[[], None] = lambda: None,
) -> LookupAnswer | None:
    """None, with a line that says why, if there is no answer. `on_unknown` is called for a
    reference that was not found, not for a state that can't be read."""
    try:
        return look_up(services.context, typed)
    except NotFound:
        on_unknown()
        st.info(texts.say("page.unknown_reference"), icon=":material/search_off:")
    except ConsoleError:
        st.warning(texts.say("page.not_now"))
    return None

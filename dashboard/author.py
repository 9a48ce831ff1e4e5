"""The public look-up: a separate app for authors, without accounts or staff pages."""

import streamlit as st

from core.bootstrap.services import Services
from core.environment import load_settings
from core.errors import ConsoleError
from core.texts.texts import Texts
from dashboard.lookup.foot import site_foot
from dashboard.lookup.language import language_switch, page_texts
from dashboard.lookup.limit import address_of, lookup_limit
from dashboard.lookup.panel import draw_answer, find_answer, look_up_field
from dashboard.shared_services import current_services

REFRESH_S = 60
"""After so long the answer is drawn anew, so that who waits for an outcome sees it."""


def render() -> None:
    """The answer, if the address has a reference, then the field for one."""
    language_switch(TEXTS)
    answer_place = st.container()
    try:
        services = current_services()
    except ConsoleError:
        st.warning(TEXTS.say("page.not_now"))
        return
    if st.query_params.get("reference"):
        typed = look_up_field(TEXTS.say("page.another_field"), TEXTS)
    else:
        st.title(TEXTS.say("page.title"), anchor=False)
        st.text(TEXTS.say("page.about"))
        typed = look_up_field(TEXTS.say("page.reference_field"), TEXTS)
    if typed:
        with answer_place:
            show_answer(services, typed, TEXTS)
    site_foot(services.settings, TEXTS)


@st.fragment(run_every=REFRESH_S)
def show_answer(services: Services, typed: str, texts: Texts) -> None:
    """The answer to that reference as it is now, drawn anew every minute; the page's title while
    there is none."""
    title_place = st.container()
    limit, address = lookup_limit(services.clock.monotonic), address_of(st.context.ip_address)
    if wait_s := limit.wait_s(address):
        title_place.title(texts.say("page.title"), anchor=False)
        st.warning(texts.count("page.try_later", wait_s), icon=":material/hourglass_top:")
        return
    answer = find_answer(services, typed, texts, lambda: limit.note_failure(address))
    if answer is None:
        title_place.title(texts.say("page.title"), anchor=False)
    else:
        draw_answer(services, answer, texts)


TEXTS = page_texts(load_settings().author_language)
st.set_page_config(page_title=TEXTS.say("page.title"), page_icon="💬", layout="centered")
# No folder may be named `pages/`: until a script has run once, Streamlit serves every file in such
# a folder, so this public app would serve the staff pages.
st.navigation(
    [st.Page(render, title=TEXTS.say("page.title"), default=True)], position="hidden"
).run()

"""The public look-up: a separate app for authors, without accounts or staff pages."""

import streamlit as st

from core.errors import ConsoleError
from dashboard.lookup.panel import NOT_NOW, look_up_field, show_answer
from dashboard.wiring import current_services

TITLE = "What happened to my comment?"
ABOUT = (
    "With the reference you were given you can see what was decided, by which rule, and how to "
    "object. You need no account."
)


def render() -> None:
    """The answer, if the address has a reference, then the field for one."""
    answer_place = st.container()
    try:
        services = current_services()
    except ConsoleError:
        st.warning(NOT_NOW)
        return
    if st.query_params.get("reference"):
        typed = look_up_field("Look up another comment")
    else:
        st.title(TITLE, anchor=False)
        st.text(ABOUT)
        typed = look_up_field("Reference of your comment")
    if typed:
        with answer_place:
            show_answer(services, typed, TITLE)


st.set_page_config(page_title=TITLE, page_icon="💬", layout="centered")
# No folder may be named `pages/`: until a script has run once, Streamlit serves every file in such
# a folder, so this public app would serve the staff pages.
st.navigation([st.Page(render, title=TITLE, default=True)], position="hidden").run()

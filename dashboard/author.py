"""The public look-up: a separate app for authors, without accounts or staff pages."""

import streamlit as st

from core.errors import ConsoleError
from dashboard.lookup.panel import NOT_NOW, look_up_panel
from dashboard.wiring import current_services

TITLE = "What happened to my comment?"


def render() -> None:
    """A field for the reference, and the answer below."""
    st.title(TITLE, anchor=False)
    st.text(
        "With the reference you were given you can see what was decided, by which rule, "
        "and how to object. You need no account."
    )
    try:
        services = current_services()
    except ConsoleError:
        st.warning(NOT_NOW)
        return
    look_up_panel(services, "Reference of your comment")


st.set_page_config(page_title=TITLE, page_icon="💬", layout="centered")
# No folder may be named `pages/`: until a script has run once, Streamlit serves every file in such
# a folder, so this public app would serve the staff pages.
st.navigation([st.Page(render, title=TITLE, default=True)], position="hidden").run()

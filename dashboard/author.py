"""The public look-up: a stand-alone app for authors, without account, staff or navigation."""

import streamlit as st

from core.errors import ConsoleError
from dashboard.lookup.panel import NOT_NOW, look_up_panel
from dashboard.wiring import current_services

TITLE = "What happened to my comment?"


def render() -> None:
    """One column: a field for the reference, and the answer."""
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
# The staff's pages are in folders of other names, because Streamlit serves a folder named `pages/`
# to whoever comes before a script has run once: here that would be the public.
st.navigation([st.Page(render, title=TITLE, default=True)], position="hidden").run()

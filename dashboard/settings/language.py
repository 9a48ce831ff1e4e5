"""The choice of the language that the staff's pages are read in."""

import streamlit as st

from core.texts.texts import STAFF_LANGUAGES, texts_in
from dashboard.settings.kept import Kept
from dashboard.staff_texts import say

BROWSERS = ""
"""The option of no own choice. None would show as a field that waits for one."""


def language_card(kept: Kept) -> None:
    """A field with each language by its own name; without a choice it is the browser's."""
    with st.container(border=True):
        st.markdown(f"**{say('settings.language.title')}**")
        with st.container(gap="xxsmall"):
            st.selectbox(
                say("settings.language.field"),
                [BROWSERS, *STAFF_LANGUAGES],
                format_func=_language_name,
                label_visibility="collapsed",
                **kept("language"),
            )
            st.caption(say("settings.language.about"))


def _language_name(code: str) -> str:
    """By its own name, so that whoever can read it finds it."""
    if code == BROWSERS:
        return say("settings.language.browser")
    return texts_in(code).say("language.name")

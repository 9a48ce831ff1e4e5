"""Whose comments the look-up is about, and whom to ask."""

import streamlit as st

from core.config import Settings
from core.setting_values import NOT_SET
from core.texts.texts import Texts


def site_foot(settings: Settings, texts: Texts) -> None:
    """Lines of what the site has set; nothing without."""
    if settings.site_name != NOT_SET:
        st.text(texts.say("page.of_site", site=settings.site_name))
    if settings.contact != NOT_SET:
        st.text(texts.say("page.contact", contact=settings.contact))

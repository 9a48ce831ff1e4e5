"""The language of the staff's pages: their own choice, or the browser's."""

import streamlit as st

from core.bootstrap.services import Services
from core.environment import load_settings
from core.moderation.permissions import Actor, Permission, can
from core.services.preferences import load_preferences
from core.texts.choice import language_of_staff
from dashboard.staff_texts import read_in, staff_texts

_JS = """
export default function ({ data }) {
  document.documentElement.lang = data.language
}
"""
_declared = st.components.v2.component("declared_language", js=_JS)


def read_in_own_language(services: Services, actor: Actor | None) -> None:
    """At the start of a run: what is said in it, and in the runs of its fragments, is in the
    person's language. Raises StoreError."""
    read_in(
        language_of_staff(
            own_language(services, actor),
            header=", ".join(st.context.headers.get_all("Accept-Language")),
            browser=st.context.locale or "",
            site=load_settings().author_language,
        )
    )


def declare_language() -> None:
    """In the page's HTML, so that a screen reader reads it aloud in that language. Streamlit itself
    says English."""
    _declared(data={"language": staff_texts().language}, key="declared_language")


def own_language(services: Services, actor: Actor | None) -> str | None:
    """The one that the person chose; None without a choice or a person."""
    if actor is None or not can(actor, Permission.SET_PREFERENCES):
        return None
    return load_preferences(services.context, actor).language

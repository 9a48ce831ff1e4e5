"""The language of the public page: found for the reader, and changed by them."""

import streamlit as st

from core.texts.choice import language_of_page
from core.texts.texts import LANGUAGES, Texts, texts_in
from dashboard.address_choices import choose, keep_choices

PARAMETER = "lang"
_CHOSEN = "language"


def page_texts(site_language: str) -> Texts:
    """The texts in the reader's language: of the link, the browser or the site."""
    keep_choices(PARAMETER)
    return texts_in(
        language_of_page(
            link=st.query_params.get(PARAMETER, ""),
            header=", ".join(st.context.headers.get_all("Accept-Language")),
            browser=st.context.locale or "",
            site=site_language,
        )
    )


def language_switch(texts: Texts) -> None:
    """A field with each language by its own name. The choice becomes part of the address, so that
    it holds after a reload and in a link that is passed on."""
    # The field shows what the page is in, also after a link was followed in the same session.
    st.session_state[_CHOSEN] = texts.language
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.selectbox(
            texts.say("language.label"),
            LANGUAGES,
            key=_CHOSEN,
            format_func=lambda code: texts_in(code).say("language.name"),
            label_visibility="collapsed",
            on_change=_choose,
            filter_mode=None,
            width=150,
        )


def _choose() -> None:
    choose(PARAMETER, st.session_state[_CHOSEN])

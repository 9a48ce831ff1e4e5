"""Choices that the script itself writes into the address of a page, beside those of bound widgets.

Streamlit sends such a change as the whole address that the browser had when it asked, and each
request names the address as the browser had it then. On a slow server two choices in a row so
undid each other: the first was not yet in the address that came with the second, and the second
was not in the address that the first sent back. So the session keeps what was chosen, and each run
sends all of it.
"""

from collections.abc import Mapping
from typing import cast

import streamlit as st

from core.texts.texts import STAFF_LANGUAGES, staff_texts_in

_KEPT = "address_choices"


def keep_choices(*names: str) -> None:
    """At the start of a run, before a choice of that name is read. What the address says counts;
    where it says nothing, what was chosen before. The browser's history gets an entry only where
    the address differs."""
    kept = _kept()
    kept.update({name: st.query_params[name] for name in names if st.query_params.get(name)})
    st.query_params.update(kept)


def choose(name: str, value: str) -> None:
    """Into the address; an empty value takes the name out of it."""
    kept = _kept()
    if value:
        kept[name] = st.query_params[name] = value
    else:
        kept.pop(name, None)
        st.query_params.pop(name, None)


def read_in_any_language(name: str, keys: Mapping[str, str]) -> None:
    """Before a widget that is bound to the address by that name and shows its options in the
    reader's words: `keys` are the options with the keys of those words. Streamlit writes these
    words into the address, so a link may hold those of another language, or the option itself."""
    asked = st.query_params.get(name)
    if asked is None or name in st.session_state:
        return
    for option, key in keys.items():
        if asked in {option, *(staff_texts_in(code).say(key) for code in STAFF_LANGUAGES)}:
            st.session_state[name] = option


def forget_choices() -> None:
    """When a page is opened anew: only its address counts."""
    st.session_state.pop(_KEPT, None)


def _kept() -> dict[str, str]:
    return cast(dict[str, str], st.session_state.setdefault(_KEPT, {}))

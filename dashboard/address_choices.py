"""Choices that the script itself writes into the address of a page, beside those of bound widgets.

Streamlit sends such a change as the whole address that the browser had when it asked, and each
request names the address as the browser had it then. On a slow server two choices in a row so
undid each other: the first was not yet in the address that came with the second, and the second
was not in the address that the first sent back. So the session keeps what was chosen, and each run
sends all of it.
"""

from typing import cast

import streamlit as st

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


def forget_choices() -> None:
    """When a page is opened anew: only its address counts."""
    st.session_state.pop(_KEPT, None)


def _kept() -> dict[str, str]:
    return cast(dict[str, str], st.session_state.setdefault(_KEPT, {}))

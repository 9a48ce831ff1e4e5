"""Opens another address in the same tab, which Streamlit's links do not."""

import streamlit as st

_JS = """
export default function ({ data }) {
  window.location.assign(data.address)
}
"""
SIGNED_OUT = "signed_out"
"""In the session: where to go after a sign-out."""
_leave = st.components.v2.component("leave_for", js=_JS)


def leave_for(address: str) -> None:
    """The browser leaves the page."""
    _leave(data={"address": address}, key="leave_for")

"""The cookie by which a reloaded page is known. It holds a random token, never a name."""

import streamlit as st

from dashboard.wiring import cookie_name

TOKEN_KEY = "sign_in_token"
# For this host and this browser's own pages only, and gone with the browser.
_JS = """
export default function ({ data }) {
  document.cookie = `${data.name}=${data.token}; path=/; SameSite=Strict`
}
"""
_cookie = st.components.v2.component("sign_in_cookie", js=_JS)


def remember() -> None:
    """Have the browser keep this session's token, if the person was chosen in this session."""
    token = st.session_state.get(TOKEN_KEY)
    if token is not None:
        _cookie(data={"name": cookie_name(), "token": token}, key="sign_in_cookie")

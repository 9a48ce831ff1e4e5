"""The cookie that keeps a person signed in after a reload. It holds a random token, not a name."""

import streamlit as st

from dashboard.wiring import cookie_name

TOKEN_KEY = "sign_in_token"
# A session cookie: never sent with requests from other sites, deleted when the browser closes.
_JS = """
export default function ({ data }) {
  document.cookie = `${data.name}=${data.token}; path=/; SameSite=Strict`
}
"""
_cookie = st.components.v2.component("sign_in_cookie", js=_JS)


def remember() -> None:
    """Store this session's token in the browser, if the person signed in during this session."""
    token = st.session_state.get(TOKEN_KEY)
    if token is not None:
        name = cookie_name(st.context.headers.get("Host"))
        _cookie(data={"name": name, "token": token}, key="sign_in_cookie")

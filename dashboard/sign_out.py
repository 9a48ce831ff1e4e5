"""Ends the person's sign-in here and, where it has such a page, at the identity provider."""

import streamlit as st

from core.services.staff_sign_in import sign_out
from dashboard.leave_for import SIGNED_OUT
from dashboard.staff_texts import say
from dashboard.wiring import current_services, current_staff_sign_in, own_token


def _sign_out() -> None:
    via, token = current_staff_sign_in(), own_token()
    if via is not None and token:
        address = sign_out(current_services().context, via, token)
        st.session_state[SIGNED_OUT] = address or "/"


st.subheader(say("common.page.sign_out"), anchor=False)
st.caption(say("common.sign_in.stays"))
st.button(
    say("common.page.sign_out"),
    type="primary",
    icon=":material/logout:",
    key="sign_out",
    on_click=_sign_out,
)

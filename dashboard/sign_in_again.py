"""What a person sees whose sign-in by the identity provider has ended while the page was open."""

import streamlit as st

from dashboard.leave_for import leave_for
from dashboard.oidc_routes import sign_in_address
from dashboard.staff_texts import say

st.subheader(say("common.sign_in.ended"), anchor=False)
st.caption(say("common.sign_in.why_ended"))
words = say("common.page.sign_in")
if st.button(words, type="primary", icon=":material/login:", key="sign_in_again"):
    leave_for(sign_in_address("/"))

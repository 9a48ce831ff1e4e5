"""What a person sees whose sign-in by the identity provider has ended while the page was open."""

import streamlit as st

from dashboard.leave_for import leave_for
from dashboard.oidc_routes import sign_in_address

st.subheader("Your sign-in has ended", anchor=False)
st.caption(
    "It was ended here or at the identity provider, or you have no role in this console any more. "
    "Nothing of what you decided is lost."
)
if st.button("Sign in", type="primary", icon=":material/login:", key="sign_in_again"):
    leave_for(sign_in_address("/"))

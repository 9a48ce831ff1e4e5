"""What somebody said of a text, as a badge: by colour, sign and word."""

import streamlit as st

from core.moderation.policies import Action
from dashboard.staff_texts import say


def action_badge(action: Action) -> None:
    """APPROVE or REMOVE."""
    if action is Action.APPROVE:
        st.badge(say("quality.badge.keep"), icon=":material/check:", color="green")
    else:
        st.badge(say("quality.badge.remove"), icon=":material/block:", color="red")

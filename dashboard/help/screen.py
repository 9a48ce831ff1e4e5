"""Help: what each of the person's roles is for, how to begin, and what it may do."""

import streamlit as st

from core.moderation.permissions import Actor, Role
from dashboard.help.texts import help_text, permitted
from dashboard.staff_texts import said, say, staff_texts
from dashboard.wiring import current_actor
from dashboard.wording import ROLE_NAMES

AS_ROLE = said("help.as_role", Role)


def render(actor: Actor) -> None:
    """The page for one person; a tab for each role if they have several."""
    st.subheader(say("common.page.help"), anchor=False)
    if len(actor.roles) == 1:
        _of(actor.role)
        return
    tabs = st.tabs([AS_ROLE[role] for role in actor.roles])
    for role, tab in zip(actor.roles, tabs, strict=True):
        with tab:
            _of(role)


def _of(role: Role) -> None:
    left, _ = st.columns([70, 30])
    with left:
        st.markdown(help_text(role, staff_texts().language))
        with st.expander(say("help.page.all_of_role", role=ROLE_NAMES[role])):
            st.markdown("\n".join(f"- {words}" for words in permitted(role)))


if __name__ == "__main__":
    render(current_actor())

"""Help: what each of the person's roles is for, how to begin, and what it may do."""

import streamlit as st

from core.moderation.permissions import Actor, Role
from dashboard.help.texts import help_text, permitted
from dashboard.wiring import current_actor


def render(actor: Actor) -> None:
    """The page for one person; a tab for each role if they have several."""
    st.subheader("Help", anchor=False)
    if len(actor.roles) == 1:
        _of(actor.role)
        return
    for role, tab in zip(actor.roles, st.tabs([f"As {role}" for role in actor.roles]), strict=True):
        with tab:
            _of(role)


def _of(role: Role) -> None:
    left, _ = st.columns([70, 30])
    with left:
        st.markdown(help_text(role))
        with st.expander(f"Everything that the role {role} may do"):
            st.markdown("\n".join(f"- {words}" for words in permitted(role)))


if __name__ == "__main__":
    render(current_actor())

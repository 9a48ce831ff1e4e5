"""The look-up for staff: the same answer as on the public page."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from core.texts.texts import english
from dashboard.lookup.panel import draw_answer, find_answer, look_up_field
from dashboard.lookup.reopening import reopening_panel
from dashboard.wiring import current_actor, current_services


def render(services: Services, actor: Actor) -> None:
    """On the left the answer as the author sees it, on the right the link for the author."""
    st.subheader("Look-up", anchor=False)
    left, right = st.columns([64, 36], gap="large")
    with left:
        typed = look_up_field("Reference of a comment", english())
        answer = find_answer(services, typed, english()) if typed else None
        if answer is not None:
            draw_answer(services, answer, english())
    with right, st.container(border=True):
        st.markdown("**What the author sees**")
        st.caption(
            "Authors look this up themselves, with the reference alone and no account. "
            "They are not shown who decided, only whether it was a person. They read it in "
            "their own language; this is the English one."
        )
        if answer is not None:
            st.caption("Link to give to the author")
            address = f"{services.settings.author_url}/?reference={answer.reference}"
            st.code(address, language=None, wrap_lines=True)
    if answer is not None:
        with right:
            reopening_panel(services, actor, answer.reference)


if __name__ == "__main__":
    render(current_services(), current_actor())

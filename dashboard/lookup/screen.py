"""The look-up for staff: the same answer as on the public page."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from dashboard.lookup.panel import draw_answer, find_answer, look_up_field
from dashboard.lookup.reopening import reopening_panel
from dashboard.staff_texts import say, staff_texts
from dashboard.wiring import current_actor, current_services


def render(services: Services, actor: Actor) -> None:
    """On the left the answer as the author sees it, in the reader's language; on the right the link
    for the author."""
    texts = staff_texts()
    st.subheader(say("common.page.lookup"), anchor=False)
    left, right = st.columns([64, 36], gap="large")
    with left:
        typed = look_up_field(say("lookup.page.field"), texts)
        answer = find_answer(services, typed, texts) if typed else None
        if answer is not None:
            draw_answer(services, answer, texts)
    with right, st.container(border=True):
        st.markdown(f"**{say('lookup.author.title')}**")
        st.caption(say("lookup.author.about"))
        if answer is not None:
            st.caption(say("lookup.author.link"))
            address = f"{services.settings.author_url}/?reference={answer.reference}"
            st.code(address, language=None, wrap_lines=True)
    if answer is not None:
        with right:
            reopening_panel(services, actor, answer.reference)


if __name__ == "__main__":
    render(current_services(), current_actor())

"""The demo sign-in: choose a person."""

import streamlit as st

from core.moderation.permissions import Actor
from core.services.people import list_demo_staff
from core.services.sign_in import sign_in
from dashboard.sign_in_cookie import TOKEN_KEY
from dashboard.staff_texts import say
from dashboard.wiring import ACTOR_KEY, current_services, signed_in
from dashboard.wording import ROLES, plain, role_names


def render(actor: Actor | None) -> None:
    """One button per person; the role decides which pages and actions are available."""
    st.subheader(say("common.sign_in.choose"), anchor=False)
    st.caption(say("common.sign_in.demo"))
    for person in list_demo_staff(current_services().context):
        left, right = st.columns([2, 9], vertical_alignment="center")
        left.button(
            f"{plain(person.id)} · {role_names(person.roles)}",
            key=f"sign_in_{person.id}",
            icon=":material/check:" if person == actor else ":material/person:",
            disabled=person == actor,
            on_click=_sign_in,
            args=(person,),
            width="stretch",
        )
        right.caption("; ".join(ROLES[role] for role in person.roles))


def _sign_in(actor: Actor) -> None:
    token = sign_in(current_services().context, actor)
    st.session_state[ACTOR_KEY], st.session_state[TOKEN_KEY] = actor.id, token


if __name__ == "__main__":
    render(signed_in())

"""Pick whom to be: the demo sign-in."""

import streamlit as st

from core.moderation.permissions import GRANTS, Actor
from dashboard.staff import DEMO_STAFF
from dashboard.wiring import ACTOR_KEY, current_actor


def render(actor: Actor) -> None:
    """One button per colleague; the role decides which pages and actions there are."""
    st.subheader("Who are you today?")
    st.caption(
        "A demo sign-in for this machine: it asks for no password and is served on loopback only."
    )
    for person in DEMO_STAFF:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                f"{person.id} · {person.role}",
                key=f"sign_in_{person.id}",
                icon=":material/check:" if person == actor else ":material/person:",
                disabled=person == actor,
                on_click=_sign_in,
                args=(person.id,),
                width=200,
            )
            st.caption("may " + ", ".join(sorted(GRANTS[person.role])))


def _sign_in(actor_id: str) -> None:
    st.session_state[ACTOR_KEY] = actor_id


if __name__ == "__main__":
    render(current_actor())

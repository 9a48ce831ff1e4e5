"""The review queue: decide hundreds of flagged comments an hour from the keyboard."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.permissions import Actor
from core.services.queries import count_queue
from dashboard.problems import told
from dashboard.review.desk import page as desk_page
from dashboard.review.plain import page as plain_page
from dashboard.wiring import current_actor, current_services


def render(services: Services, actor: Actor) -> None:
    """The desk, or with `?view=plain` the same with Streamlit's own buttons."""
    try:
        count_queue(services.context, actor)
    except PermissionDenied as refusal:
        st.error(told(refusal))
        return
    if st.query_params.get("view") == "plain":
        plain_page.render(services, actor)
    else:
        desk_page.render(services, actor)


if __name__ == "__main__":
    render(current_services(), current_actor())

"""The services of this process, kept for all its sessions, and who is signed in."""

import streamlit as st

from core.bootstrap.services import Services, build_services
from core.config import Settings, load_settings
from core.moderation.permissions import Actor
from dashboard.staff import staff_member

ACTOR_KEY = "signed_in_as"


@st.cache_resource(show_spinner=False)
def _services(settings: Settings) -> Services:
    return build_services(settings, worker="dashboard", stays_open=True)


def current_services() -> Services:
    """The services for the settings in force; shared by all sessions of the process."""
    return _services(load_settings())


def current_actor() -> Actor:
    """Who is signed in. Services check what this role may do; pages only mirror it."""
    return staff_member(st.session_state.get(ACTOR_KEY))

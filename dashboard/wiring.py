"""The services of this process, shared by all its sessions, and the signed-in person."""

import streamlit as st

from core.bootstrap.services import Services, build_services
from core.config import Settings, load_settings
from core.errors import PermissionDenied
from core.moderation.permissions import Actor
from dashboard.staff import SignIns, staff_member

ACTOR_KEY = "signed_in_as"


@st.cache_resource(show_spinner=False)
def _services(settings: Settings) -> Services:
    return build_services(settings, worker="dashboard", stays_open=True)


@st.cache_resource(show_spinner=False)
def sign_ins() -> SignIns:
    """Shared by all sessions of the process, because a reload starts a new session."""
    return SignIns()


def current_services() -> Services:
    """The services for the settings in force; shared by all sessions of the process."""
    return _services(load_settings())


def cookie_name() -> str:
    """Contains the port, because a browser sends a host's cookies to all its ports."""
    return f"modconsole_person_{load_settings().dashboard_port}"


def signed_in() -> Actor | None:
    """The person chosen in this session or, after a reload, found by the browser's cookie."""
    if ACTOR_KEY in st.session_state:
        return staff_member(st.session_state[ACTOR_KEY])
    actor = sign_ins().person(st.context.cookies.get(cookie_name()))
    if actor is not None:
        st.session_state[ACTOR_KEY] = actor.id
    return actor


def current_actor() -> Actor:
    """The signed-in person. Services check permissions; pages only hide what is not allowed.

    Raises PermissionDenied if nobody is signed in; only the sign-in page is served then.
    """
    actor = signed_in()
    if actor is None:
        raise PermissionDenied("Nobody is signed in.")
    return actor

"""The services of this process, kept for all its sessions, and who is signed in."""

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
    """Shared by all sessions of the process, so that a reloaded page is known again."""
    return SignIns()


def current_services() -> Services:
    """The services for the settings in force; shared by all sessions of the process."""
    return _services(load_settings())


def cookie_name() -> str:
    """Cookies of one host are shared by all its ports, so each console has a name of its own."""
    return f"modconsole_person_{load_settings().dashboard_port}"


def signed_in() -> Actor | None:
    """Whose session this is: chosen in it, or known by the browser's cookie after a reload."""
    if ACTOR_KEY in st.session_state:
        return staff_member(st.session_state[ACTOR_KEY])
    actor = sign_ins().person(st.context.cookies.get(cookie_name()))
    if actor is not None:
        st.session_state[ACTOR_KEY] = actor.id
    return actor


def current_actor() -> Actor:
    """Who is signed in. Services check what this role may do; pages only mirror it.

    Raises PermissionDenied where nobody is: no page but the sign-in is served then.
    """
    actor = signed_in()
    if actor is None:
        raise PermissionDenied("Nobody is signed in.")
    return actor

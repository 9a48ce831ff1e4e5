"""The services of this process, shared by all its sessions, and the signed-in person."""

import streamlit as st

from core.bootstrap.services import Services, build_services
from core.config import Settings, load_settings
from core.errors import PermissionDenied
from core.moderation.permissions import Actor
from core.services.sign_in import find_signed_in
from dashboard.staff import staff_member

ACTOR_KEY = "signed_in_as"


@st.cache_resource(show_spinner=False)
def _services(settings: Settings) -> Services:
    return build_services(settings, worker="dashboard", stays_open=True)


def current_services() -> Services:
    """The services for the settings in force; shared by all sessions of the process."""
    return _services(load_settings())


def cookie_name(host: str | None) -> str:
    """`host` is the header that names the address in the browser. The name contains its port,
    because a browser sends a host's cookies to all its ports; several consoles behind one address
    have one."""
    port = (host or "").rpartition(":")[2]
    return f"modconsole_person_{port if port.isdecimal() else 'web'}"


def person_of(token: str | None) -> Actor | None:
    """Whom a browser's cookie is for. Raises StoreError."""
    return staff_member(find_signed_in(current_services().context, token))


def signed_in() -> Actor | None:
    """The person chosen in this session or, after a reload, found by the browser's cookie."""
    if ACTOR_KEY in st.session_state:
        return staff_member(st.session_state[ACTOR_KEY])
    actor = person_of(st.context.cookies.get(cookie_name(st.context.headers.get("Host"))))
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

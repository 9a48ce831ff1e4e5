"""What a page of the staff works with: the services of the process and the signed-in person."""

import streamlit as st

from core.bootstrap.identity import open_staff_sign_in
from core.config import Settings
from core.environment import load_settings
from core.errors import PermissionDenied
from core.moderation.permissions import Actor
from core.services.people import find_demo_staff
from core.services.sign_in import find_signed_in
from core.services.staff_sign_in import StaffSignIn, find_staff
from dashboard.shared_services import current_services

__all__ = [
    "ACTOR_KEY",
    "cookie_name",
    "current_actor",
    "current_services",
    "current_staff_sign_in",
    "own_token",
    "person_of",
    "signed_in",
]

ACTOR_KEY = "signed_in_as"


@st.cache_resource(show_spinner=False)
def _staff_sign_in(settings: Settings) -> StaffSignIn | None:
    return open_staff_sign_in(settings)


def current_staff_sign_in() -> StaffSignIn | None:
    """How staff sign in by an identity provider; None with the demo sign-in. Raises
    MissingExtra."""
    return _staff_sign_in(load_settings())


def cookie_name(host: str | None) -> str:
    """`host` is the header that names the address in the browser. The name contains its port,
    because a browser sends a host's cookies to all its ports; several consoles behind one address
    have one."""
    port = (host or "").rpartition(":")[2]
    return f"modconsole_person_{port if port.isdecimal() else 'web'}"


def person_of(token: str | None) -> Actor | None:
    """Whom a browser's cookie is for. Raises StoreError, and IdentityUnavailable if the identity
    provider has not answered for too long."""
    context, via = current_services().context, current_staff_sign_in()
    if via is None:
        return find_demo_staff(context, find_signed_in(context, token))
    return find_staff(context, via, token)


def own_token() -> str | None:
    """The token that this session's browser has in its cookie."""
    return st.context.cookies.get(cookie_name(st.context.headers.get("Host")))


def signed_in() -> Actor | None:
    """The person chosen in this session or, after a reload, found by the browser's cookie. With an
    identity provider always the latter: it may take the role away at any time."""
    if current_staff_sign_in() is not None:
        return person_of(own_token())
    if ACTOR_KEY in st.session_state:
        return find_demo_staff(current_services().context, st.session_state[ACTOR_KEY])
    actor = person_of(own_token())
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

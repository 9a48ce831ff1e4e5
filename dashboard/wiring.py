"""What a page of the staff works with: the services of the process and the signed-in person."""

import streamlit as st

from core.errors import PermissionDenied
from core.moderation.permissions import Actor
from core.services.sign_in import find_signed_in
from dashboard.shared_services import current_services
from dashboard.staff import staff_member

__all__ = [
    "ACTOR_KEY",
    "cookie_name",
    "current_actor",
    "current_services",
    "person_of",
    "signed_in",
]

ACTOR_KEY = "signed_in_as"


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

"""Inviting somebody, giving roles, disabling and enabling."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.people import STAFF_ROLES, Person
from core.moderation.permissions import Actor, Role
from core.services.people import disable_person, enable_person, give_roles, invite_person
from dashboard.people.wording import (
    DISABLING,
    NAME_HELP,
    NAME_HELP_DEMO,
    ROLES_HELP,
    role_words,
)
from dashboard.popovers import show_problem, try_change
from dashboard.wording import plain

DONE_KEY = "people_done"
INVITE, ROLES_OF, DISABLE, ENABLE = "invite", "roles_of", "disable", "enable"
"""Keys of the popovers, and what stands in for one."""


def show_outcome() -> None:
    """What the last change did; once."""
    show_problem(ENABLE)
    if done := st.session_state.pop(DONE_KEY, None):
        st.success(plain(done), icon=":material/check:")


def invite_form(services: Services, actor: Actor) -> None:
    """A popover with a name and roles."""
    settings = services.settings
    is_demo = settings.sign_in == "demo"
    with st.popover("Invite", icon=":material/person_add:", key=INVITE, on_change="rerun"):
        told = NAME_HELP_DEMO if is_demo else NAME_HELP.format(claim=settings.oidc_name_claim)
        name = st.text_input("Name", key="person_name", max_chars=200)
        st.caption(plain(told))
        roles = _choose_roles("They may work as", (), "person_roles")
        st.button(
            "Invite them",
            type="primary",
            key="invite_person",
            disabled=not (name and roles),
            on_click=_try,
            args=(
                INVITE,
                partial(invite_person, services.context, actor, name, roles),
                f"{name} may sign in now: {settings.console_url}",
            ),
        )
        show_problem(INVITE)


def change_one(services: Services, actor: Actor, people: Sequence[Person]) -> None:
    """For one person: other roles, or no access."""
    by_name = {person.name: person for person in people}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Person", list(by_name), key="chosen_person", width=240)
        person = by_name[name]
        _roles_of(services, actor, person)
        _access_of(services, actor, person)


def _roles_of(services: Services, actor: Actor, person: Person) -> None:
    with st.popover("Roles", icon=":material/badge:", key=ROLES_OF, on_change="rerun"):
        roles = _choose_roles(
            f"{plain(person.name)} may work as", person.given, f"roles_of_{person.name}"
        )
        if person.told:
            st.caption(f"{ROLES_HELP} These are: {', '.join(person.told)}.")
        st.button(
            "Give these roles",
            type="primary",
            key="give_roles",
            disabled=roles == person.given,
            on_click=_try,
            args=(
                ROLES_OF,
                partial(give_roles, services.context, actor, person.name, roles),
                f"{person.name} works as {', '.join(roles) or 'nobody'} from now on.",
            ),
        )
        show_problem(ROLES_OF)


def _access_of(services: Services, actor: Actor, person: Person) -> None:
    if person.disabled_at is not None:
        st.button(
            f"Enable {plain(person.name)}",
            icon=":material/lock_open:",
            key="enable_person",
            on_click=_try,
            args=(
                ENABLE,
                partial(enable_person, services.context, actor, person.name),
                f"{person.name} may sign in again.",
            ),
        )
        return
    with st.popover("Disable", icon=":material/block:", key=DISABLE, on_change="rerun"):
        st.caption(DISABLING)
        st.button(
            f"Disable {plain(person.name)}",
            key="disable_person",
            on_click=_try,
            args=(
                DISABLE,
                partial(disable_person, services.context, actor, person.name),
                f"{person.name} is signed out and can't sign in.",
            ),
        )
        show_problem(DISABLE)


def _choose_roles(label: str, given: Sequence[Role], key: str) -> tuple[Role, ...]:
    chosen = st.pills(label, STAFF_ROLES, selection_mode="multi", default=list(given), key=key)
    for role in chosen:
        st.caption(role_words(role))
    return tuple(role for role in STAFF_ROLES if role in chosen)


def _try(place: str, change: Callable[[], Person], done: str) -> None:
    if try_change(place, change) is not None:
        st.session_state[DONE_KEY] = done

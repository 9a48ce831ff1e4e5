"""Inviting somebody, giving roles, disabling and enabling."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.bootstrap.services import Services
from core.config import Settings
from core.moderation.people import STAFF_ROLES, Person
from core.moderation.permissions import Actor, Role
from core.services.people import disable_person, enable_person, give_roles, invite_person
from dashboard.people.wording import role_words
from dashboard.popovers import show_problem, try_change
from dashboard.staff_texts import say
from dashboard.wording import ROLE_NAMES, plain, role_names

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
    with st.popover(
        say("people.invite.open"), icon=":material/person_add:", key=INVITE, on_change="rerun"
    ):
        name = st.text_input(say("people.invite.name"), key="person_name", max_chars=200)
        st.caption(plain(_about_name(settings)))
        roles = _choose_roles(say("people.invite.roles"), (), "person_roles")
        st.button(
            say("people.invite.press"),
            type="primary",
            key="invite_person",
            disabled=not (name and roles),
            on_click=_try,
            args=(
                INVITE,
                partial(invite_person, services.context, actor, name, roles),
                say("people.invite.done", name=name, address=settings.console_url),
            ),
        )
        show_problem(INVITE)


def _about_name(settings: Settings) -> str:
    if settings.sign_in == "demo":
        return say("people.invite.name_demo")
    return say("people.invite.name_provider", claim=settings.oidc_name_claim)


def change_one(services: Services, actor: Actor, people: Sequence[Person]) -> None:
    """For one person: other roles, or no access."""
    by_name = {person.name: person for person in people}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            say("people.change.person"), list(by_name), key="chosen_person", width=240
        )
        person = by_name[name]
        _roles_of(services, actor, person)
        _access_of(services, actor, person)


def _roles_of(services: Services, actor: Actor, person: Person) -> None:
    with st.popover(
        say("people.change.roles"), icon=":material/badge:", key=ROLES_OF, on_change="rerun"
    ):
        label = say("people.change.roles_of", name=plain(person.name))
        roles = _choose_roles(label, person.given, f"roles_of_{person.name}")
        if person.told:
            st.caption(say("people.change.roles_told", roles=role_names(person.told)))
        st.button(
            say("people.change.give_roles"),
            type="primary",
            key="give_roles",
            disabled=roles == person.given,
            on_click=_try,
            args=(
                ROLES_OF,
                partial(give_roles, services.context, actor, person.name, roles),
                _given_words(person.name, roles),
            ),
        )
        show_problem(ROLES_OF)


def _given_words(name: str, roles: Sequence[Role]) -> str:
    if not roles:
        return say("people.change.no_role_given", name=name)
    return say("people.change.roles_given", name=name, roles=role_names(roles))


def _access_of(services: Services, actor: Actor, person: Person) -> None:
    if person.disabled_at is not None:
        st.button(
            say("people.change.enable", name=plain(person.name)),
            icon=":material/lock_open:",
            key="enable_person",
            on_click=_try,
            args=(
                ENABLE,
                partial(enable_person, services.context, actor, person.name),
                say("people.change.enabled", name=person.name),
            ),
        )
        return
    with st.popover(
        say("people.change.disable"), icon=":material/block:", key=DISABLE, on_change="rerun"
    ):
        st.caption(say("people.change.disabling"))
        st.button(
            say("people.change.disable_name", name=plain(person.name)),
            key="disable_person",
            on_click=_try,
            args=(
                DISABLE,
                partial(disable_person, services.context, actor, person.name),
                say("people.change.disabled", name=person.name),
            ),
        )
        show_problem(DISABLE)


def _choose_roles(label: str, given: Sequence[Role], key: str) -> tuple[Role, ...]:
    chosen = st.pills(
        label,
        STAFF_ROLES,
        selection_mode="multi",
        default=list(given),
        format_func=ROLE_NAMES.__getitem__,
        key=key,
    )
    for role in chosen:
        st.caption(role_words(role))
    return tuple(role for role in STAFF_ROLES if role in chosen)


def _try(place: str, change: Callable[[], Person], done: str) -> None:
    if try_change(place, change) is not None:
        st.session_state[DONE_KEY] = done

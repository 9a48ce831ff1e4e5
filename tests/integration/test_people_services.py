"""Inviting people, giving roles and disabling, on both databases."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import NotFound, PermissionDenied, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.people import DEMO_STAFF, PEOPLE, Person
from core.moderation.permissions import SYSTEM, Actor, Role
from core.services.people import (
    disable_person,
    enable_person,
    find_demo_staff,
    give_roles,
    invite_person,
    list_people,
)
from core.services.sign_in import find_signed_in, sign_in
from tests.factories import make_services
from tests.moving_clock import START, MovingClock

ADA = Actor("ada", Role.ADMIN)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def site(tmp_path: Path, each_state_url: str, clock: MovingClock) -> Iterator[Services]:
    made = make_services(tmp_path, clock=clock.clock, state_url=each_state_url)
    yield made
    made.close()


def told(site: Services) -> list[tuple[AuditKind, str, dict[str, str]]]:
    with site.context.store.read() as reader:
        return [(one.kind, one.actor, dict(one.data)) for one in reader.audit_trail(PEOPLE)]


def person(site: Services, name: str) -> Person:
    return next(one for one in list_people(site.context, SYSTEM) if one.name == name)


def test_the_demo_has_its_people_and_nothing_is_stored_of_them(site: Services) -> None:
    assert {one.name for one in list_people(site.context, ADA)} == {p.name for p in DEMO_STAFF}
    with site.context.store.read() as reader:
        assert reader.people() == []


def test_with_a_provider_there_is_nobody_until_they_sign_in(site: Services) -> None:
    assert list_people(replace(site.context, demo_staff=()), ADA) == []


def test_an_invited_person_signs_in_and_is_seen(site: Services, clock: MovingClock) -> None:
    context = site.context
    invite_person(context, ADA, "eva", [Role.ADMIN, Role.MODERATOR, Role.ADMIN])
    assert told(site) == [
        (AuditKind.PERSON_INVITED, "ada", {"name": "eva", "roles": "moderator admin"})
    ]
    eva = find_demo_staff(context, "eva")
    assert eva == Actor("eva", Role.MODERATOR, (Role.ADMIN,))
    assert person(site, "eva").last_seen_at is None
    clock.move(60)
    sign_in(context, eva)
    seen = person(site, "eva")
    assert seen.last_seen_at == context.clock.now()
    assert (seen.given, seen.invited_by) == ((Role.MODERATOR, Role.ADMIN), "ada")
    assert seen.invited_at == START
    with pytest.raises(RuleBroken, match="here already"):
        invite_person(context, ADA, "eva", [Role.OPS])


def test_other_roles_count_at_once(site: Services) -> None:
    give_roles(site.context, ADA, "mina", [Role.LEAD])
    assert find_demo_staff(site.context, "mina") == Actor("mina", Role.LEAD)
    give_roles(site.context, ADA, "mina", [])
    assert find_demo_staff(site.context, "mina") is None
    assert [data for *_, data in told(site)] == [
        {"name": "mina", "roles": "lead", "before": "moderator"},
        {"name": "mina", "roles": "", "before": "lead"},
    ]


def test_a_disabled_person_is_signed_out_and_comes_back_by_a_new_sign_in(site: Services) -> None:
    context = site.context
    mina, tomas = (find_demo_staff(context, name) for name in ("mina", "tomas"))
    tokens = [sign_in(context, mina), sign_in(context, tomas)]
    disable_person(context, ADA, "mina")
    disable_person(context, ADA, "mina")  # twice is once
    assert find_demo_staff(context, "mina") is None
    assert [find_signed_in(context, token) for token in tokens] == [None, "tomas"]
    enable_person(context, ADA, "mina")
    enable_person(context, ADA, "mina")
    assert find_demo_staff(context, "mina") == mina
    assert find_signed_in(context, tokens[0]) is None
    kinds = [AuditKind.PERSON_DISABLED, AuditKind.PERSON_ENABLED]
    assert told(site) == [(kind, "ada", {"name": "mina"}) for kind in kinds]


@pytest.mark.parametrize("change", [disable_person, enable_person])
def test_who_is_not_here_is_named(site: Services, change: Callable[..., Person]) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        change(site.context, ADA, "nobody")


def test_of_two_admins_who_disable_each_other_one_stays(site: Services) -> None:
    context, bo = site.context, Actor("bo", Role.ADMIN)
    invite_person(context, ADA, "bo", [Role.ADMIN])
    disable_person(context, ADA, "bo")
    # Bo's page was open, and was checked before.
    for late in (
        lambda: disable_person(context, bo, "ada"),
        lambda: give_roles(context, bo, "ada", []),
        lambda: invite_person(context, bo, "eva", [Role.ADMIN]),
        lambda: enable_person(context, bo, "bo"),
    ):
        with pytest.raises(RuleBroken):
            late()
    assert find_demo_staff(context, "ada") == ADA
    assert person(site, "bo").disabled_at is not None


def test_the_last_admin_stays(site: Services) -> None:
    for change in (
        lambda: disable_person(site.context, ADA, "ada"),
        lambda: give_roles(site.context, ADA, "ada", [Role.LEAD]),
    ):
        with pytest.raises(RuleBroken, match="another admin"):
            change()
    assert told(site) == []
    disable_person(site.context, SYSTEM, "ada")
    with pytest.raises(PermissionDenied):
        enable_person(site.context, Actor("mina", Role.MODERATOR), "ada")

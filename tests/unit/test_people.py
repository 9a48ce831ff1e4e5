"""Who works here: their roles, and what may be changed of them."""

from datetime import UTC, datetime

import pytest

from core.errors import InvalidInput, NotFound, RuleBroken
from core.moderation.people import (
    DEMO_STAFF,
    STAFF_ROLES,
    Person,
    actor_of,
    check_given,
    check_in_charge,
    check_known,
    check_new,
    in_order,
)
from core.moderation.permissions import Actor, Role

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_the_demo_has_everybody_whom_a_site_needs_and_two_of_those_who_decide() -> None:
    roles = [role for person in DEMO_STAFF for role in person.roles]
    assert set(roles) == set(STAFF_ROLES)
    assert roles.count(Role.MODERATOR) == roles.count(Role.LEAD) == 2


@pytest.mark.parametrize(
    ("roles", "ordered"),
    [
        ([], ()),
        ([Role.AUDITOR, Role.LEAD, Role.AUDITOR], (Role.LEAD, Role.AUDITOR)),
        ([Role.ADMIN, Role.MODERATOR], (Role.MODERATOR, Role.ADMIN)),
        ([Role.AUTHOR, Role.SYSTEM], ()),
    ],
)
def test_roles_stand_in_one_order_each_once(roles, ordered) -> None:
    assert in_order(roles) == ordered


@pytest.mark.parametrize(
    ("person", "actor"),
    [
        (Person("mina", (Role.MODERATOR,)), Actor("mina", Role.MODERATOR)),
        (
            Person("mina", (Role.ADMIN,), told=(Role.MODERATOR, Role.ADMIN)),
            Actor("mina", Role.MODERATOR, (Role.ADMIN,)),
        ),
        (Person("mina"), None),
        (Person("mina", (Role.LEAD,), disabled_at=NOW), None),
    ],
)
def test_a_person_acts_with_all_their_roles_unless_disabled(person, actor) -> None:
    assert actor_of(person) == actor


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.SYSTEM])
def test_a_role_that_is_none_of_staff_is_given_to_nobody(role: Role) -> None:
    with pytest.raises(InvalidInput, match=f"{role}' is no role of staff; there are lead, mod"):
        check_given([Role.LEAD, role])


@pytest.mark.parametrize(
    ("name", "known", "roles", "error", "why"),
    [
        ("", None, (Role.OPS,), InvalidInput, "name"),
        ("a\nb", None, (Role.OPS,), InvalidInput, "name"),
        ("x" * 201, None, (Role.OPS,), InvalidInput, "name"),
        ("System", None, (Role.OPS,), InvalidInput, "own programs"),
        ("API", None, (Role.OPS,), InvalidInput, "own programs"),
        ("eva", Person("eva"), (Role.OPS,), RuleBroken, "eva is here already"),
        ("eva", None, (), InvalidInput, "needs a role: lead"),
    ],
)
def test_who_can_not_be_invited(name, known, roles, error, why) -> None:
    with pytest.raises(error, match=why):
        check_new(name, known, roles)


def test_who_can_be_invited() -> None:
    check_new("eva@site.example", None, (Role.OPS,))


def test_nobody_of_that_name_is_named() -> None:
    with pytest.raises(NotFound, match="'eva'"):
        check_known("eva", None)


@pytest.mark.parametrize(
    "changed",
    [
        Person("ada", (Role.LEAD,)),
        Person("ada"),
        Person("ada", (Role.ADMIN,), disabled_at=NOW),
    ],
)
def test_whoever_changes_people_still_manages_them_afterwards(changed: Person) -> None:
    with pytest.raises(RuleBroken, match="another admin"):
        check_in_charge(changed)


def test_a_program_has_no_right_to_lose() -> None:
    check_in_charge(None)


@pytest.mark.parametrize(
    "changed",
    [
        Person("ada", (Role.ADMIN, Role.LEAD)),
        Person("ada", (Role.LEAD,), told=(Role.ADMIN,)),
    ],
)
def test_an_admin_may_give_themselves_what_keeps_them_one(changed: Person) -> None:
    check_in_charge(changed)

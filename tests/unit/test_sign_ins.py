"""Who a person is and what they may do, by the claims of an identity provider, and how long."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import SignInRefused
from core.moderation.people import Person
from core.moderation.permissions import Role
from core.moderation.sign_ins import (
    ASK_EVERY,
    SIGN_IN_DAYS,
    STAFF_HOURS,
    UNCHECKED_AT_MOST,
    Check,
    SignIn,
    admitted,
    check_of,
    claim_at,
    person_in,
    roles_in,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("claims", "path", "roles"),
    [
        ({"roles": "lead"}, "roles", (Role.LEAD,)),
        ({"roles": ["visitor", "moderator"]}, "roles", (Role.MODERATOR,)),
        ({"roles": ("auditor",)}, "roles", (Role.AUDITOR,)),
        (
            {"roles": ["moderator", "admin", "lead", "lead"]},
            "roles",
            (Role.LEAD, Role.MODERATOR, Role.ADMIN),
        ),
        ({"roles": ["ops", "moderator"]}, "roles", (Role.MODERATOR, Role.OPS)),
        ({"roles": ["modconsole-lead", "other-admin"]}, "roles", (Role.LEAD,)),
        ({"realm_access": {"roles": ["ops"]}}, "realm_access.roles", (Role.OPS,)),
        ({"https://site.example/roles": ["lead"]}, "https://site.example/roles", (Role.LEAD,)),
    ],
)
def test_roles_are_read_from_their_claim(claims, path, roles) -> None:
    assert roles_in(claims, path) == roles


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"roles": None},
        {"roles": []},
        {"roles": ["visitor"]},
        {"roles": ["author"]},  # authors have a page of their own
        {"roles": ["system"]},
        {"roles": ["Lead", "LEAD", "lead "]},
        {"roles": {"lead": True}},
        {"roles": True},
        {"roles": ["xmodconsole-lead", "modconsole-modconsole-lead"]},
    ],
)
def test_anything_else_is_no_role(claims: Mapping[str, object]) -> None:
    assert roles_in(claims, "roles") == ()


@pytest.mark.parametrize(
    ("told", "known", "roles"),
    [
        ((Role.OPS,), None, (Role.OPS,)),
        ((), Person("mina", given=(Role.LEAD,)), (Role.LEAD,)),
        ((Role.OPS,), Person("mina", given=(Role.LEAD,)), (Role.LEAD, Role.OPS)),
        ((Role.OPS,), Person("mina", told=(Role.LEAD,)), (Role.OPS,)),
    ],
)
def test_roles_told_now_and_roles_given_here_count(told, known, roles) -> None:
    assert admitted("mina", told, known, "roles").roles == roles


@pytest.mark.parametrize(
    ("told", "known", "why"),
    [
        ((), None, "claim `roles` has none of"),
        ((), Person("mina", told=(Role.LEAD,)), "you were not invited"),
        ((Role.LEAD,), Person("mina", given=(Role.OPS,), disabled_at=NOW), "You were disabled"),
    ],
)
def test_nobody_else_is_admitted(told, known, why) -> None:
    with pytest.raises(SignInRefused, match=why):
        admitted("mina", told, known, "roles")


def test_a_path_goes_through_objects_only() -> None:
    claims = {"a": {"b": "c"}, "x": "text", "l": [{"b": 1}]}
    assert claim_at(claims, "a.b") == "c"
    for path in ("x.b", "l.b", "a.c", "a.b.c", ""):
        assert claim_at(claims, path) is None


@pytest.mark.parametrize("name", ["mina", "Mina Őry", "m@site.example", "x" * 200])
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert person_in({"name": name}, "name") == name


@pytest.mark.parametrize(
    "name", [None, "", "  ", 7, ["mina"], "x" * 201, "System", "api", "author", "a\nb", "\ud800"]
)
def test_what_can_be_no_persons_name_is_refused(name: object) -> None:
    with pytest.raises(SignInRefused, match="name"):
        person_in({"name": name}, "name")


@pytest.mark.parametrize(
    ("role", "longest"),
    [(None, timedelta(days=SIGN_IN_DAYS)), (Role.LEAD, timedelta(hours=STAFF_HOURS))],
)
def test_a_sign_in_ends(role: Role | None, longest: timedelta) -> None:
    signed = SignIn("digest", "mina", NOW, role)
    assert signed.is_in_force(NOW + longest - SECOND)
    assert not signed.is_in_force(NOW + longest)


@pytest.mark.parametrize(
    ("checked", "asked", "expected"),
    [
        (timedelta(0), timedelta(0), Check.COUNTS),
        (ASK_EVERY - SECOND, ASK_EVERY - SECOND, Check.COUNTS),
        (ASK_EVERY, ASK_EVERY, Check.ASK),
        (UNCHECKED_AT_MOST - SECOND, SECOND, Check.COUNTS),
        (UNCHECKED_AT_MOST, SECOND, Check.NO_ANSWER),
        (UNCHECKED_AT_MOST, ASK_EVERY, Check.ASK),
    ],
)
def test_the_provider_is_asked_each_minute_and_missed_for_a_while(checked, asked, expected) -> None:
    signed = SignIn(
        "digest", "mina", NOW - timedelta(hours=1), Role.LEAD, NOW - checked, NOW - asked
    )
    assert check_of(signed, NOW) is expected

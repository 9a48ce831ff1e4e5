"""Whether there is a second person for what takes two."""

from datetime import UTC, datetime

import pytest

from core.moderation.people import DEMO_STAFF, Person
from core.moderation.permissions import Actor, Permission, Role
from core.moderation.second_person import is_alone

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LENA = Actor("lena", Role.LEAD)
ONE = Person("lena", (Role.LEAD,))


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([], True),
        ([ONE], True),
        ([ONE, Person("mina", (Role.MODERATOR,)), Person("ada", (Role.ADMIN,))], True),
        ([ONE, Person("ravi", (Role.LEAD,))], False),
        ([ONE, Person("ravi", told=(Role.LEAD,))], False),
        ([ONE, Person("ravi", (Role.LEAD,), disabled_at=NOW)], True),
        ([ONE, Person("ravi")], True),
        (DEMO_STAFF, False),
    ],
)
def test_whoever_else_may_is_a_second_person(people, expected) -> None:
    assert is_alone(LENA, people, Permission.PUBLISH_POLICY) is expected

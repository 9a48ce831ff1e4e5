"""The services of people, for the table of roles."""

from collections.abc import Callable

from core.bootstrap.services import Services
from core.identifiers import new_id
from core.moderation.permissions import SYSTEM, Actor, Role
from core.services.people import (
    disable_person,
    enable_person,
    give_roles,
    invite_person,
    list_people,
)


def _invited(site: Services) -> str:
    """The name of somebody new."""
    name = f"p{new_id()[:20]}"
    return invite_person(site.context, SYSTEM, name, [Role.MODERATOR]).name


PEOPLE_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("people.list_people", "list"): (lambda s, a: list_people(s.context, a), "nnnnyy"),
    ("people.invite_person", "invite"): (
        lambda s, a: invite_person(s.context, a, f"p{new_id()[:20]}", [Role.LEAD]),
        "nnnnyn",
    ),
    ("people.give_roles", "give"): (
        lambda s, a: give_roles(s.context, a, _invited(s), [Role.OPS]),
        "nnnnyn",
    ),
    ("people.disable_person", "disable"): (
        lambda s, a: disable_person(s.context, a, _invited(s)),
        "nnnnyn",
    ),
    ("people.enable_person", "enable"): (
        lambda s, a: enable_person(s.context, a, _invited(s)),
        "nnnnyn",
    ),
}

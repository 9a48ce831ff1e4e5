"""Who works here, with which roles: those of which the identity provider tells, and those given in
this console. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.errors import InvalidInput, NotFound, RuleBroken
from core.moderation.comments import check_name
from core.moderation.permissions import Actor, Permission, Role, can

PEOPLE = "people"
"""The subject of audit events on people."""
OWN_NAMES = frozenset({"system", "api", "author"})
"""Names that the console's own programs have in the audit log."""
STAFF_ROLES = (Role.LEAD, Role.MODERATOR, Role.OPS, Role.ADMIN, Role.AUDITOR)
"""The first of a person's roles in this order is their main one."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here, by the name in the audit log. `given` are roles given in this
    console, `told` those of which the identity provider told last. Whoever never signed in has no
    `last_seen_at`; who was not invited came by the identity provider."""

    name: str
    given: tuple[Role, ...] = ()
    told: tuple[Role, ...] = ()
    invited_by: str | None = None
    invited_at: datetime | None = None
    last_seen_at: datetime | None = None
    disabled_at: datetime | None = None

    @property
    def roles(self) -> tuple[Role, ...]:
        """All of them, the main one first."""
        return in_order({*self.given, *self.told})


DEMO_STAFF = (
    Person("mina", (Role.MODERATOR,)),
    Person("tomas", (Role.MODERATOR,)),
    Person("lena", (Role.LEAD,)),
    Person("ravi", (Role.LEAD,)),
    Person("ola", (Role.OPS,)),
    Person("ines", (Role.AUDITOR,)),
    Person("ada", (Role.ADMIN,)),
)
"""The people of the demo sign-in: made up, for one machine only."""


def in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    """The roles of staff among them, each once, the main one first."""
    given = set(roles)
    return tuple(role for role in STAFF_ROLES if role in given)


def actor_of(person: Person) -> Actor | None:
    """As whom they act; None if they were disabled or have no role."""
    if person.disabled_at is not None or not person.roles:
        return None
    return Actor(person.name, person.roles[0], person.roles[1:])


def check_person_name(what: str, name: str) -> None:
    """Raises InvalidInput for a name that can't stand in the audit log, or that is one of the
    console's own programs."""
    check_name(what, name)
    if name.casefold() in OWN_NAMES:
        raise InvalidInput(f"the name {name!r} is one of the console's own programs")


def check_given(roles: Iterable[Role]) -> tuple[Role, ...]:
    """The roles in order. Raises InvalidInput if one of them is none of staff."""
    wanted = tuple(roles)
    if strange := set(wanted) - set(STAFF_ROLES):
        raise InvalidInput(f"{min(strange).value!r} is no role of staff; there are {_NAMES}")
    return in_order(wanted)


def check_new(name: str, known: Person | None, roles: tuple[Role, ...]) -> None:
    """Whether somebody of that name can be invited with those roles. Raises InvalidInput or
    RuleBroken."""
    check_person_name("name", name)
    if known is not None:
        raise RuleBroken(f"{name} is here already; change their roles instead.")
    if not roles:
        raise InvalidInput(f"an invitation needs a role: {_NAMES}")


def check_known(name: str, known: Person | None) -> Person:
    """Raises NotFound if there is nobody of that name."""
    if known is None:
        raise NotFound(f"Nobody of the name {name!r} works here.")
    return known


def check_in_charge(own: Person | None) -> None:
    """`own` is whoever changes something about people, as they are known before the change or after
    it; None for a program. Raises RuleBroken without the right to manage people: somebody may have
    taken it a moment ago. So whoever made the last change still has it."""
    if own is None:
        return
    acting = actor_of(own)
    if acting is None or not can(acting, Permission.MANAGE_PEOPLE):
        raise RuleBroken("Only an admin who stays one may do this; ask another admin.")


_NAMES = ", ".join(STAFF_ROLES)

"""`modconsole person`: list, invite, give roles, disable and enable people."""

import argparse
from contextlib import closing

from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.config import Settings
from core.errors import InvalidInput
from core.moderation.people import STAFF_ROLES, Person
from core.moderation.permissions import SYSTEM, Role
from core.services.context import Context
from core.services.people import (
    disable_person,
    enable_person,
    give_roles,
    invite_person,
    list_people,
)

CHANGES = {"disable": disable_person, "enable": enable_person}
WITH_ROLES = {"invite": invite_person, "roles": give_roles}


def add_commands(commands: Commands) -> None:
    """Declares `person`."""
    command = commands.add(
        "person",
        run_person,
        "Invite people to the console, give them roles, disable them.",
        "The page People does the same; this command makes the first admin. `person invite NAME "
        "--role ROLE` lets somebody sign in whom the identity provider names so, also if it tells "
        "nothing of roles. `person roles` gives other ones, `person disable` signs somebody out "
        "and keeps them out. Each change stands in the audit log.",
    )
    command.add_argument(
        "act",
        choices=("list", *WITH_ROLES, *CHANGES),
        metavar="ACT",
        help=f"list, {', '.join(WITH_ROLES)}, {' or '.join(CHANGES)}",
    )
    command.add_argument("person_name", nargs="?", metavar="NAME", help="name of the person")
    command.add_argument(
        "--role",
        action="append",
        default=[],
        choices=[role.value for role in STAFF_ROLES],
        metavar="ROLE",
        help=f"of `invite` and `roles`: one of {', '.join(STAFF_ROLES)}; may be repeated",
    )


def run_person(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole person`."""
    act, name = arguments.act, arguments.person_name
    if (act == "list") != (name is None):
        raise InvalidInput("`person list` takes no NAME, and every other act needs one")
    if arguments.role and act not in WITH_ROLES:
        raise InvalidInput(f"--role belongs to `person {'` and `person '.join(WITH_ROLES)}`")
    roles = [Role(role) for role in arguments.role]
    creates = act == "invite"  # the first admin
    with closing(build_services(settings, worker="person", creates=creates)) as services:
        for person in _done(services.context, act, name, roles):
            print(_line(person))
    return ExitCode.DONE


def _done(context: Context, act: str, name: str, roles: list[Role]) -> list[Person]:
    if act == "list":
        return list(list_people(context, SYSTEM))
    if act in WITH_ROLES:
        return [WITH_ROLES[act](context, SYSTEM, name, roles)]
    return [CHANGES[act](context, SYSTEM, name)]


def _line(person: Person) -> str:
    seen = f"{person.last_seen_at:%Y-%m-%dT%H:%M}Z" if person.last_seen_at else "never"
    disabled = f"  disabled {person.disabled_at:%Y-%m-%d}" if person.disabled_at else ""
    return f"{person.name}  {','.join(person.roles) or 'no role'}  last seen {seen}{disabled}"

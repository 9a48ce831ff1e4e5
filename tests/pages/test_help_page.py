"""Help: every role has one, and what it names is there for that role."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.cli.main import make_parser
from core.moderation.people import STAFF_ROLES
from core.moderation.permissions import GRANTS, SYSTEM, Actor, Permission, Role
from core.services.people import invite_person
from dashboard.help.texts import help_text
from tests.staff import DEMO_STAFF

Open = Callable[..., AppTest]
DASHBOARD = Path(__file__).parents[2] / "dashboard"
PAGE = re.compile(r'"(\w+)", "(\w+)", "\w+",\s*Permission\.(\w+)')


def pages() -> dict[str, Permission]:
    """Every page's address and the permission it takes, as dashboard/app.py lists them: the module
    itself runs the console when it is imported."""
    found = PAGE.findall((DASHBOARD / "app.py").read_text())
    listed = {address: Permission[permission] for _, address, permission in found}
    return listed | {"settings": Permission.SET_PREFERENCES}


def words(test: AppTest) -> str:
    return "\n".join(each.value for each in test.markdown)


def test_the_list_of_pages_is_read_whole() -> None:
    folders = {path.parent.name for path in DASHBOARD.glob("*/screen.py")}
    assert len(pages()) == len(folders - {"help"})


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_every_page_it_leads_to_is_there_for_that_role(role: Role) -> None:
    addresses = {
        urlsplit(link).path.removeprefix("/")
        for link in re.findall(r"\]\(([^)]+)\)", help_text(role))
    }
    assert addresses
    for address in addresses:
        assert pages()[address] in GRANTS[role]


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_every_command_it_names_is_one(role: Role) -> None:
    for command in re.findall(r"`modconsole ([^`]+)`", help_text(role)):
        make_parser().parse_args(command.split())


def test_every_key_it_names_is_one_of_the_desk() -> None:
    script = (DASHBOARD / "review/desk/help.js").read_text(encoding="utf-8")
    keys = [key for key in re.findall(r"`([^` ]+)`", help_text(Role.MODERATOR)) if len(key) == 1]
    assert len(keys) > 8
    for key in keys:
        assert f'["{key}"' in script or key in "19"


@pytest.mark.parametrize("actor", DEMO_STAFF, ids=lambda actor: actor.id)
def test_each_person_reads_what_their_role_is_for(staff_page: Open, actor: Actor) -> None:
    test = staff_page("help", actor)
    assert not test.exception
    assert help_text(actor.role).strip() in words(test)
    listed = [line.removeprefix("- ") for line in words(test).splitlines() if line[:2] == "- "]
    assert {name.value for name in GRANTS[actor.role]} <= set(listed)
    assert not {name.value for name in set(Permission) - GRANTS[actor.role]} & set(listed)
    assert not test.tabs


def test_whoever_has_two_roles_reads_both(staff_page: Open, services: Services) -> None:
    invite_person(services.context, SYSTEM, "eva", [Role.ADMIN, Role.MODERATOR])
    test = staff_page("help", Actor("eva", Role.MODERATOR, (Role.ADMIN,)))
    assert [tab.label for tab in test.tabs] == ["As moderator", "As admin"]
    for role in (Role.MODERATOR, Role.ADMIN):
        assert help_text(role).strip() in words(test)

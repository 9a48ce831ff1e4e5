"""The page People: who sees it, who changes what, and that a site with one lead is told so."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.people import DEMO_STAFF, Person
from core.moderation.permissions import SYSTEM, Actor, Role
from core.services.people import disable_person, find_demo_staff, invite_person
from core.services.sign_in import find_signed_in, sign_in
from dashboard.people.wording import SETTING, lead_words, people_table
from dashboard.staff_texts import say
from dashboard.wording import plain
from tests.factories import LEAD, MODERATOR

Open = Callable[..., AppTest]
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
OPS = Actor("ola", Role.OPS)
CHANGES = {"invite_person", "give_roles", "disable_person", "enable_person"}


def buttons(test: AppTest) -> set[str]:
    return {button.key for button in test.button} & CHANGES


def choose(test: AppTest, name: str) -> None:
    test.selectbox(key="chosen_person").set_value(name).run()


@pytest.mark.parametrize("actor", [MODERATOR, LEAD, OPS])
def test_others_have_no_such_page(staff_page: Open, actor: Actor) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        staff_page("people", actor)


def test_an_auditor_sees_everybody_and_changes_nothing(staff_page: Open) -> None:
    test = staff_page("people", AUDITOR)
    assert not test.exception
    assert sorted(test.dataframe[0].value["name"]) == sorted(one.name for one in DEMO_STAFF)
    assert not buttons(test)
    assert not test.warning


def test_an_admin_opens_it_first(staff_page: Open) -> None:
    test = staff_page("people", ADMIN)
    assert not test.exception
    assert buttons(test) == {"invite_person", "give_roles", "disable_person"}


def test_an_invited_person_may_sign_in_with_both_roles(
    staff_page: Open, services: Services
) -> None:
    test = staff_page("people", ADMIN)
    assert test.button(key="invite_person").disabled
    test.text_input(key="person_name").set_value("eva").run()
    assert test.button(key="invite_person").disabled
    test.button_group(key="person_roles").set_value([Role.ADMIN, Role.MODERATOR]).run()
    test.button(key="invite_person").click().run()
    assert not test.exception
    assert "eva may sign in now" in test.success[0].value
    assert find_demo_staff(services.context, "eva") == Actor("eva", Role.MODERATOR, (Role.ADMIN,))
    assert "eva" in set(test.dataframe[0].value["name"])


@pytest.mark.parametrize("name", ["mina", "System", " "])
def test_a_name_that_is_none_is_refused_with_the_reason(staff_page: Open, name: str) -> None:
    test = staff_page("people", ADMIN)
    test.text_input(key="person_name").set_value(name).run()
    test.button_group(key="person_roles").set_value([Role.LEAD]).run()
    test.button(key="invite_person").click().run()
    assert not test.exception
    assert test.error
    assert not test.success


def test_other_roles_are_given(staff_page: Open, services: Services) -> None:
    test = staff_page("people", ADMIN)
    choose(test, "mina")
    assert test.button(key="give_roles").disabled
    test.button_group(key="roles_of_mina").set_value([Role.MODERATOR, Role.OPS]).run()
    test.button(key="give_roles").click().run()
    assert not test.exception
    assert find_demo_staff(services.context, "mina") == Actor("mina", Role.MODERATOR, (Role.OPS,))


def test_a_disabled_person_is_out_and_enabled_again(staff_page: Open, services: Services) -> None:
    token = sign_in(services.context, MODERATOR)
    test = staff_page("people", ADMIN)
    choose(test, "mina")
    test.button(key="disable_person").click().run()
    assert not test.exception
    assert find_signed_in(services.context, token) is None
    assert find_demo_staff(services.context, "mina") is None
    row = test.dataframe[0].value.set_index("name").loc["mina"]
    assert row["may sign in"].startswith("disabled 20")
    assert buttons(test) == {"invite_person", "give_roles", "enable_person"}
    test.button(key="enable_person").click().run()
    assert find_demo_staff(services.context, "mina") == MODERATOR


def test_an_admin_can_not_lock_themselves_out(staff_page: Open) -> None:
    test = staff_page("people", ADMIN)
    choose(test, "ada")
    test.button(key="disable_person").click().run()
    assert not test.exception
    assert "another admin" in test.error[0].value


def test_one_lead_alone_is_said(staff_page: Open, services: Services) -> None:
    disable_person(services.context, SYSTEM, "ravi")
    test = staff_page("people", ADMIN)
    assert test.warning[0].value == plain(
        say("people.second.alone_or_setting", name="lena", setting=SETTING)
    )
    invite_person(services.context, SYSTEM, "eva", [Role.LEAD])
    assert not test.run().warning


def test_a_disabled_person_who_has_a_page_open_is_asked_to_sign_in(
    staff_page: Open, services: Services
) -> None:
    disable_person(services.context, SYSTEM, "mina")
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        staff_page("people", MODERATOR)


@pytest.mark.parametrize(
    ("people", "publishes_alone", "words"),
    [
        (DEMO_STAFF, False, ""),
        (DEMO_STAFF[:3], True, say("people.second.alone", name="lena")),
        (DEMO_STAFF[:2], False, say("people.second.no_lead")),
        ([], False, say("people.second.no_lead")),
    ],
)
def test_words_about_a_second_person(people, publishes_alone, words) -> None:
    assert lead_words(people, publishes_alone=publishes_alone) == words


def test_the_table_says_where_roles_come_from() -> None:
    both = Person("eva", (Role.LEAD,), told=(Role.OPS,), invited_by="ada")
    table = people_table([both, Person("bo")])
    assert table["from"].tolist() == [
        "told by the identity provider: ops; given here by ada: lead",
        "none",
    ]
    assert table["may sign in"].tolist() == ["yes", "no, without a role"]

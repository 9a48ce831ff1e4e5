"""The page Second looks: blind, by button, with notes and without markup."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.second_looks import LookState
from core.services.disagreements import settle
from dashboard.staff_texts import say
from tests.factories import HELD, HOSTILE, LEAD, MODERATOR
from tests.integration.quality_calls import PIA, TOMAS, WHY, differing, judged, look_of, waiting
from tests.pages.conftest import carriers, press, said

Open = Callable[..., AppTest]
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
OPS = Actor("ola", Role.OPS)


@pytest.mark.parametrize("actor", [TOMAS, LEAD])
def test_the_text_comes_without_its_decision(
    services: Services, staff_page: Open, actor: Actor
) -> None:
    waiting(services)
    test = staff_page("second_looks", actor)
    assert not test.exception
    assert HELD in said(test)
    for hidden in ("mina", "fake", "0.9"):
        assert hidden not in str(test.main)


@pytest.mark.parametrize("actor", [AUDITOR, OPS])
def test_other_roles_have_no_such_page(staff_page: Open, actor: Actor) -> None:
    with pytest.raises(ValueError, match="second_looks"):
        staff_page("second_looks", actor)


def test_whoever_decided_has_nothing_to_judge(services: Services, staff_page: Open) -> None:
    waiting(services)
    assert staff_page("second_looks", MODERATOR).info[0].value == say(
        "second_looks.page.nothing_waits"
    )


def test_an_answer_is_stored_with_its_note(services: Services, staff_page: Open) -> None:
    look = waiting(services)
    test = staff_page("second_looks", TOMAS)
    test.text_area[0].set_value(HOSTILE)
    test = press(test, "answer_approve")
    assert test.success[0].value == say("second_looks.page.saved")
    assert test.info[0].value == say("second_looks.page.nothing_waits")
    done = look_of(services, look.revision_id)
    assert (done.state, done.second and done.second.note) == (LookState.DIFFERENT, HOSTILE)


def test_a_removal_takes_the_chosen_reason(services: Services, staff_page: Open) -> None:
    look = waiting(services)
    test = press(staff_page("second_looks", TOMAS), "answer_remove")
    assert "Choose the reason" in test.warning[0].value
    assert look_of(services, look.revision_id) == look
    test = press(press(test, "reason_threat"), "answer_remove")
    assert not test.warning
    done = look_of(services, look.revision_id)
    assert done.second is not None
    assert (done.second.action, done.second.reason_code) == (Action.REMOVE, "threat")


def test_whoever_was_slower_reads_so_and_loses_nothing(
    services: Services, staff_page: Open
) -> None:
    look = waiting(services)
    test = staff_page("second_looks", TOMAS)
    judged(services, look, Action.REMOVE, actor=LEAD)
    test = press(test, "answer_approve")
    assert not test.exception
    done = look_of(services, look.revision_id)
    assert done.second is not None
    assert done.second.actor == "lena"
    assert "does not wait" in test.warning[0].value
    assert test.info[0].value == say("second_looks.page.nothing_waits")


def test_what_was_settled_is_told_to_both(services: Services, staff_page: Open) -> None:
    look = differing(services)
    settle(services.context, PIA, look.id, Action.REMOVE, "threat", because=f"{WHY} {HOSTILE}")
    test = staff_page("second_looks", TOMAS)
    assert test.expander[0].label == "Settled: you said keep, the finding is remove"
    assert HOSTILE in said(test)
    assert carriers(test, "example.invalid") == {"Text"}
    assert "mina" not in said(test)

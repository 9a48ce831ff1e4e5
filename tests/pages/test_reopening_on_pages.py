"""Reopening from the queue's list of decided cases and from the look-up page."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    chain_of,
    decided,
    removed_by_person,
    scored,
)
from tests.pages.conftest import press, said

StaffPage = Callable[..., AppTest]
OPS, AUDITOR = Actor("ola", Role.OPS), Actor("ines", Role.AUDITOR)


def keys(at: AppTest) -> list[str]:
    return [button.key for button in at.button if button.key and not button.disabled]


def test_a_decided_case_is_listed_and_reopened(services, staff_page: StaffPage):
    revision = removed_by_person(services)
    at = staff_page("review", LEAD, status="Decided")
    assert HELD in said(at)
    assert "mina removed this comment" in said(at)
    press(at, "reopen_")
    assert not at.exception
    assert "Nobody has decided a case yet" in at.info[0].value
    assert "Reopened: the comment is on hold" in " ".join(m.value for m in at.markdown)
    assert chain_of(services, revision)[-1].action is Action.HOLD
    waiting = staff_page("review", MODERATOR)
    assert HELD in said(waiting)


def test_who_may_not_reopen_is_told_why(services, staff_page: StaffPage):
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    at = staff_page("review", MODERATOR, status="Decided")
    assert "As moderator you may not reopen any decision." in said(at)
    assert not any(key.startswith("reopen_") for key in keys(at))
    at = staff_page("review", AUDITOR, status="Decided")
    assert not any(key.startswith("reopen_") for key in keys(at))


def test_own_decision_is_taken_back_after_a_reload(services, staff_page: StaffPage):
    revision = scored(services, HELD)
    press(staff_page("review", MODERATOR), "approve_")
    reloaded = staff_page("review", MODERATOR)
    press(reloaded, "undo_")
    assert HELD in said(reloaded)
    assert chain_of(services, revision)[-1].undoes is not None


@pytest.mark.parametrize("actor", [MODERATOR, LEAD, OPS], ids=lambda actor: actor.role)
def test_a_case_is_opened_on_a_visible_comment(services, staff_page: StaffPage, actor: Actor):
    revision = scored(services, CLEAN)
    at = staff_page("lookup", actor, reference=revision.reference)
    press(at, "reopen_")
    assert not at.exception
    assert "it is on hold and waits in the review queue" in said(at)
    newest = chain_of(services, revision)[-1]
    assert (newest.action, newest.actor) == (Action.HOLD, actor.id)
    waiting = staff_page("review", MODERATOR)
    assert CLEAN in said(waiting)
    assert list(waiting.dataframe[0].value["label"]) == ["reopened"]


def test_look_up_says_why_a_removal_is_not_reopened(services, staff_page: StaffPage):
    revision = scored(services, REMOVED)
    at = staff_page("lookup", MODERATOR, reference=revision.reference)
    assert "may not reopen any decision" in said(at)
    at = staff_page("lookup", AUDITOR, reference=revision.reference)
    assert not any("Look at it again" in m.value for m in at.markdown)
    press(staff_page("lookup", LEAD, reference=revision.reference), "reopen_")
    assert chain_of(services, revision)[-1].action is Action.HOLD

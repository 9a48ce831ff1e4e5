"""What a reviewer's keys do, also when one press meets two buttons."""

from pathlib import Path

import pytest

from core.moderation.policies import Action
from core.services.queries import list_queue
from dashboard.review.desk import Desk, press_decide, press_reason, press_skip, press_undo
from tests.factories import MODERATOR, audit_kinds, chain_of, make_services, scored


@pytest.fixture
def bench(tmp_path: Path):
    services = make_services(tmp_path)
    revisions = {r.id: r for r in (scored(services, f"You idiot {n}") for n in range(4))}
    desk = Desk()
    desk.place(list_queue(services.context, MODERATOR))
    return services, desk, revisions


def decide(services, desk, revision, action=Action.APPROVE):
    press_decide(desk, services, MODERATOR, revision=revision, version=1, action=action)


def test_a_press_that_meets_the_last_and_this_skip_button_skips_one_case(bench):
    services, desk, revisions = bench
    last, this, following = desk.order[:3]
    decide(services, desk, revisions[last])
    assert desk.revision_id == this
    press_skip(desk, services, MODERATOR, last)
    press_skip(desk, services, MODERATOR, this)
    assert desk.revision_id == following
    assert desk.skipped == [this]
    assert len(audit_kinds(services, revisions[last])) == 3  # stored, held, approved


def test_a_press_that_meets_the_last_and_this_approve_button_decides_this_one_once(bench):
    services, desk, revisions = bench
    last, this, following = desk.order[:3]
    decide(services, desk, revisions[last])
    decide(services, desk, revisions[last])
    decide(services, desk, revisions[this])
    assert desk.revision_id == following
    assert [len(chain_of(services, revisions[r])) for r in (last, this, following)] == [2, 2, 1]
    assert desk.decided == 2


def test_undo_goes_back_one_decision_a_press(bench):
    services, desk, revisions = bench
    first, second = desk.order[:2]
    decide(services, desk, revisions[first])
    decide(services, desk, revisions[second], Action.ESCALATE)
    earlier, newest = desk.undoable
    press_undo(desk, services, MODERATOR, newest)
    press_undo(desk, services, MODERATOR, newest)
    assert desk.revision_id == second
    press_undo(desk, services, MODERATOR, earlier)
    assert desk.revision_id == first
    assert desk.decided == 0
    press_undo(desk, services, MODERATOR, earlier)
    assert [len(chain_of(services, revisions[r])) for r in (first, second)] == [3, 3]


def test_a_press_that_meets_the_last_and_this_reason_button_chooses_once(bench):
    _, desk, _ = bench
    last, this = desk.order[:2]
    desk.show(this)
    press_reason(desk, last, "threat")
    press_reason(desk, this, "threat")
    assert desk.reason_code == "threat"
    press_reason(desk, this, "threat")
    assert desk.reason_code is None


def test_what_was_chosen_for_one_case_is_not_taken_to_the_next(bench):
    services, desk, _ = bench
    desk.reason_code, desk.note = "threat", "Please stop."
    press_skip(desk, services, MODERATOR, desk.order[0])
    assert (desk.reason_code, desk.note) == (None, "")

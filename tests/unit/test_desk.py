"""The reviewer's actions, also if one key press reaches two buttons."""

from pathlib import Path

import pytest

from core.moderation.policies import Action
from core.moderation.queue import QueueFilter
from core.services.group_decisions import GroupReview, decide_group
from core.services.queries import list_undoable
from core.services.queue import list_queue
from dashboard.review.plain.desk import (
    Desk,
    press_decide,
    press_page,
    press_reason,
    press_reopen,
    press_skip,
    press_undo,
)
from tests.factories import (
    LEAD,
    MODERATOR,
    audit_kinds,
    chain_of,
    decided,
    make_services,
    scored,
    withdrawn,
)


@pytest.fixture
def bench(tmp_path: Path):
    services = make_services(tmp_path)
    revisions = {r.id: r for r in (scored(services, f"You idiot {n}") for n in range(4))}
    desk = Desk()
    desk.place(list_queue(services.context, MODERATOR, QueueFilter()).items)
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


@pytest.mark.parametrize("first", [Action.APPROVE, Action.ESCALATE, Action.REMOVE])
@pytest.mark.parametrize("then", [Action.APPROVE, Action.ESCALATE, Action.REMOVE])
def test_two_keys_on_one_drawn_card_store_the_first_and_tell_what_stands(bench, first, then):
    services, desk, revisions = bench
    shown = desk.order[0]
    desk.reason_code = "threat"
    decide(services, desk, revisions[shown], first)
    desk.reason_code = "threat"
    decide(services, desk, revisions[shown], then)
    assert [past.action for past in chain_of(services, revisions[shown])][1:] == [first]
    done = {Action.APPROVE: "approved", Action.ESCALATE: "escalated", Action.REMOVE: "removed"}
    assert done[first] in desk.message
    assert desk.is_error is (first is not then)
    assert not (first is not then and done[then] in desk.message)
    assert desk.decided == 1


def test_a_storm_of_presses_on_one_drawn_card_decides_once(bench):
    services, desk, revisions = bench
    shown = desk.order[0]
    for _ in range(40):
        decide(services, desk, revisions[shown])
    assert desk.decided == 1
    assert sum(len(chain_of(services, revision)) for revision in revisions.values()) == 5


def test_skip_of_a_case_that_was_decided_meanwhile_says_so(bench):
    services, desk, revisions = bench
    shown = desk.order[0]
    decided(services, revisions[shown], Action.APPROVE, actor=LEAD)
    press_skip(desk, services, MODERATOR, shown)
    assert "lena approved this comment" in desk.message
    assert desk.skipped == []


def test_reopening_a_decided_case_puts_it_back(bench):
    services, desk, revisions = bench
    shown = desk.order[0]
    decide(services, desk, revisions[shown])
    desk.show(shown)
    press_reopen(desk, services, MODERATOR, shown, 2)
    assert "on hold" in desk.message
    assert len(list_queue(services.context, MODERATOR, QueueFilter()).items) == 4
    press_reopen(desk, services, LEAD, shown, 2)
    assert desk.is_error
    assert "mina put back on hold" in desk.message


def test_another_list_begins_with_its_first_page(bench):
    _, desk, _ = bench
    desk.turn_to("open")
    press_page(desk, "cursor")
    desk.turn_to("open")
    assert desk.after == "cursor"
    desk.turn_to("open insult")
    assert desk.after is None


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


def test_undo_takes_back_a_group_as_a_whole(bench):
    services, desk, revisions = bench
    alone, *together = desk.order[:3]
    decide(services, desk, revisions[alone])
    members = [(revision_id, 1) for revision_id in together]
    decide_group(services.context, MODERATOR, GroupReview(members, Action.APPROVE, "key"))
    reloaded = Desk(undoable=list(list_undoable(services.context, MODERATOR)))
    press_undo(reloaded, services, MODERATOR, reloaded.undoable[-1])
    assert reloaded.message == "Undone together: 2 cases are open again."
    assert [len(chain_of(services, revisions[r])) for r in (alone, *together)] == [2, 3, 3]
    assert [own.revision_id for own in reloaded.undoable] == [alone]


def test_undo_of_a_group_says_what_stays(bench):
    services, _, revisions = bench
    one, other, *_ = revisions.values()
    members = [(revision.id, 1) for revision in (one, other)]
    decide_group(services.context, MODERATOR, GroupReview(members, Action.APPROVE, "key"))
    withdrawn(services, one)
    reloaded = Desk(undoable=list(list_undoable(services.context, MODERATOR)))
    press_undo(reloaded, services, MODERATOR, reloaded.undoable[-1])
    assert reloaded.message == "Undone together: 1 case is open again, 1 stays as it is."


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

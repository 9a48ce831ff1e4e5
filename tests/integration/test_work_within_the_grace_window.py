"""What a reopening, an appeal, an edit, a withdrawal or rescoring makes of a decision that is still
in its grace window."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, RuleBroken
from core.moderation.comments import Revision, Visibility
from core.moderation.policies import Action
from core.services.appeal import file_appeal
from core.services.lookup import look_up
from core.services.reopen import reopen
from core.services.rescore import rescore
from core.services.review import undo_decision
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    chain_of,
    decided,
    edited,
    make_services,
    scored,
    unscored,
    withdrawn,
)
from tests.integration.reviews import said
from tests.moving_clock import MovingClock
from tests.state_checks import broken_invariants, place_of

GRACE_S = 15
WORDS = "I quoted somebody."


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def services(tmp_path: Path, clock: MovingClock) -> Iterator[Services]:
    made = make_services(tmp_path, clock=clock.clock, grace_s=GRACE_S)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


def undo(services: Services, revision: Revision) -> None:
    undo_decision(services.context, MODERATOR, revision.id, seen_version=2)


def test_lead_who_reopens_within_the_window_stops_it(
    services: Services, clock: MovingClock
) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE)
    clock.move(5)
    reopen(services.context, LEAD, revision.id, seen_version=2)
    clock.move(GRACE_S)
    assert said(services, revision).visibility is Visibility.HELD
    undone = undo_decision(services.context, LEAD, revision.id, seen_version=3)
    assert (undone.action, undone.effective_at) == (Action.REMOVE, clock.now)
    assert said(services, revision).visibility is Visibility.REMOVED


def test_removal_that_comes_back_within_its_window_still_waits_for_the_end(
    services: Services, clock: MovingClock
) -> None:
    revision = scored(services, HELD)
    removal = decided(services, revision, Action.REMOVE)
    clock.move(5)
    reopen(services.context, LEAD, revision.id, seen_version=2)
    undone = undo_decision(services.context, LEAD, revision.id, seen_version=3)
    assert undone.effective_at == removal.effective_at
    clock.move(GRACE_S - 5.001)
    assert said(services, revision).visibility is Visibility.HELD
    clock.move(0.001)
    assert said(services, revision).visibility is Visibility.REMOVED


def test_only_what_is_in_force_is_appealed_and_the_window_counts_from_then(
    services: Services, clock: MovingClock
) -> None:
    early, late = scored(services, HELD), scored(services, HELD)
    for revision in (early, late):
        decided(services, revision, Action.REMOVE)
    clock.move(GRACE_S - 1)
    with pytest.raises(RuleBroken, match="only a removal can be appealed"):
        file_appeal(services.context, early.reference, WORDS)
    clock.move(1)
    held_from = clock.now
    statement = said(services, early)
    last = held_from + timedelta(days=services.context.appeal_window_days)
    assert statement.can_appeal_until == last
    file_appeal(services.context, early.reference, WORDS, seen=statement.decided_at)
    clock.now = last
    assert said(services, late).can_appeal_until == last
    clock.move(0.001)
    assert said(services, late).can_appeal_until is None
    with pytest.raises(RuleBroken, match="is over"):
        file_appeal(services.context, late.reference, WORDS)


@pytest.mark.parametrize(
    ("action", "bound"),
    [
        (Action.REMOVE, Action.HOLD),
        (Action.ESCALATE, Action.ESCALATE),
        (Action.APPROVE, Action.APPROVE),
    ],
)
def test_edit_within_the_window_is_bound_by_the_press(
    services: Services, clock: MovingClock, action: Action, bound: Action
) -> None:
    revision = scored(services, HELD)
    decided(services, revision, action)
    clock.move(5)
    newest = edited(services, revision, CLEAN)
    assert [past.action for past in chain_of(services, newest)] == [bound]
    with pytest.raises(Conflict, match="has changed this comment"):
        undo(services, revision)
    for _ in range(2):
        answer = look_up(services.context, revision.reference)
        assert answer.changed is not None
        # The old text was on hold when it was changed, and nothing takes effect on it any more.
        assert answer.changed.statement.visibility is Visibility.HELD
        assert answer.changed.statement.decided_automatically
        clock.move(GRACE_S)


def test_edit_after_a_cancel_is_left_to_the_model(services: Services, clock: MovingClock) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE)
    clock.move(5)
    undo(services, revision)
    newest = edited(services, revision, CLEAN)
    assert [past.action for past in chain_of(services, newest)] == [Action.APPROVE]


def test_withdrawal_within_the_window_ends_it(services: Services, clock: MovingClock) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE)
    clock.move(5)
    withdrawn(services, revision)
    clock.move(GRACE_S)
    statement = said(services, revision)
    assert (statement.visibility, statement.decided_automatically) == (Visibility.WITHDRAWN, True)
    with pytest.raises(Conflict, match="was withdrawn"):
        undo(services, revision)


def test_rescoring_within_the_window_leaves_the_press(
    services: Services, clock: MovingClock
) -> None:
    pressed, free = unscored(services), unscored(services)
    decided(services, pressed, Action.REMOVE)
    list(rescore(services.context, services.scorer))
    assert [len(chain_of(services, each)) for each in (pressed, free)] == [2, 2]
    assert said(services, free).visibility is Visibility.VISIBLE
    assert said(services, pressed).visibility is Visibility.HELD
    clock.move(GRACE_S)
    assert said(services, pressed).visibility is Visibility.REMOVED


def test_comment_stays_with_people_after_a_cancel(services: Services, clock: MovingClock) -> None:
    revision = unscored(services)
    decided(services, revision, Action.REMOVE)
    undo(services, revision)
    list(rescore(services.context, services.scorer))
    assert len(chain_of(services, revision)) == 3
    assert said(services, revision).visibility is Visibility.HELD

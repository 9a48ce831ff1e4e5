"""The grace window: what authors and the site see of a decision before and after it takes effect,
and what an undo makes of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.errors import Conflict, RuleBroken
from core.moderation.cases import CaseStatus
from core.moderation.comments import Revision, Visibility
from core.moderation.notices import DecidedBy, decided_by
from core.moderation.policies import Action
from core.services.review import undo_decision
from core.serving.app import create_app
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    audit_kinds,
    chain_of,
    decided,
    make_services,
    scored,
    source_key,
)
from tests.integration.reviews import said, status_of
from tests.moving_clock import START, MovingClock
from tests.state_checks import broken_invariants, place_of

GRACE_S = 15


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def services(tmp_path: Path, clock: MovingClock) -> Iterator[Services]:
    made = make_services(tmp_path, clock=clock.clock, grace_s=GRACE_S)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


def undo(services: Services, revision: Revision, seen: int = 2) -> Action:
    undone = undo_decision(services.context, MODERATOR, revision.id, seen_version=seen)
    return undone.action


def last_event(services: Services, revision: Revision) -> dict[str, str]:
    with services.context.store.read() as reader:
        return dict(reader.audit_trail(revision.id)[-1].data)


@pytest.mark.parametrize(
    ("action", "seen"),
    [
        (Action.APPROVE, Visibility.VISIBLE),
        (Action.REMOVE, Visibility.REMOVED),
        (Action.ESCALATE, Visibility.HELD),
    ],
)
def test_author_sees_a_decision_once_it_takes_effect_whoever_still_runs(
    services: Services, clock: MovingClock, action: Action, seen: Visibility
) -> None:
    revision = scored(services, HELD)
    clock.move(60)
    decision = decided(services, revision, action, note="Read the rules.")
    assert decision.effective_at == clock.now + timedelta(seconds=GRACE_S)
    clock.move(GRACE_S - 0.001)
    before = said(services, revision)
    assert (before.visibility, before.note, before.decided_at) == (Visibility.HELD, "", START)
    assert (decided_by(before), before.decided_automatically) == (DecidedBy.MODEL, True)
    services.close()
    clock.move(0.001)  # no process of the console runs while the window ends
    later = make_services(services.settings.home, clock=clock.clock, grace_s=GRACE_S)
    after = said(later, revision)
    later.close()
    assert (after.visibility, after.note) == (seen, "Read the rules.")
    assert after.effective_at == decision.effective_at
    assert decided_by(after) is DecidedBy.MODEL_THEN_PERSON


def test_the_staff_sees_it_at_once_and_from_when_it_holds(
    services: Services, clock: MovingClock
) -> None:
    revision = scored(services, HELD)
    decision = decided(services, revision, Action.REMOVE)
    assert status_of(services, revision) is CaseStatus.CLOSED
    assert chain_of(services, revision)[-1] == decision
    assert decision.effective_at - clock.now == timedelta(seconds=GRACE_S)


def test_api_answers_what_is_in_force(services: Services, clock: MovingClock) -> None:
    revision = scored(services, HELD)
    source, source_id = source_key(services, revision)
    row = {"id": source_id, "source": source, "text": HELD, "author": "sam"}
    decided(services, revision, Action.APPROVE)
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:

        def answers() -> tuple[str, ...]:
            sent = client.post("/v1/comments", json=row).json()["comments"][0]
            statement = client.get(f"/v1/decisions/{revision.reference}").json()
            return (
                *(sent[name] for name in ("action", "visibility", "decision_source")),
                *(statement[name] for name in ("visibility", "effective_at")),
            )

        assert answers() == ("hold", "held", "rule", "held", "2026-11-01T12:00:00Z")
        clock.move(GRACE_S)
        assert answers() == ("approve", "visible", "reviewer", "visible", "2026-11-01T12:00:15Z")


def test_cancelled_decision_is_seen_by_nobody_but_the_staff(
    services: Services, clock: MovingClock
) -> None:
    revision = scored(services, HELD)
    before = said(services, revision)
    decided(services, revision, Action.REMOVE, note="Read the rules.")
    clock.move(GRACE_S - 1)
    assert undo(services, revision) is Action.HOLD
    event = last_event(services, revision)
    assert event.pop("cancelled") == "true"
    assert undo(services, revision) is Action.HOLD  # the same press again
    assert len(chain_of(services, revision)) == len(audit_kinds(services, revision)) - 1 == 3
    assert status_of(services, revision) is CaseStatus.OPEN
    for _ in range(3):
        assert said(services, revision) == before
        clock.move(GRACE_S)


def test_undo_after_the_window_is_no_cancel(services: Services, clock: MovingClock) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE)
    clock.move(GRACE_S)
    assert said(services, revision).visibility is Visibility.REMOVED
    undo(services, revision)
    assert "cancelled" not in last_event(services, revision)
    after = said(services, revision)
    assert (after.visibility, after.effective_at) == (Visibility.HELD, clock.now)
    assert not after.decided_automatically


def test_own_decisions_are_undone_newest_first(services: Services, clock: MovingClock) -> None:
    revision, other = scored(services, HELD), scored(services, HELD)
    decided(services, other, Action.APPROVE)
    clock.move(GRACE_S)
    decided(services, revision, Action.ESCALATE, actor=LEAD)
    clock.move(4)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    with pytest.raises(Conflict, match="lena removed"):
        undo_decision(services.context, LEAD, revision.id, seen_version=2)
    for seen, action in ((3, Action.ESCALATE), (2, Action.HOLD)):
        undone = undo_decision(services.context, LEAD, revision.id, seen_version=seen)
        assert (undone.action, last_event(services, revision)["cancelled"]) == (action, "true")
        again = undo_decision(services.context, LEAD, revision.id, seen_version=seen)
        assert again == undone
    with pytest.raises(RuleBroken, match="only your own"):
        undo_decision(services.context, LEAD, revision.id, seen_version=1)
    assert undo(services, other) is Action.HOLD
    clock.move(GRACE_S)
    assert said(services, revision).decided_automatically
    assert status_of(services, revision) is CaseStatus.OPEN


def test_cancelled_second_press_leaves_the_first_its_own_time(
    services: Services, clock: MovingClock
) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE, actor=LEAD)
    clock.move(5)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    undone = undo_decision(services.context, LEAD, revision.id, seen_version=3)
    assert undone.effective_at == START + timedelta(seconds=GRACE_S)
    clock.move(GRACE_S - 5.001)
    assert said(services, revision).decided_automatically
    clock.move(0.001)
    assert not said(services, revision).decided_automatically
    clock.move(GRACE_S)
    assert said(services, revision).visibility is Visibility.HELD


def test_window_of_a_decision_is_the_one_it_was_made_with(
    services: Services, clock: MovingClock
) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE)
    at_once = make_services(services.settings.home, clock=clock.clock, grace_s=0)
    assert said(at_once, revision).visibility is Visibility.HELD
    other = scored(at_once, HELD)
    decided(at_once, other, Action.REMOVE)
    at_once.close()
    assert said(services, other).visibility is Visibility.REMOVED

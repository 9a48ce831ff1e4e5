"""Second looks by real services: drawn with the decision, blind, answered once."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, NotFound, PermissionDenied, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.cleaning import is_storable
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.sampling import Sampling, SamplingReason
from core.moderation.second_looks import LookState
from core.services import review
from core.services.disagreements import make_golden
from core.services.quality import load_own_golden
from core.services.reopen import reopen
from core.services.second_looks import SecondLookCard, answer_look, next_look
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    appealed,
    decided,
    edited,
    heard,
    make_services,
    scored,
    withdrawn,
)
from tests.hostile_texts import KINDS
from tests.integration.quality_calls import (
    NEARLY_ALL,
    PIA,
    TOMAS,
    at_once,
    judged,
    look_of,
    waiting,
)
from tests.moving_clock import MovingClock
from tests.state_checks import broken_invariants, place_of

pytestmark = pytest.mark.slow

GRACE_S = 15
RAVI = Actor("ravi", Role.MODERATOR)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def site(tmp_path: Path, clock: MovingClock, each_state_url: str) -> Iterator[Services]:
    made = make_services(
        tmp_path,
        clock=clock.clock,
        state_url=each_state_url,
        grace_s=GRACE_S,
        second_look_share=NEARLY_ALL,
    )
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


def test_the_draw_is_stored_with_the_decision(site: Services) -> None:
    revision = scored(site, HELD)
    decision = decided(site, revision, Action.REMOVE)
    look = look_of(site, revision.id)
    assert look.sampling == Sampling(SamplingReason.DOUBLE_REVIEW, NEARLY_ALL)
    assert (look.decision_id, look.opens_at) == (decision.id, decision.effective_at)
    assert (look.first.actor, look.first.action) == ("mina", Action.REMOVE)


def test_a_share_of_nothing_draws_nothing(tmp_path: Path) -> None:
    services = make_services(tmp_path, second_look_share=0)
    for _ in range(5):
        revision = scored(services, HELD)
        decided(services, revision, Action.REMOVE)
        with services.context.store.read() as reader:
            assert reader.second_looks_of(revision.id) == []
    services.close()


def test_escalating_undoing_reopening_and_hearing_draw_nothing(
    site: Services, clock: MovingClock
) -> None:
    revision = scored(site, HELD)
    decided(site, revision, Action.ESCALATE)
    with site.context.store.read() as reader:
        assert reader.second_looks_of(revision.id) == []
    decided(site, revision, Action.REMOVE, actor=LEAD)
    clock.move(GRACE_S)
    heard(site, appealed(site, revision), overturn=True, actor=PIA)
    other = scored(site, HELD)
    decided(site, other, Action.REMOVE)
    review.undo_decision(site.context, MODERATOR, other.id, seen_version=2)
    third = scored(site, CLEAN)
    reopen(site.context, MODERATOR, third.id, seen_version=1)
    with site.context.store.read() as reader:
        assert [len(reader.second_looks_of(each.id)) for each in (revision, other, third)] == [
            1,
            1,
            0,
        ]


def test_the_card_shows_a_text_and_nothing_that_was_decided(
    site: Services, clock: MovingClock
) -> None:
    look = waiting(site)
    assert next_look(site.context, TOMAS) is None  # until the grace is over
    clock.move(GRACE_S)
    card = next_look(site.context, TOMAS)
    assert card is not None
    assert (card.look_id, card.text[: len(HELD)]) == (look.id, HELD)
    assert {each.name for each in fields(SecondLookCard)} == {
        "look_id",
        "text",
        "ancestors",
        "policy",
    }
    assert "mina" not in repr(card)


def test_nobody_looks_at_their_own_decision(site: Services, clock: MovingClock) -> None:
    look = waiting(site)
    clock.move(GRACE_S)
    assert next_look(site.context, MODERATOR) is None
    with pytest.raises(PermissionDenied, match="judged this text already"):
        answer_look(site.context, MODERATOR, look.id, Action.REMOVE, "threat")


def test_an_answer_changes_nothing_for_the_comment(site: Services, clock: MovingClock) -> None:
    look = waiting(site)
    clock.move(GRACE_S)
    with site.context.store.read() as reader:
        before = reader.decision_chain(look.revision_id), reader.case_of(look.revision_id)
    done = judged(site, look, Action.APPROVE, note="  Satire. ")
    assert (done.state, done.second and done.second.note) == (LookState.DIFFERENT, "Satire.")
    with site.context.store.read() as reader:
        after = reader.decision_chain(look.revision_id), reader.case_of(look.revision_id)
        event = reader.audit_trail(look.revision_id)[-1]
    assert after == before
    assert (event.kind, event.actor) == (AuditKind.SECOND_LOOK_ANSWERED, "tomas")
    assert event.data == {"look": look.id, "action": "approve"}
    assert next_look(site.context, TOMAS) is None


def test_a_look_is_answered_once(site: Services, clock: MovingClock) -> None:
    look = waiting(site)
    clock.move(GRACE_S)
    judged(site, look, Action.REMOVE)
    with pytest.raises(PermissionDenied, match="already"):
        judged(site, look, Action.APPROVE)
    with pytest.raises(RuleBroken, match="does not wait"):
        judged(site, look, Action.APPROVE, actor=PIA)


@pytest.mark.parametrize("how", ["undone", "edited", "withdrawn", "early"])
def test_what_no_longer_holds_gets_no_answer(site: Services, clock: MovingClock, how: str) -> None:
    revision = scored(site, HELD)
    decided(site, revision, Action.REMOVE)
    look = look_of(site, revision.id)
    if how == "undone":
        review.undo_decision(site.context, MODERATOR, revision.id, seen_version=2)
    if how != "early":
        clock.move(GRACE_S)
    if how == "edited":
        edited(site, revision, CLEAN)
    if how == "withdrawn":
        withdrawn(site, revision)
    assert next_look(site.context, TOMAS) is None
    with pytest.raises((RuleBroken, Conflict)):
        judged(site, look, Action.REMOVE)
    assert look_of(site, revision.id) == look


def test_a_decision_made_again_is_drawn_again_until_somebody_has_judged_it(
    site: Services, clock: MovingClock
) -> None:
    revision = scored(site, HELD)
    decided(site, revision, Action.REMOVE)
    review.undo_decision(site.context, MODERATOR, revision.id, seen_version=2)
    again = decided(site, revision, Action.APPROVE)
    clock.move(GRACE_S)
    assert look_of(site, revision.id).decision_id == again.id
    judged(site, look_of(site, revision.id), Action.APPROVE)
    reopen(site.context, LEAD, revision.id, seen_version=4)
    decided(site, revision, Action.REMOVE)
    with site.context.store.read() as reader:
        assert len(reader.second_looks_of(revision.id)) == 2


def test_wrong_answers_are_refused(site: Services, clock: MovingClock) -> None:
    look = waiting(site)
    clock.move(GRACE_S)
    with pytest.raises(NotFound, match="second look"):
        answer_look(site.context, TOMAS, "none", Action.APPROVE)
    with pytest.raises(NotFound, match="no reason"):
        answer_look(site.context, TOMAS, look.id, Action.REMOVE, "nonsense")
    with pytest.raises(RuleBroken, match="Choose the reason"):
        answer_look(site.context, TOMAS, look.id, Action.REMOVE)
    with pytest.raises(RuleBroken, match="keep the comment or remove"):
        answer_look(site.context, TOMAS, look.id, Action.HOLD)
    with pytest.raises(RuleBroken, match="2,000"):
        answer_look(site.context, TOMAS, look.id, Action.APPROVE, note="x" * 2_001)
    with pytest.raises(RuleBroken, match="can't be stored"):
        answer_look(site.context, TOMAS, look.id, Action.APPROVE, note="\ud800")
    assert look_of(site, look.revision_id) == look


def test_hostile_notes_come_back_as_they_were(site: Services, clock: MovingClock) -> None:
    texts = [next(text for text in kind if is_storable(text)) for kind in KINDS.values()]
    for text in texts:
        look = waiting(site)
        clock.move(GRACE_S)
        done = judged(site, look, Action.APPROVE, note=text)
        assert done.second is not None
        assert done.second.note == text.strip()


def test_of_two_answers_at_once_one_counts(site: Services, clock: MovingClock) -> None:
    for _ in range(5):
        look = waiting(site)
        clock.move(GRACE_S)
        refused = at_once(
            lambda look_id=look.id: answer_look(site.context, TOMAS, look_id, Action.APPROVE),
            lambda look_id=look.id: answer_look(site.context, PIA, look_id, Action.APPROVE),
        )
        assert len(refused) == 1
        with site.context.store.read() as reader:
            kinds = [event.kind for event in reader.audit_trail(look.revision_id)]
        assert kinds.count(AuditKind.SECOND_LOOK_ANSWERED) == 1


def test_golden_items_come_among_second_looks(site: Services, clock: MovingClock) -> None:
    assert load_own_golden(site.context, RAVI) is None
    item = _golden(site, clock)
    assert next_look(site.context, RAVI) is None  # alone it would be known for one
    shown = []
    for _ in range(40):
        waiting(site)
        clock.move(GRACE_S)
        card = next_look(site.context, RAVI)
        assert card is not None
        assert card == next_look(site.context, RAVI)
        shown.append(card.look_id)
        answer_look(site.context, RAVI, card.look_id, Action.REMOVE, "threat")
        if card.look_id == item:
            break
    assert shown.count(item) == 1
    assert load_own_golden(site.context, RAVI) is None  # a figure that moves now would tell it
    clock.move(24 * 3600)
    result = load_own_golden(site.context, RAVI)
    assert result is not None
    assert (result.actor, result.found.share, result.found.judged) == ("ravi", 1.0, 1)
    with pytest.raises(RuleBroken, match="does not wait"):
        answer_look(site.context, RAVI, item, Action.APPROVE)
    answer_look(site.context, RAVI, item, Action.REMOVE, "threat")  # sent again


def _golden(site: Services, clock: MovingClock) -> str:
    look = waiting(site)
    clock.move(GRACE_S)
    judged(site, look, Action.REMOVE)
    make_golden(site.context, PIA, look.id)
    return look.id


def test_who_sees_the_list_of_golden_items_meets_none(site: Services, clock: MovingClock) -> None:
    item = _golden(site, clock)
    for _ in range(20):
        waiting(site)
        clock.move(GRACE_S)
        card = next_look(site.context, LEAD)
        assert card is not None
        assert card.look_id != item
        answer_look(site.context, LEAD, card.look_id, Action.APPROVE)

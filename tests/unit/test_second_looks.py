"""Second looks: what is drawn, who may answer, disagreements and golden items."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import PermissionDenied, RuleBroken
from core.moderation.agreement import AnswerPair
from core.moderation.policies import Action
from core.moderation.second_looks import (
    Answer,
    LookState,
    SecondLook,
    answer_pair,
    answered,
    cancelled,
    made_golden,
    settled,
)

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
WHY = "It names a person and wishes them ill."
LOOK = SecondLook(
    id="l1",
    revision_id="r1",
    decision_id="d1",
    first=Answer("mina", Action.REMOVE, AT, "harassment"),
    probability=0.05,
    opens_at=AT + timedelta(seconds=15),
)


def by(actor: str, action: Action, at: datetime = LATER) -> Answer:
    return Answer(actor, action, at)


def test_two_who_say_the_same_agree() -> None:
    look = answered(LOOK, by("tomas", Action.REMOVE))
    assert (look.state, look.second) == (LookState.AGREED, by("tomas", Action.REMOVE))
    assert answer_pair(look) == AnswerPair(first=True, second=True, weight=20)


def test_two_who_differ_wait_for_a_third() -> None:
    look = answered(LOOK, by("tomas", Action.APPROVE))
    assert look.state is LookState.DIFFERENT
    assert answer_pair(look) == AnswerPair(first=True, second=False, weight=20)
    ended = settled(look, by("lena", Action.APPROVE), WHY)
    assert (ended.state, len(ended.answers)) == (LookState.SETTLED, 3)


def test_before_an_answer_there_is_no_pair() -> None:
    assert answer_pair(LOOK) is None


@pytest.mark.parametrize("actor", ["mina", "tomas"])
def test_nobody_judges_a_text_twice(actor: str) -> None:
    look = answered(LOOK, by("tomas", Action.APPROVE))
    with pytest.raises(PermissionDenied, match="already"):
        settled(look, by(actor, Action.REMOVE), WHY)
    with pytest.raises(PermissionDenied, match="already"):
        answered(LOOK, by("mina", Action.REMOVE))


@pytest.mark.parametrize("state", [each for each in LookState if each is not LookState.WAITING])
def test_a_look_is_answered_once(state: LookState) -> None:
    with pytest.raises(RuleBroken, match="does not wait"):
        answered(replace(LOOK, state=state), by("tomas", Action.REMOVE))


def test_it_waits_until_the_decision_holds() -> None:
    early = by("tomas", Action.REMOVE, LOOK.opens_at - timedelta(microseconds=1))
    with pytest.raises(RuleBroken, match="does not wait"):
        answered(LOOK, early)
    assert answered(LOOK, by("tomas", Action.REMOVE, LOOK.opens_at)).second is not None


def test_an_answer_keeps_or_removes() -> None:
    with pytest.raises(RuleBroken, match="keep the comment or remove it"):
        answered(LOOK, by("tomas", Action.ESCALATE))


def test_a_disagreement_is_settled_with_a_reason() -> None:
    look = answered(LOOK, by("tomas", Action.APPROVE))
    with pytest.raises(RuleBroken, match="in a sentence"):
        settled(look, by("lena", Action.REMOVE), "  no.    ")


@pytest.mark.parametrize("state", [each for each in LookState if each is not LookState.DIFFERENT])
def test_only_a_disagreement_is_settled(state: LookState) -> None:
    with pytest.raises(RuleBroken, match="no disagreement"):
        settled(replace(LOOK, state=state), by("lena", Action.REMOVE), WHY)


def test_a_third_person_makes_an_agreement_golden() -> None:
    agreed = answered(LOOK, by("tomas", Action.REMOVE))
    assert made_golden(agreed, "lena").golden_by == "lena"
    for actor in ("mina", "tomas"):
        with pytest.raises(PermissionDenied, match="third person"):
            made_golden(agreed, actor)
    with pytest.raises(RuleBroken, match="lena has made"):
        made_golden(made_golden(agreed, "lena"), "ravi")
    with pytest.raises(RuleBroken, match="said alike"):
        made_golden(answered(LOOK, by("tomas", Action.APPROVE)), "lena")


def test_what_nobody_answered_can_be_given_up() -> None:
    assert cancelled(LOOK).state is LookState.CANCELLED
    agreed = answered(LOOK, by("tomas", Action.REMOVE))
    assert cancelled(agreed) is agreed

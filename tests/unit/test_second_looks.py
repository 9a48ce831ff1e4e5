"""Second looks: what is drawn, who may answer, disagreements and golden items."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import PermissionDenied, RuleBroken
from core.moderation.agreement import AnswerPair
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.look_figures import answer_pair
from core.moderation.policies import Action
from core.moderation.sampling import Sampling, SamplingReason
from core.moderation.second_looks import (
    Answer,
    GoldenAnswer,
    LookState,
    SecondLook,
    answered,
    changes_decision,
    check_took_no_part,
    check_waits,
    golden_answer,
    in_own_order,
    is_drawn,
    is_golden_turn,
    is_same_answer,
    made_golden,
    no_longer_golden,
    second_look_at,
    settled,
    told_to_oneself,
)

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
WHY = "It names a person and wishes them ill."
LOOK = SecondLook(
    id="l1",
    revision_id="r1",
    decision_id="d1",
    first=Answer("mina", Action.REMOVE, AT, "harassment"),
    sampling=Sampling(SamplingReason.DOUBLE_REVIEW, 0.05),
    opens_at=AT + timedelta(seconds=15),
)


def by(actor: str, action: Action, at: datetime = LATER, note: str = "") -> Answer:
    reason = "harassment" if action is Action.REMOVE else None
    return Answer(actor, action, at, reason, note)


def test_two_who_say_the_same_agree() -> None:
    look = answered(LOOK, by("tomas", Action.REMOVE))
    assert (look.state, look.second) == (LookState.AGREED, by("tomas", Action.REMOVE))
    assert answer_pair(look) == AnswerPair(first=True, second=True, weight=20)


def test_two_who_differ_wait_for_a_third() -> None:
    look = answered(LOOK, by("tomas", Action.APPROVE))
    assert look.state is LookState.DIFFERENT
    assert answer_pair(look) == AnswerPair(first=True, second=False, weight=20)
    ended = settled(look, by("lena", Action.APPROVE, note=WHY))
    assert (ended.state, len(ended.answers)) == (LookState.SETTLED, 3)


def test_before_an_answer_there_is_no_pair() -> None:
    assert answer_pair(LOOK) is None


@pytest.mark.parametrize("actor", ["mina", "tomas"])
def test_nobody_judges_a_text_twice(actor: str) -> None:
    look = answered(LOOK, by("tomas", Action.APPROVE))
    with pytest.raises(PermissionDenied, match="already"):
        settled(look, by(actor, Action.REMOVE, note=WHY))
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
        by("tomas", Action.ESCALATE)


def test_a_disagreement_is_settled_with_a_reason() -> None:
    look = answered(LOOK, by("tomas", Action.APPROVE))
    with pytest.raises(RuleBroken, match="in a sentence"):
        settled(look, by("lena", Action.REMOVE, note="  no.    "))


@pytest.mark.parametrize("state", [each for each in LookState if each is not LookState.DIFFERENT])
def test_only_a_disagreement_is_settled(state: LookState) -> None:
    with pytest.raises(RuleBroken, match="no disagreement"):
        settled(replace(LOOK, state=state), by("lena", Action.REMOVE, note=WHY))


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


def test_reasons_and_notes_of_answers_are_checked() -> None:
    for action, reason in ((Action.REMOVE, None), (Action.APPROVE, "threat")):
        with pytest.raises(RuleBroken, match="Choose the reason"):
            Answer("tomas", action, LATER, reason)
    Answer("tomas", Action.APPROVE, LATER, note="x" * 2_000)
    with pytest.raises(RuleBroken, match="2,000"):
        Answer("tomas", Action.APPROVE, LATER, note="x" * 2_001)
    with pytest.raises(RuleBroken, match="can't be stored"):
        Answer("tomas", Action.APPROVE, LATER, note="a\x00")


def decision(**changes: object) -> Decision:
    made = Decision(
        id="d1",
        revision_id="r1",
        action=Action.REMOVE,
        source=DecisionSource.REVIEWER,
        actor="mina",
        policy_version=1,
        decided_at=AT,
        reason_code="harassment",
        grace=timedelta(seconds=15),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_look_is_that_of_the_decision() -> None:
    assert second_look_at(decision(), 0.999999, new_id="l1") == replace(
        LOOK, sampling=Sampling(SamplingReason.DOUBLE_REVIEW, 0.999999)
    )
    assert second_look_at(decision(), 0, new_id="l1") is None


def test_a_reason_beside_an_approval_stops_nobody() -> None:
    kept = decision(action=Action.APPROVE, reason_code="harassment")
    look = second_look_at(kept, 0.999999, new_id="l1")
    assert look is not None
    assert look.first == Answer(kept.actor, Action.APPROVE, kept.decided_at)


def test_the_share_is_that_of_the_texts() -> None:
    drawn = [is_drawn(decision(revision_id=f"r{number}"), 0.25) for number in range(2_000)]
    assert 440 < sum(drawn) < 560


@pytest.mark.parametrize(
    "changes",
    [
        {"action": Action.ESCALATE, "reason_code": None},
        {"action": Action.HOLD, "reason_code": None},
        {"source": DecisionSource.RULE},
        {"undoes": "d0"},
        {"appeal_id": "a1"},
    ],
)
def test_what_is_no_usual_decision_is_not_drawn(changes: dict[str, object]) -> None:
    assert not is_drawn(decision(**changes), 1.0)


def test_it_waits_while_its_decision_is_the_current_one() -> None:
    opens = LOOK.opens_at
    check_waits(LOOK, [decision()], opens)
    for look, chain, now in (
        (LOOK, [decision()], opens - timedelta(microseconds=1)),
        (LOOK, [decision(), decision(id="d2")], opens),
        (LOOK, [], opens),
        (replace(LOOK, state=LookState.AGREED), [decision()], opens),
    ):
        with pytest.raises(RuleBroken, match="does not wait"):
            check_waits(look, chain, now)


def test_whoever_took_part_is_refused() -> None:
    look = replace(answered(LOOK, by("tomas", Action.REMOVE)), golden_by="lena")
    chain = [decision(actor="una"), decision()]
    for actor in ("mina", "tomas", "lena", "una"):
        with pytest.raises(PermissionDenied, match="already"):
            check_took_no_part(actor, [LOOK, look], chain, ())
    with pytest.raises(PermissionDenied, match="already"):
        check_took_no_part("ravi", [look], chain, {"ravi"})  # heard an appeal and upheld it
    check_took_no_part("ravi", [LOOK, look], chain, {"pia"})


def test_two_people_are_asked_in_orders_of_their_own() -> None:
    looks = [replace(LOOK, id=f"l{number}") for number in range(50)]
    orders = [in_own_order(name, looks) for name in ("mina", "tomas", "ravi")]
    assert all(set(each) == set(looks) for each in orders)
    assert len({tuple(look.id for look in each) for each in orders}) == 3
    assert in_own_order("mina", looks[::-1]) == orders[0]


def test_an_answer_that_is_sent_again_is_known_whatever_its_time() -> None:
    given = by("tomas", Action.REMOVE)
    assert is_same_answer(given, replace(given, given_at=given.given_at + timedelta(hours=1)))
    for other in (None, replace(given, note="No."), by("tomas", Action.APPROVE)):
        assert not is_same_answer(other, given)


def test_a_golden_answer_is_told_a_day_later() -> None:
    given = GoldenAnswer("l1", by("tomas", Action.REMOVE), Action.REMOVE)
    at = given.answer.given_at
    assert told_to_oneself([given], at + timedelta(hours=23)) == []
    assert told_to_oneself([given], at + timedelta(days=1)) == [given]


def test_a_golden_item_is_answered_once_by_each() -> None:
    agreed = answered(LOOK, by("tomas", Action.REMOVE))
    look = made_golden(agreed, "lena")
    given = golden_answer(look, by("ravi", Action.APPROVE), [])
    assert (given.look_id, given.right, given.is_right) == ("l1", Action.REMOVE, False)
    assert golden_answer(look, by("una", Action.REMOVE), [given]).is_right
    for wrong, known in ((look, [given]), (agreed, [])):
        with pytest.raises(RuleBroken, match="does not wait"):
            golden_answer(wrong, by("ravi", Action.REMOVE), known)


def test_a_golden_item_can_be_dropped() -> None:
    agreed = answered(LOOK, by("tomas", Action.REMOVE))
    assert no_longer_golden(made_golden(agreed, "lena")) == agreed
    with pytest.raises(RuleBroken, match="no golden item"):
        no_longer_golden(agreed)


def test_about_a_fifth_of_the_turns_are_golden() -> None:
    turns = [is_golden_turn("ravi", number) for number in range(1_000)]
    assert 150 < sum(turns) < 250
    assert turns != [is_golden_turn("tomas", number) for number in range(1_000)]


def test_what_is_settled_against_the_standing_decision_changes_it() -> None:
    look = answered(LOOK, by("tomas", Action.APPROVE))
    against = settled(look, by("lena", Action.APPROVE, note=WHY))
    assert changes_decision(against, [decision()])
    assert not changes_decision(against, [decision(), decision(id="d2")])
    assert not changes_decision(against, [])
    assert not changes_decision(settled(look, by("lena", Action.REMOVE, note=WHY)), [decision()])
    assert not changes_decision(look, [decision()])


def test_a_pair_on_a_reason_asks_for_that_reason() -> None:
    look = answered(LOOK, Answer("tomas", Action.REMOVE, LATER, "threat"))
    assert answer_pair(look) == AnswerPair(first=True, second=True, weight=20)
    assert answer_pair(look, "threat") == AnswerPair(first=False, second=True, weight=20)
    assert answer_pair(look, "harassment") == AnswerPair(first=True, second=False, weight=20)

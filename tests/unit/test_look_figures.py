"""What second looks and golden items say."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.moderation.look_figures import by_pair, by_reason, golden_results, overall
from core.moderation.policies import Action
from core.moderation.sampling import Sampling, SamplingReason
from core.moderation.second_looks import Answer, GoldenAnswer, LookState, SecondLook

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
KEEP, REMOVE = Action.APPROVE, Action.REMOVE


def answer(actor: str, reason: str | None) -> Answer:
    """A removal for that reason, or an approval."""
    return Answer(actor, KEEP if reason is None else REMOVE, AT, reason)


def look(
    first: tuple[str, str | None], second: tuple[str, str | None] | None, share: float = 0.05
) -> SecondLook:
    waits = SecondLook(
        id="l",
        revision_id="r",
        decision_id="d",
        first=answer(*first),
        sampling=Sampling(SamplingReason.DOUBLE_REVIEW, share),
        opens_at=AT,
    )
    return replace(waits, second=answer(*second), state=LookState.AGREED) if second else waits


def test_nothing_is_known_without_an_answer() -> None:
    waits = [look(("mina", None), None)]
    assert overall(waits) is None
    assert by_pair(waits) == by_reason(waits) == []
    assert golden_results([]) == []


def test_two_people_are_one_pair_whoever_decided_first() -> None:
    looks = [
        look(("mina", "threat"), ("tomas", None)),
        look(("tomas", None), ("mina", "threat")),
        look(("tomas", "threat"), ("mina", "threat")),
        look(("ravi", None), ("mina", None)),
    ]
    first, second = by_pair(looks)
    assert (first.people, first.found.pairs) == (("mina", "tomas"), 3)
    assert first.found.raw.value == pytest.approx(1 / 3)
    # Mina removes all three, tomas one: by chance they agree on a third, as they do.
    assert first.found.kappa is not None
    assert first.found.kappa.value == pytest.approx(0.0)
    assert (second.people, second.found.pairs) == (("mina", "ravi"), 1)


def test_pairs_of_equal_size_are_in_the_order_of_names() -> None:
    looks = [look(("zoe", None), ("tomas", None)), look(("ravi", None), ("mina", None))]
    assert [each.people for each in by_pair(looks)] == [("mina", "ravi"), ("tomas", "zoe")]


def test_a_reason_is_agreed_on_if_both_remove_for_it() -> None:
    looks = [
        look(("mina", "threat"), ("tomas", "threat")),
        look(("mina", "threat"), ("tomas", "insult")),
        look(("mina", None), ("tomas", None)),
        look(("mina", None), None),
    ]
    threat, insult = by_reason(looks)
    assert (threat.reason_code, threat.named, threat.found.pairs) == ("threat", 2, 3)
    assert threat.found.raw.value == pytest.approx(2 / 3)
    assert threat.found.positive is not None
    assert threat.found.positive.value == pytest.approx(2 / 3)
    assert (insult.reason_code, insult.named) == ("insult", 1)
    everything = overall(looks)
    assert everything is not None
    assert (everything.pairs, everything.raw.value) == (3, 1.0)


def test_a_reason_that_few_texts_were_given_tells_little() -> None:
    looks = [look(("mina", "threat"), ("tomas", "threat"))] * 99
    looks += [look(("mina", None), ("tomas", None))] * 50
    (threat,) = by_reason(looks)
    assert (threat.is_few, threat.found.is_few) == (True, False)
    (more,) = by_reason([looks[0], *looks])
    assert not more.is_few


def test_a_text_drawn_seldom_weighs_more() -> None:
    looks = [
        look(("mina", None), ("tomas", None), share=0.5),
        look(("mina", "threat"), ("tomas", None), share=0.1),
    ]
    found = overall(looks)
    assert found is not None
    assert found.raw.value == pytest.approx(2 / 12)


def test_golden_results_count_keeping_and_removing_alone() -> None:
    answers = [
        GoldenAnswer("a", answer("tomas", "insult"), REMOVE),
        GoldenAnswer("b", answer("tomas", None), REMOVE),
        GoldenAnswer("a", answer("mina", "threat"), REMOVE),
        GoldenAnswer("b", answer("mina", None), KEEP),
    ]
    mina, tomas = golden_results(answers)
    assert (mina.actor, mina.found.share, mina.found.judged) == ("mina", 1.0, 2)
    assert (tomas.actor, tomas.found.share, tomas.found.judged) == ("tomas", 0.5, 2)
    assert 0 < tomas.found.low < 0.5 < tomas.found.high < 1

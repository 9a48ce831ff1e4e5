"""What is said of a load test, with the reason on each row; and its figures as JSON."""

import pytest

from core.load_test.report import facts_of, side_by_side
from core.load_test.results import LoadTestPlan, LoadTestStatus
from core.load_test.rising_rate import find_knee
from core.load_test.scalability import fit_usl
from core.load_test.wording import (
    STATUS_WORDS,
    client_words,
    headroom_words,
    knee_words,
    law_words,
    objective_words,
    target_words,
)
from tests.load_tests import load_test, step


def test_every_status_has_a_word() -> None:
    assert set(STATUS_WORDS) == set(LoadTestStatus)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (LoadTestPlan(workers=(1,)), "own servers, 1 worker"),
        (LoadTestPlan(workers=(1, 2, 4)), "own servers, 1, 2 and 4 workers"),
        (LoadTestPlan(url="http://10.0.0.5:8000"), "http://10.0.0.5:8000"),
    ],
)
def test_target_is_named(plan: LoadTestPlan, words: str) -> None:
    assert target_words(load_test(plan=plan)) == words


def test_objective_is_said_in_its_own_units() -> None:
    plan = LoadTestPlan(share=0.995, within_ms=250.0)
    assert objective_words(load_test(plan=plan)) == "99.5 % of requests answered within 250 ms"


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((), "No rate was tried yet."),
        ((step(10),), "held up to 10 a second, the highest rate tried"),
        ((step(10, holds=False),), "broke at every rate, down to 10 a second"),
        (
            (step(400), step(800, holds=False)),
            "holds up to 400 requests a second and breaks at 800",
        ),
    ],
)
def test_knee_in_a_sentence(steps: tuple[object, ...], words: str) -> None:
    assert words in knee_words(load_test(steps=steps), 1)


@pytest.mark.parametrize(
    ("busiest", "words"),
    [(0.0, "no live traffic"), (16.8, "the knee is 10 times that"), (0.1, "1,680 times")],
)
def test_headroom_in_a_sentence(busiest: float, words: str) -> None:
    knee = find_knee(load_test().steps_of(1), 0.99)
    assert words in headroom_words(knee, busiest)


def test_no_knee_has_no_headroom() -> None:
    assert "once a rate held" in headroom_words(find_knee((), 0.99), 5.0)


def test_a_sender_that_was_busy_is_told_with_the_rate() -> None:
    assert client_words((step(10), step(20))) is None
    said = client_words((step(10), step(20, client_cpu=0.95), step(40, client_cpu=0.97)))
    assert said is not None
    assert said.startswith("From 20 a second on the sender itself")


def test_law_in_words_says_what_is_not_known() -> None:
    assert "three different numbers" in law_words(None)
    alone = law_words(fit_usl({1: [100.0], 2: [180.0], 4: [300.0]}))
    assert "nothing is known of the interval" in alone
    full = law_words(fit_usl(load_test().throughputs))
    assert "One worker answers 200 requests a second" in full
    assert "highest with about 9 workers" in full
    assert " to " in full
    assert "does not fall" in law_words(fit_usl({1: [100.0], 2: [200.0], 4: [400.0]}))


def test_facts_hold_the_knee_of_each_number_of_workers() -> None:
    facts = facts_of(load_test())
    assert [one["workers"] for one in facts["workers"]] == [1, 2, 4]
    assert [one["knee_rps"] for one in facts["workers"]] == [168.0, 336.0, 672.0]
    assert facts["law"]["contention"] == pytest.approx(0.1, abs=0.02)
    assert facts_of(load_test(rounds=(), steps=()))["law"] is None


def test_two_tests_stand_side_by_side() -> None:
    alone = side_by_side([load_test()], 0.0)
    both = side_by_side([load_test(), load_test("b2", steps=())], 0.0)
    assert any("a1" in line and "b2" in line for line in both)
    assert max(map(len, both)) <= 122
    assert "a1, 2026-11-23 12:00:00 UTC, done" in alone[0]
    failed = load_test(status=LoadTestStatus.FAILED, problem="the server does not answer")
    assert "failed: the server does not answer" in side_by_side([failed], 0.0)[0]

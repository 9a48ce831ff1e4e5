"""The page Does it scale? says what the command says, in English word for word; and in German."""

import pytest

import core.load_test.wording as command
import dashboard.scale.wording as page
from core.load_test.results import LoadTestPlan, LoadTestStatus
from core.load_test.rising_rate import find_knee
from core.load_test.scalability import UslFit, UslParameters, fit_usl
from dashboard.staff_texts import reading
from tests.load_tests import load_test, step

STEPS = (
    (), (step(10),), (step(10, holds=False),), (step(1_400), step(2_800, holds=False)),
)  # fmt: skip
FITS = (
    None, fit_usl({1: [100.0], 2: [180.0], 4: [300.0]}), fit_usl(load_test().throughputs),
    UslFit(UslParameters(50.0, 0.9, 0.5), ()), UslFit(UslParameters(50.0, 0.1, 0.0), ()),
)  # fmt: skip


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("busiest", [0.0, 16.8, 0.1])
def test_knee_and_headroom(steps, busiest: float) -> None:
    test = load_test(steps=steps)
    knee = find_knee(test.steps_of(1), 0.99)
    assert page.knee_words(test, 1) == command.knee_words(test, 1)
    assert page.headroom_words(knee, busiest) == command.headroom_words(knee, busiest)


@pytest.mark.parametrize(
    "plan",
    [
        LoadTestPlan(workers=(1,)),
        LoadTestPlan(workers=(1, 2, 4), share=0.995, within_ms=2_500.0),
        LoadTestPlan(url="http://10.0.0.5:8000", within_ms=0.25),
    ],
)
def test_target_and_objective(plan: LoadTestPlan) -> None:
    test = load_test(plan=plan)
    assert page.target_words(test) == command.target_words(test)
    assert page.objective_words(plan.share, plan.within_ms) == command.objective_words(test)


def test_status_and_a_busy_sender() -> None:
    assert dict(page.STATUSES) == command.STATUS_WORDS
    for steps in ((step(10),), (step(20, client_cpu=0.95), step(40, client_cpu=0.97))):
        assert page.client_words(steps) == command.client_words(steps)


@pytest.mark.parametrize("fit", FITS)
def test_law(fit: UslFit | None) -> None:
    assert page.law_words(fit) == command.law_words(fit)


def test_progress_counts_each_thing() -> None:
    test = load_test(status=LoadTestStatus.RUNNING)
    one = load_test(steps=(step(1_234.0),), rounds=test.rounds[:1])
    said = "1 round and 1 rate so far; now near 1,234 a second."
    assert page.progress_words(one, is_stopping=False) == said
    none = load_test(steps=(), rounds=test.rounds)
    assert page.progress_words(none, is_stopping=False) == "9 rounds and 0 rates so far"


def test_figures_have_the_language_s_form() -> None:
    with reading("de"):
        assert page.workers_words((1, 2, 4)) == "1, 2 und 4 Worker"
        said = page.objective_words(0.995, 2_500.0)
        assert said == "99,5 % der Anfragen in höchstens 2.500 ms beantwortet"
        assert "Konkurrenz um Ressourcen 0,100, " in page.law_words(FITS[-1])

"""The page How long? says in English what the command says, and the same in other languages."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from core.services.job_time import JobTime
from core.servinglog.estimates import wording as of_command
from core.servinglog.estimates.plan import Basis, JobForecast, JobPlan, Scaling, TooFew
from dashboard.estimate.charts import time_bins, time_chart
from dashboard.estimate.wording import answer_words, basis_words, cold_words, lasting, plan_words
from dashboard.staff_texts import reading

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PLAN = JobPlan(1_600, 16)
FORECAST = JobForecast(
    plan=PLAN,
    draws_ms=np.linspace(60_000.0, 240_000.0, 500),
    calls=1_240,
    pieces=12,
    sizes=(16, 16),
    basis=Basis.SAME_SIZE,
    scaling=Scaling.ONE,
    is_uneven=False,
)
NARROW = np.linspace(90_000.0, 95_000.0, 500)
FORECASTS = [
    FORECAST,
    replace(FORECAST, sizes=(1, 1)),
    replace(FORECAST, basis=Basis.FITTED, sizes=(1, 64)),
    replace(FORECAST, scaling=Scaling.IDEAL, plan=replace(PLAN, replicas=4), draws_ms=NARROW),
    replace(FORECAST, pieces=100, is_uneven=True),
]
PLANS = [PLAN, JobPlan(1, 1), JobPlan(100, 16, 2), JobPlan(1, 16, 2, 250.0), JobPlan(9, 3, 1, 9.0)]


def answer(warm: JobForecast | TooFew, plan: JobPlan = PLAN) -> JobTime:
    return JobTime("onnx", plan, warm, None, 0, (), 9, (16,), NOW, NOW)


@pytest.mark.parametrize("ms", [4.24, 64.4, 999.6, 119_000.0, 210_000.0, 7_560_000.0, 9e9])
def test_times_are_those_of_the_command(ms: float) -> None:
    assert lasting(ms) == of_command.lasting(ms)


@pytest.mark.parametrize("found", FORECASTS)
def test_an_answer_is_that_of_the_command(found: JobForecast) -> None:
    assert answer_words(answer(found)) == of_command.answer_words(found)
    assert basis_words(found) == of_command.basis_words(found)
    for starts in (1, 3, 20):
        assert cold_words(found, starts) == of_command.cold_words(found, starts)
    assert cold_words(None, 0) == of_command.cold_words(None, 0)


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_is_told_as_by_the_command(plan: JobPlan) -> None:
    assert plan_words(plan, "onnx") == of_command.plan_words(plan, "onnx")


@pytest.mark.parametrize(
    ("batch", "what"), [(1, "calls of 1 comment"), (900, "calls of about 900 comments")]
)
def test_too_few_calls_are_told_as_by_the_command(batch: int, what: str) -> None:
    few = TooFew(1_100, 8, what)
    assert answer_words(answer(few, JobPlan(9_000, batch))) == of_command.answer_words(few)


def test_in_german_figures_have_a_comma() -> None:
    with reading("de"):
        assert answer_words(answer(FORECAST)) == (
            "Etwa 2,5 min; neun von zehn solchen Aufträgen dauern 69,0 s bis 3,9 min."
        )
        assert plan_words(JobPlan(1_600, 16, 2), "onnx") == (
            "1.600 Kommentare mit onnx, in Aufrufen zu 16 durch 2 Repliken"
        )


def test_the_chart_is_in_the_readers_language() -> None:
    with reading("fr"):
        assert set(time_bins(FORECAST)["kept"]) == {"neuf sur dix", "les autres"}
        chart = str(time_chart(FORECAST).to_dict())
    assert "part des tâches" in chart
    assert "durée de la tâche, minutes" in chart

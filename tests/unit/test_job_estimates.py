"""What logged calls cost a job, and what is said of a job: with the reason on each row."""

import numpy as np
import pytest

from core.servinglog.estimates.calls import Calls, LoggedCall, as_calls
from core.servinglog.estimates.cold import cold_extra, with_cold_start
from core.servinglog.estimates.cost import fit_cost
from core.servinglog.estimates.forecast import FEWEST, forecast
from core.servinglog.estimates.plan import Basis, JobForecast, JobPlan, Scaling, TooFew
from core.servinglog.estimates.wording import (
    answer_words,
    basis_words,
    cold_words,
    lasting,
    plan_words,
    range_of,
)
from core.servinglog.record import Mode
from tests.simulated_calls import even, simulate


def call(at_s: float, total_ms: float = 100.0, **changes: object) -> LoggedCall:
    values: dict[str, object] = {"process": "score-1", "mode": Mode.BATCH, "batch_size": 16}
    values |= {"chars": 4_000, "total_ms": total_ms, "started_s": at_s}
    return LoggedCall(**(values | changes))  # type: ignore[arg-type]


def row(count: int, *, size: int = 16, from_s: float = 0.0, **changes: object) -> list[LoggedCall]:
    """Calls one after another without a pause, whose times follow their length."""
    ms, chars = simulate(even, np.random.default_rng(size), count, size)
    starts = from_s + np.concatenate([[0.0], np.cumsum(ms)[:-1]]) / 1000.0
    return [
        call(start, one, chars=int(length), batch_size=size, **changes)
        for start, one, length in zip(starts, ms, chars, strict=True)
    ]


def told(calls: list[LoggedCall], plan: JobPlan) -> JobForecast:
    found = forecast(as_calls(calls), plan)
    assert isinstance(found, JobForecast)
    return found


def test_failed_calls_cost_the_answer_that_follows_in_their_process() -> None:
    calls = as_calls(
        [
            call(0.0, 50.0, is_failed=True),
            call(0.05, 30.0, is_failed=True),
            call(0.06, 10.0, process="other-2", mode=Mode.REALTIME),
            call(0.08, 100.0),
            call(9.0, 70.0, is_failed=True),
        ]
    )
    assert list(calls.ms) == [10.0, 180.0]


@pytest.mark.parametrize(
    ("mode", "pause_s", "costs"),
    [
        (Mode.BATCH, 0.02, 120.0),  # the job's own work between two calls
        (Mode.BATCH, 60.0, 100.0),  # a pause between two jobs
        (Mode.REALTIME, 0.02, 100.0),  # nobody waits between two requests
    ],
)
def test_time_between_two_calls_of_a_batch_counts(mode: Mode, pause_s: float, costs: float) -> None:
    calls = as_calls([call(0.0, mode=mode), call(0.1 + pause_s, mode=mode)])
    assert list(calls.ms) == pytest.approx([costs, costs])


def test_calls_at_once_are_counted_over_the_whole_call() -> None:
    calls = as_calls(
        [call(0.0, 1000.0), call(0.0, 1000.0, process="b-2"), call(5.0, 1000.0), call(6.9, 50.0)]
    )
    assert list(calls.in_flight) == [2, 2, 1, 1]


def test_a_line_is_fitted_through_most_calls() -> None:
    """A tenth of them takes twenty times as long."""
    chars = np.linspace(100.0, 5_000.0, 200)
    ms = 20.0 + 0.05 * chars
    ms[::10] *= 20.0
    cost = fit_cost(chars, ms)
    assert cost.fixed_ms == pytest.approx(20.0, rel=0.1)
    assert cost.per_char_ms == pytest.approx(0.05, rel=0.1)


def test_a_call_never_costs_less_for_more_characters() -> None:
    cost = fit_cost(np.array([1.0, 2.0, 3.0]), np.array([9.0, 5.0, 1.0]))
    assert cost.per_char_ms == 0.0
    assert cost.fixed_ms > 0.0


def test_too_few_calls_say_how_many_are_needed() -> None:
    found = forecast(as_calls(row(FEWEST - 1)), JobPlan(100, 16))
    assert found == TooFew(FEWEST - 1, FEWEST, "calls of about 16 comments")
    assert answer_words(found) == (
        "Too few calls to say: the log has 7 calls of about 16 comments, and it takes 8."
    )
    assert isinstance(forecast(as_calls([]), JobPlan(1, 1)), TooFew)


def test_calls_of_the_same_size_are_resampled() -> None:
    found = told(row(400), JobPlan(1_600, 16))
    assert found.basis is Basis.SAME_SIZE
    expected = sum(one.total_ms for one in row(400)) / 4
    low, high = found.interval_ms
    assert low < expected < high
    assert found.median_ms == pytest.approx(expected, rel=0.03)
    assert not found.is_wide


def test_another_size_is_fitted_and_said_to_be() -> None:
    """The truth is a fixed time and one for each character."""
    calls = [*row(100, size=4), *row(100, size=64, from_s=100.0)]
    found = told(calls, JobPlan(1_600, 16))
    assert found.basis is Basis.FITTED
    truth = told(row(400), JobPlan(1_600, 16))
    assert found.median_ms == pytest.approx(truth.median_ms, rel=0.1)
    assert "fitted" in basis_words(found)


def test_a_size_far_from_all_others_is_not_guessed() -> None:
    assert isinstance(forecast(as_calls(row(100)), JobPlan(1_000, 500)), TooFew)


def test_longer_comments_take_longer() -> None:
    calls = row(200)
    usual = told(calls, JobPlan(1_600, 16))
    longer = told(calls, JobPlan(1_600, 16, chars=3_000.0))
    assert longer.median_ms > 4 * usual.median_ms


def test_errors_and_retries_are_in_the_time() -> None:
    calls = row(200)
    failing = [one._replace(is_failed=at % 4 == 0) for at, one in enumerate(calls)]
    assert told(failing, JobPlan(800, 16)).median_ms > 1.2 * told(calls, JobPlan(800, 16)).median_ms


def test_replicas_are_measured_where_as_many_calls_ran_at_once_else_ideal() -> None:
    alone = row(100)
    ideal = told(alone, JobPlan(1_600, 16, replicas=2))
    assert ideal.scaling is Scaling.IDEAL
    assert ideal.median_ms == pytest.approx(told(alone, JobPlan(1_600, 16)).median_ms / 2, rel=0.1)
    assert "best case" in basis_words(ideal)
    slowed = [
        one._replace(
            total_ms=one.total_ms * 1.8, started_s=1_000 + at * one.total_ms / 500, process=name
        )
        for name in ("a-1", "b-2")
        for at, one in enumerate([call(0.0)] * 100)
    ]
    measured = told([*alone, *slowed], JobPlan(1_600, 16, replicas=2))
    assert measured.scaling is Scaling.MEASURED
    assert measured.median_ms > ideal.median_ms


def test_more_replicas_than_calls_take_as_long_as_one_call() -> None:
    calls = row(200)
    one_call = told(calls, JobPlan(16, 16)).median_ms
    many = told(calls, JobPlan(100, 16, replicas=64))
    assert many.median_ms >= one_call * 0.95
    assert told(calls, JobPlan(5, 16, replicas=4)).median_ms < one_call


def test_load_tests_never_count_for_a_job_alone() -> None:
    calls = [*row(100), *row(100, from_s=1_000.0, mode=Mode.LOAD_TEST)]
    assert told(calls, JobPlan(1_600, 16)).calls == 100


def test_a_cold_start_is_apart() -> None:
    first = row(60)
    calls = as_calls([first[0]._replace(total_ms=2_000.0, is_cold=True), *first[1:]])
    found = forecast(calls, JobPlan(160, 16))
    assert isinstance(found, JobForecast)
    assert found.interval_ms[1] < 2_000
    extra = cold_extra(calls)
    assert len(extra) == 1
    cold = with_cold_start(found, extra)
    assert cold.median_ms == pytest.approx(found.median_ms + extra[0], rel=0.01)
    assert "1 cold start, too few" in cold_words(cold, 1)
    assert "No cold start" in cold_words(None, 0)


def test_slow_periods_are_named() -> None:
    """Half of the log takes three times as long."""
    slow = [one._replace(total_ms=3 * one.total_ms) for one in row(600)]
    calls = row(600) + [one._replace(started_s=one.started_s * 3 + 500) for one in slow]
    found = told(calls, JobPlan(160, 16))
    assert found.is_uneven
    assert "slow and fast periods" in basis_words(found)
    assert not told(row(1_200), JobPlan(160, 16)).is_uneven


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (4.2, "4.2 ms"),
        (64.4, "64 ms"),
        (999.6, "1.0 s"),
        (119_000.0, "119.0 s"),
        (210_000.0, "3.5 min"),
        (7_560_000.0, "2.1 h"),
    ],
)
def test_times_in_words(ms: float, words: str) -> None:
    assert lasting(ms) == words


def test_the_answer_in_words() -> None:
    found = told(row(400), JobPlan(100, 16))
    assert answer_words(found).startswith("About ")
    assert range_of(found) in answer_words(found)
    words = plan_words(JobPlan(1, 16, 2, 250.0), "onnx")
    assert (
        words == "1 comment with onnx, in calls of 16 by 2 replicas, of 250 characters in the mean"
    )


def test_a_log_without_calls_has_columns() -> None:
    assert isinstance(as_calls([]), Calls)
    assert not len(as_calls([]))
    assert not len(cold_extra(as_calls([])))

"""The circuit breaker: when it opens, and when it tries again."""

from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.resilience.circuit import (
    Circuit,
    CircuitBreaker,
    CircuitRule,
    CircuitState,
    admit,
    after_failure,
    after_success,
)

RULE = CircuitRule(failure_limit=3, cool_s=10, longest_cool_s=35, trial_s=5, longest_asked_s=100)
CLOSED, OPEN, HALF_OPEN = CircuitState.CLOSED, CircuitState.OPEN, CircuitState.HALF_OPEN


def failed(circuit: Circuit, times: int, now: float = 0.0) -> Circuit:
    for _ in range(times):
        circuit = after_failure(circuit, RULE, now)
    return circuit


@pytest.mark.parametrize(("failures", "state"), [(0, CLOSED), (2, CLOSED), (3, OPEN), (9, OPEN)])
def test_it_opens_at_the_limit(failures: int, state: CircuitState) -> None:
    assert failed(Circuit(), failures).state is state


def test_one_success_forgets_the_failures_before() -> None:
    assert after_success(failed(Circuit(), 2)) == Circuit()


def test_open_lets_nothing_through_until_its_time_and_then_one() -> None:
    circuit = failed(Circuit(), 3, now=100)
    assert admit(circuit, RULE, 109.9) == (False, circuit)
    is_admitted, trying = admit(circuit, RULE, 110)
    assert (is_admitted, trying.state) == (True, HALF_OPEN)
    assert admit(trying, RULE, 111)[0] is False
    assert after_success(trying) == Circuit()


def test_trials_that_fail_double_the_wait_up_to_the_longest() -> None:
    circuit, now = failed(Circuit(), 3), 0.0
    waits = []
    for _ in range(4):
        waits.append(circuit.until - now)
        now = circuit.until
        circuit = after_failure(admit(circuit, RULE, now)[1], RULE, now)
    assert waits == [10, 20, 35, 35]


def test_a_trial_call_without_a_result_expires() -> None:
    trying = admit(failed(Circuit(), 3), RULE, 10)[1]
    assert admit(trying, RULE, 14.9)[0] is False
    assert admit(trying, RULE, 15)[0] is True


@pytest.mark.parametrize(("asked", "left_alone"), [(7, 7), (100, 100), (86_400, 100)])
def test_circuit_opens_at_once_if_the_backend_asks_for_a_pause(
    asked: float, left_alone: float
) -> None:
    circuit = after_failure(Circuit(), RULE, 50, asked_s=asked)
    assert (circuit.state, circuit.until) == (OPEN, 50 + left_alone)


def test_late_failures_do_not_prolong_it() -> None:
    circuit = failed(Circuit(), 3, now=0)
    assert after_failure(circuit, RULE, 9).until == circuit.until


EVENTS = st.lists(
    st.tuples(st.floats(0, 60), st.sampled_from(["ask", "success", "failure", "asked"])),
    max_size=60,
)


@given(EVENTS)
def test_whatever_happens_it_lets_a_call_through_in_the_end(
    events: list[tuple[float, str]],
) -> None:
    circuit, now = Circuit(), 0.0
    for passed, event in events:
        now += passed
        if event == "ask":
            is_admitted, circuit = admit(circuit, RULE, now)
            assert is_admitted or now < circuit.until
        elif event == "success":
            circuit = after_success(circuit)
        else:
            asked = 1e6 if event == "asked" else None
            circuit = after_failure(circuit, RULE, now, asked_s=asked)
        assert circuit.until <= now + max(RULE.longest_cool_s, RULE.longest_asked_s)
    assert admit(circuit, RULE, now + RULE.longest_asked_s)[0]


@given(EVENTS)
def test_a_closed_circuit_has_fewer_failures_than_the_limit(
    events: list[tuple[float, str]],
) -> None:
    circuit, now = Circuit(), 0.0
    for passed, event in events:
        now += passed
        if event == "ask":
            circuit = admit(circuit, RULE, now)[1]
        elif event == "success":
            circuit = after_success(circuit)
        else:
            circuit = after_failure(circuit, RULE, now)
        assert (circuit.state is CLOSED) <= (circuit.failures < RULE.failure_limit)


def test_of_many_threads_one_gets_the_trial() -> None:
    breaker = CircuitBreaker(RULE)
    for _ in range(3):
        breaker.failed(0.0)
    barrier, admitted = Barrier(8), []

    def ask() -> None:
        barrier.wait()
        admitted.append(breaker.admits(20.0))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(admitted) == [False] * 7 + [True]
    breaker.succeeded()
    assert breaker.circuit == Circuit()

"""Calls to a remote backend: connection pool, limits, rate, retries and circuit breaker."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Lock
from typing import Any

import pytest

from core.clock import Clock, system_clock
from core.errors import BackendError
from core.inference.remote.backend import KNOWN_WELL_S, RemoteBackend
from core.inference.resilience.circuit import Circuit, CircuitRule, CircuitState
from tests.contract.remote_configs import config_of, open_remote
from tests.contract.remote_server import ReceivedRequest, RemoteServer, ServerAnswer
from tests.patience import PATIENT_S

Open = Callable[..., RemoteBackend]


class Time:
    """A clock that advances only by `sleep` and `pass_`."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def clock(self) -> Clock:
        return Clock(now=system_clock().now, monotonic=lambda: self.seconds)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with RemoteServer() as running:
        yield running


@pytest.fixture
def moment() -> Time:
    return Time()


@pytest.fixture
def opened(server: RemoteServer, tmp_path: Path, moment: Time) -> Iterator[Open]:
    made: list[RemoteBackend] = []

    def make(kind: str = "vllm", **more: Any) -> RemoteBackend:
        config = config_of(tmp_path, server.url, kind, **more)
        rule = CircuitRule(failure_limit=3, cool_s=10)
        made.append(open_remote(config, moment.clock(), sleep=moment.sleep, circuit_rule=rule))
        made[-1].load()
        server.asked.clear()
        return made[-1]

    yield make
    for backend in made:
        backend.close()


def fails(status: int, **headers: str) -> Callable[[ReceivedRequest], ServerAnswer]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _asked: ServerAnswer(b"", status, named)


def kind_of(backend: RemoteBackend) -> tuple[str, int]:
    with pytest.raises(BackendError) as caught:
        backend.score(["a"])
    return caught.value.kind, caught.value.attempts


def test_connections_are_kept(server: RemoteServer, opened: Open) -> None:
    backend = opened()
    for _ in range(6):
        backend.score(["a"])
    assert len({asked.connection for asked in server.asked}) == 1


def test_no_more_requests_are_out_than_allowed_and_no_fewer(
    server: RemoteServer, opened: Open
) -> None:
    backend = opened("perspective", concurrency=3)
    together, lock = Barrier(3, timeout=PATIENT_S), Lock()
    out = most = 0

    def slow(_asked: ReceivedRequest) -> None:
        nonlocal out, most
        with lock:
            out += 1
            most = max(most, out)
        together.wait()
        with lock:
            out -= 1

    server.override = slow
    with ThreadPoolExecutor(3) as callers:
        list(callers.map(lambda n: backend.score([f"{n}.{m}" for m in range(6)]), range(3)))
    assert len(server.asked) == 18
    assert most == 3


def test_rate_is_kept_on_this_side(server: RemoteServer, opened: Open, moment: Time) -> None:
    backend = opened(requests_per_minute=30, concurrency=1)
    moment.slept.clear()
    began = moment.seconds
    for _ in range(5):
        backend.score(["a"])
    assert moment.seconds - began == pytest.approx(5 * 2)
    assert backend.score(["a"]).call.wait_ms == pytest.approx(2000)


def test_a_call_over_the_rate_limit_fails_without_counting_against_the_backend(
    server: RemoteServer, opened: Open
) -> None:
    backend = opened(requests_per_minute=1, concurrency=1, total_s=10)  # loading took the one
    assert kind_of(backend)[0] == "rate_limited"
    assert server.asked == []
    assert backend.circuit == Circuit()


def test_circuit_of_a_failing_backend_opens_and_tries_again(
    server: RemoteServer, opened: Open, moment: Time
) -> None:
    backend = opened()
    server.override = fails(500)
    assert [kind_of(backend) for _ in range(3)] == [("backend", 3)] * 3
    assert len(server.asked) == 9
    assert kind_of(backend) == ("circuit_open", 0)
    assert "not called for another 10 s" in (backend.health() or "")
    assert len(server.asked) == 9
    moment.seconds += 10
    assert kind_of(backend) == ("backend", 3)  # the trial
    assert "not called for another 20 s" in (backend.health() or "")
    moment.seconds += 20
    server.override = lambda _asked: None
    assert backend.health() is None
    assert backend.circuit.state is CircuitState.CLOSED
    assert backend.score(["a"]).call.attempts == 1


def test_storm_of_429_costs_one_request_until_the_time_it_asked_for(
    server: RemoteServer, opened: Open, moment: Time
) -> None:
    backend = opened()
    server.override = fails(429, Retry_After="90")
    assert kind_of(backend) == ("rate_limited", 1)
    assert [kind_of(backend) for _ in range(20)] == [("circuit_open", 0)] * 20
    assert len(server.asked) == 1
    moment.seconds += 90
    server.override = lambda _asked: None
    assert len(backend.score(["a"]).results) == 1


@pytest.mark.parametrize("asked", ["0", "Mon, 23 Nov 2020 12:00:00 GMT", "-1", "nan", "soon"])
def test_wait_that_is_over_does_not_open_the_circuit(
    server: RemoteServer, opened: Open, asked: str
) -> None:
    backend = opened()
    server.override = fails(429, Retry_After=asked)
    assert kind_of(backend) == ("rate_limited", 3)
    assert backend.circuit.state is CircuitState.CLOSED
    assert kind_of(backend) == ("rate_limited", 3)


@pytest.mark.parametrize("asked", ["999999999999999", "Fri Dec 31 23:59:59 9999", "86401"])
def test_wait_like_no_other_leaves_it_alone_for_ten_minutes_at_most(
    server: RemoteServer, opened: Open, moment: Time, asked: str
) -> None:
    backend = opened()
    server.override = fails(503, Retry_After=asked)
    assert kind_of(backend) == ("backend", 1)
    assert backend.circuit.until - moment.seconds == CircuitRule().longest_asked_s


def test_short_wait_that_is_asked_for_is_granted(
    server: RemoteServer, opened: Open, moment: Time
) -> None:
    backend = opened()
    reset = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "7s"}
    server.override = lambda _asked: (
        ServerAnswer(b"", 429, reset) if len(server.asked) < 2 else None
    )
    moment.slept.clear()
    call = backend.score(["a"]).call
    assert (call.attempts, moment.slept) == (2, [7.0])
    assert call.wait_ms == pytest.approx(7000)


def test_refused_text_says_nothing_against_the_backend(server: RemoteServer, opened: Open) -> None:
    backend = opened()
    refusal = ServerAnswer(b"", 422)
    server.override = lambda asked: refusal if asked.body["input"] == ["a"] else None
    assert [kind_of(backend)[0] for _ in range(9)] == ["bad_input"] * 9
    assert backend.circuit.state is CircuitState.CLOSED


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_refused_harmless_text_says_that_the_settings_are_wrong(
    server: RemoteServer, opened: Open, status: int
) -> None:
    backend = opened()
    server.override = fails(status)
    assert [kind_of(backend) for _ in range(3)] == [("configuration", 1)] * 3
    assert len(server.asked) == 6  # each with a harmless text after it
    assert kind_of(backend) == ("circuit_open", 0)


def test_answers_that_can_not_be_read_open_the_circuit(server: RemoteServer, opened: Open) -> None:
    backend = opened()
    server.override = lambda _asked: ServerAnswer({"data": "soon"})
    assert [kind_of(backend) for _ in range(3)] == [("bad_shape", 1)] * 3
    assert kind_of(backend) == ("circuit_open", 0)


def test_key_refused_with_400_counts_against_the_backend_and_not_the_text(
    server: RemoteServer, opened: Open
) -> None:
    backend = opened()
    body = {"error": {"code": 400, "details": [{"reason": "API_KEY_INVALID"}]}}
    server.override = lambda _asked: ServerAnswer(body, 400)
    assert [kind_of(backend) for _ in range(3)] == [("auth", 1)] * 3
    assert len(server.asked) == 3
    assert kind_of(backend) == ("circuit_open", 0)


def test_trial_of_an_open_circuit_that_refuses_its_text_closes_it_only_if_it_takes_others(
    server: RemoteServer, opened: Open, moment: Time
) -> None:
    backend = opened()
    server.override = fails(500)
    for _ in range(3):
        kind_of(backend)
    moment.seconds += 10
    server.override = fails(422)
    assert kind_of(backend)[0] == "configuration"
    assert backend.circuit.state is CircuitState.OPEN
    moment.seconds += 20
    server.override = lambda asked: ServerAnswer(b"", 422) if asked.body["input"] == ["a"] else None
    assert kind_of(backend)[0] == "bad_input"
    assert backend.circuit.state is CircuitState.CLOSED


def test_health_of_a_backend_that_just_answered_costs_nothing(
    server: RemoteServer, opened: Open, moment: Time
) -> None:
    backend = opened()
    backend.score(["a"])
    server.asked.clear()
    assert backend.health() is None
    assert server.asked == []
    moment.seconds += KNOWN_WELL_S
    assert backend.health() is None
    assert len(server.asked) == 1


def test_health_asks_once_and_never_waits(server: RemoteServer, opened: Open, moment: Time) -> None:
    backend = opened("hf_endpoint")
    moment.seconds += KNOWN_WELL_S
    moment.slept.clear()
    server.override = fails(503)
    assert "still loading" in (backend.health() or "")
    assert (len(server.asked), moment.slept) == (1, [])

"""Admission control and the rate limit of keys, on a simulated clock: waits, shedding, refusals."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import Settings
from core.errors import Overloaded
from core.serving.admission import (
    BASE_COST,
    CALM_S,
    LASTING_S,
    MOST_UNDER_WAY,
    USUAL_CHARS,
    AdmissionControl,
    AdmittedRequest,
)
from core.serving.rate_limit import RateLimit

BODY = 100 - BASE_COST  # so that every request costs 100


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Server:
    """Processes one request at a time in order of arrival, each in `service_s`."""

    def __init__(self, time: Time, admission: AdmissionControl, service_s: float) -> None:
        self.time, self.admission, self.service_s = time, admission, service_s
        self.queue: list[tuple[float, AdmittedRequest]] = []
        self.done_at = time.now
        self.waits: list[float] = []
        self.refused = 0

    def arrive(self) -> bool:
        try:
            self.admission.check()
        except Overloaded:
            self.refused += 1
            return False
        self.queue.append((self.time.now, self.admission.enter(BODY)))
        self.done_at = max(self.done_at, self.time.now) if len(self.queue) == 1 else self.done_at
        return True

    def work_until(self, end: float) -> None:
        while self.queue and self.done_at + self.service_s <= end:
            self.done_at += self.service_s
            self.time.now = self.done_at
            since, cost = self.queue.pop(0)
            is_late = self.admission.should_shed(since)
            self.admission.leave(cost, is_done=not is_late)
            if is_late:
                self.done_at -= self.service_s
                self.refused += 1
            else:
                self.waits.append(self.time.now - since)
        self.time.now = end


def offer(server: Server, rate: float, seconds: float) -> None:
    for _ in range(int(rate * seconds)):
        server.arrive()
        server.work_until(server.time.now + 1.0 / rate)


def offer_at_random(server: Server, rate: float, seconds: float, seed: int) -> None:
    """Poisson arrivals: by chance several at once."""
    chance, end = random.Random(seed), server.time.now + seconds
    while (at := server.time.now + chance.expovariate(rate)) < end:
        server.work_until(at)
        server.arrive()
    server.work_until(end)


def make(service_s: float = 0.01, wait_s: float = 0.5, slots: int = 1) -> Server:
    time = Time()
    return Server(
        time, AdmissionControl(time, wait_s=wait_s, slots=slots, read_chars=50_000), service_s
    )


def test_below_capacity_no_request_is_refused() -> None:
    server = make()
    offer(server, rate=90.0, seconds=20.0)
    assert server.refused == 0
    assert server.admission.under_way <= 1


@pytest.mark.parametrize("rate_per_s", [70, 150, 1_000])
def test_64_clients_that_each_wait_for_their_answer_are_never_refused(rate_per_s: int) -> None:
    server = make(service_s=1 / rate_per_s, wait_s=Settings().api_wait_ms / 1000)
    for _ in range(20 * rate_per_s):
        while server.admission.under_way < 64 and server.arrive():
            pass
        server.work_until(server.time.now + server.service_s)
    assert server.refused == 0
    assert len(server.waits) >= 0.99 * 20 * rate_per_s


def test_a_burst_within_the_wait_is_admitted_whole() -> None:
    server = make()
    offer(server, rate=200.0, seconds=0.2)  # so that a rate is known
    server.work_until(server.time.now + 1.0)
    assert all(server.arrive() for _ in range(45))
    server.work_until(server.time.now + 1.0)
    assert server.refused == 0
    assert max(server.waits) <= 0.5 + 0.02


def test_a_burst_that_is_too_long_is_refused_at_the_end_only() -> None:
    server = make()
    offer(server, rate=200.0, seconds=0.2)
    server.work_until(server.time.now + 1.0)
    taken = [server.arrive() for _ in range(100)]
    assert taken.index(False) in range(49, 53)
    server.work_until(server.time.now + 2.0)
    # All at one moment is no lasting overload, so no admitted request is shed.
    assert len(server.waits) == 40 + taken.count(True)


def test_at_three_times_capacity_waits_stay_short_and_the_server_is_never_idle() -> None:
    server = make()
    offer(server, rate=300.0, seconds=60.0)
    served = len(server.waits)
    assert served >= 0.97 * 60.0 * 100.0
    waits = sorted(server.waits)
    assert waits[int(0.99 * served)] <= 0.06
    assert server.admission.under_way <= 6


@pytest.mark.parametrize(("service_s", "within"), [(0.08, 0.21), (0.01, 0.06)])
def test_the_shortened_wait_is_the_time_of_a_request_on_an_unloaded_server(
    service_s: float, within: float
) -> None:
    server = make(service_s=service_s)
    offer(server, rate=0.5 / service_s, seconds=30.0)
    assert max(server.waits) <= service_s + 1e-6
    server.waits.clear()
    offer(server, rate=3.0 / service_s, seconds=120.0)
    waits = sorted(server.waits)
    assert len(waits) >= 0.97 * 120.0 / service_s
    assert waits[int(0.99 * len(waits))] <= within


def test_it_recovers_at_once_after_an_overload() -> None:
    server = make()
    offer(server, rate=300.0, seconds=5.0)
    refused = server.refused
    offer(server, rate=50.0, seconds=5.0)
    assert server.refused == refused
    offer(server, rate=50.0, seconds=CALM_S)
    assert all(server.arrive() for _ in range(40))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("slots", [1, 2])
def test_requests_that_arrive_together_by_chance_do_not_keep_the_wait_short(
    seed: int, slots: int
) -> None:
    server = make(slots=slots)
    offer_at_random(server, rate=300.0, seconds=20.0, seed=seed)
    assert server.refused > 0.5 * 300.0 * 20.0
    server.refused = 0
    offer_at_random(server, rate=60.0, seconds=20.0, seed=seed)
    assert server.refused <= 0.01 * 60.0 * 20.0


def test_the_number_under_way_is_bounded_before_any_rate_is_known() -> None:
    server = make()
    taken = sum(server.arrive() for _ in range(MOST_UNDER_WAY + 10))
    assert taken == MOST_UNDER_WAY


def test_a_refusal_says_when_to_come_again() -> None:
    server = make(service_s=1.0, wait_s=3.0)
    offer(server, rate=2.0, seconds=10.0)
    for _ in range(5):
        server.admission.enter(BODY)
    with pytest.raises(Overloaded) as refusal:
        server.admission.check()
    assert refusal.value.retry_after_s >= 1.0


def test_slow_answers_at_low_load_do_not_change_the_rate() -> None:
    server = make(service_s=0.4, slots=4)
    for _ in range(20):
        assert server.arrive()
        server.work_until(server.time.now + 1.0)
    assert all(server.arrive() for _ in range(100))


@given(st.lists(st.sampled_from(["in", "out", "tick"]), max_size=200))
def test_requests_entered_and_left_add_up(steps: list[str]) -> None:
    time = Time()
    admission = AdmissionControl(time, wait_s=0.1, slots=2, read_chars=50_000)
    inside: list[AdmittedRequest] = []
    for step in steps:
        if step == "tick":
            time.now += LASTING_S
        elif step == "out" and inside:
            admission.leave(inside.pop())
        elif step == "in":
            try:
                admission.check()
            except Overloaded:
                continue
            inside.append(admission.enter(len(inside)))
        assert admission.under_way == len(inside)
    for cost in inside:
        admission.leave(cost)
    admission.check()


def test_a_long_text_counts_up_to_the_limit_and_many_texts_count_each() -> None:
    admission = AdmissionControl(Time(), wait_s=1.0, slots=1, read_chars=50_000)
    one = admission.enter(2_000_000)
    assert one.cost == USUAL_CHARS + BASE_COST
    admission.weigh(one, ["x" * 50_000, "y" * 10])
    assert one.cost == 50_000 + 10 + BASE_COST
    admission.weigh(one, ["x" * 1_000_000])
    assert one.cost == 50_000 + BASE_COST
    admission.leave(one)
    assert admission._cost == 0


def test_a_key_has_its_burst_then_its_rate() -> None:
    time = Time()
    limit = RateLimit(time, rate_per_s=2.0, burst=3)
    assert [limit.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert limit.take("b") == 0.0
    time.now += 0.5
    assert [limit.take("a"), limit.take("a")] == [0.0, 0.5]


@given(st.lists(st.floats(0, 3), max_size=60), st.floats(0.1, 20), st.integers(1, 10))
def test_no_key_passes_more_than_its_burst_and_rate(
    gaps: list[float], rate: float, burst: int
) -> None:
    time = Time()
    limit = RateLimit(time, rate_per_s=rate, burst=burst)
    passed = 0
    for gap in gaps:
        time.now += gap
        passed += limit.take("a") == 0.0
    assert passed <= burst + rate * sum(gaps) + 1e-6

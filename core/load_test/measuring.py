"""Sends the loads of one test and notes what came back, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from core.errors import ConsoleError, SourceUnavailable
from core.load_test.http_load import OK, Load, closed_loop, open_loop
from core.load_test.results import LoadTest, RateStep, ThroughputRound
from core.load_test.rising_rate import length_s, next_rate
from core.load_test.target import LoadTarget, check_target, scoring_requests

CONNECTIONS = 16
"""Of a closed loop, for each worker: enough to keep it busy, too few for it to refuse any."""
TOO_MANY = 429
FIRST_SHARE = 0.25
FIRST_RPS = 10.0
SETTLE_FACTOR = 4.0
"""Four times what the objective allows is waited for late answers: they are too late anyway."""
WARM_UP_S = 1.0

Note = Callable[[LoadTest], None]
Say = Callable[[str], None]


@dataclass(slots=True)
class LoadSender:
    """One test against one target. `note` gets the test after each load, `say` a line before each;
    it ends early once `stop` is true."""

    test: LoadTest
    target: LoadTarget
    texts: Sequence[str]
    note: Note
    say: Say
    stop: Callable[[], bool]

    def run(self) -> LoadTest:
        """The test with all its loads, or those until it was stopped. Raises SourceUnavailable if
        the server does not answer, or not any more."""
        health = check_target(self.target)
        self.test = replace(self.test, backend=health.backend, model_version=health.model_version)
        self.note(self.test)
        plan = self.test.plan
        if plan.url is None:
            self._closed(max(plan.workers), WARM_UP_S)
            for _ in range(plan.rounds):
                for workers in plan.workers:
                    self._round(workers)
        for workers in plan.workers:
            self._rise(workers)
        return self.test

    def _round(self, workers: int) -> None:
        """Rounds of all numbers of workers in turn, so that a slow minute affects all of them."""
        if self.stop():
            return
        seconds = self.test.plan.seconds
        self.say(f"{seconds:g} s: {_workers(workers)}, as fast as answers come")
        load = self._closed(workers, seconds)
        if load is None or self.stop():
            return
        rps = load.counts()[OK] / load.wall_s
        self.test = replace(
            self.test, rounds=(*self.test.rounds, ThroughputRound(workers, round(rps, 2)))
        )
        self.note(self.test)

    def _closed(self, workers: int, seconds: float) -> Load | None:
        try:
            return closed_loop(
                self.target.servers[:workers],
                scoring_requests(self.target, self.texts),
                connections=CONNECTIONS * workers,
                seconds=seconds,
                stop=self.stop,
            )
        except OSError:
            check_target(self.target)
            raise SourceUnavailable(f"{self.target.name} closed its connections") from None

    def _rise(self, workers: int) -> None:
        plan = self.test.plan
        for seed in count():
            rate = next_rate(self.test.steps_of(workers), plan.share, self._first_rps(workers))
            if rate is None or self.stop():
                return
            seconds = length_s(rate, plan.seconds)
            self.say(f"{seconds:.3g} s: {rate:,.1f} a second to {_workers(workers)}")
            load = open_loop(
                self.target.servers[:workers],
                scoring_requests(self.target, self.texts),
                rate=rate,
                seconds=seconds,
                seed=seed,
                settle_s=SETTLE_FACTOR * plan.within_ms / 1000.0,
                stop=self.stop,
            )
            if self.stop():
                return  # a load that was cut says nothing
            step = step_of(load, workers, rate, seconds, plan.within_ms)
            self.test = replace(self.test, steps=(*self.test.steps, step))
            self.note(self.test)
            if not step.holds(plan.share):
                self._check_is_alive(rate)

    def _first_rps(self, workers: int) -> float:
        plan, reached = self.test.plan, self.test.throughputs.get(workers)
        if plan.first_rps is not None:
            return plan.first_rps
        return FIRST_SHARE * float(np.mean(reached)) if reached else FIRST_RPS

    def _check_is_alive(self, rate: float) -> None:
        """A server that is merely too slow says that it is well."""
        try:
            check_target(self.target)
        except ConsoleError as error:
            raise SourceUnavailable(f"After {rate:,.1f} requests a second: {error}") from None


def step_of(
    load: Load, workers: int, offered_rps: float, seconds: float, within_ms: float
) -> RateStep:
    """The answers to one rate in figures."""
    counts = load.counts()
    answered_ms = np.array(load.latencies_s.get(OK, [])) * 1000.0
    found = (
        [round(float(value), 2) for value in np.percentile(answered_ms, (50, 95, 99))]
        if len(answered_ms)
        else [None, None, None]
    )
    return RateStep(
        workers=workers,
        offered_rps=offered_rps,
        seconds=seconds,
        requests=counts.total(),
        answered=counts[OK],
        refused=counts[TOO_MANY],
        failed=counts.total() - counts[OK] - counts[TOO_MANY],
        good=int(np.sum(answered_ms <= within_ms)),
        rps=round(counts[OK] / load.wall_s, 2),
        p50_ms=found[0],
        p95_ms=found[1],
        p99_ms=found[2],
        client_cpu=round(load.client_cpu * load.wall_s / seconds, 3),
    )


def _workers(number: int) -> str:
    return f"{number} worker{'s' if number > 1 else ''}"

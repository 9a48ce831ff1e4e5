"""Made-up results of load tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from core.load_test.results import LoadTest, LoadTestPlan, LoadTestStatus, RateStep, ThroughputRound
from core.load_test.scalability import UslParameters

LAW = UslParameters(200.0, 0.1, 0.01)
BEGAN = datetime(2026, 11, 23, 12, tzinfo=UTC)


def step(offered_rps: float, *, holds: bool = True, **changes: Any) -> RateStep:
    """100 requests, all of them in time or 90."""
    good = 100 if holds else 90
    values: dict[str, Any] = {
        "workers": 1, "offered_rps": offered_rps, "seconds": 5.0, "requests": 100,
        "answered": good, "refused": 100 - good, "failed": 0, "good": good,
        "rps": offered_rps * good / 100, "p50_ms": 10.0, "p95_ms": 40.0,
        "p99_ms": 80.0 if holds else 900.0, "client_cpu": 0.2,
    }  # fmt: skip
    return RateStep(**(values | changes))


def load_test(
    test_id: str = "a1", *, workers: Sequence[int] = (1, 2, 4), **changes: Any
) -> LoadTest:
    """A test that is over: rates that hold and break, three rounds near a known law."""
    values: dict[str, Any] = {
        "id": test_id, "plan": LoadTestPlan(workers=tuple(workers)), "started_at": BEGAN,
        "started_by": "ola", "machine": "2 cores of a processor", "status": LoadTestStatus.DONE,
        "ended_at": BEGAN, "backend": "fake", "model_version": "fake-1",
        "steps": tuple(
            step(rate * count, holds=rate < 180, workers=count)
            for count in workers
            for rate in (50.0, 100.0, 200.0, 200.0, 141.0, 168.0, 184.0, 184.0)
        ),
        "rounds": tuple(
            ThroughputRound(count, round(LAW.throughput(count) * noise, 2))
            for noise in (0.98, 1.0, 1.02)
            for count in workers
        ),
    }  # fmt: skip
    return LoadTest(**(values | changes))

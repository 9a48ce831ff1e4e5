"""What a load test found. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

BUSY_CLIENT = 0.9
"""From this share of a core on, the sender itself may be what is slow."""


class LoadTestStatus(StrEnum):
    """The values are stored."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LoadTestPlan:
    """What to send. Without a `url`, own servers are started, as many as the most of `workers`, and
    each number of workers is tried `rounds` times; with one, `workers` is (1,) and means the whole
    server there. The objective holds if `share` of the requests are answered in `within_ms`, from
    when they were due. `seconds` is the length of one load; `first_rps` the rate to begin with,
    None for a quarter of what a closed loop reached."""

    url: str | None = None
    workers: tuple[int, ...] = (1,)
    share: float = 0.99
    within_ms: float = 500.0
    seconds: float = 5.0
    rounds: int = 3
    first_rps: float | None = None


@dataclass(frozen=True, slots=True)
class RateStep:
    """One rate that was offered. `good` requests were answered in time, `refused` with 429;
    `failed` had another answer or none. Percentiles, from when a request was due, are of all that
    were answered; None without one. `client_cpu` is the sender's use of one core."""

    workers: int
    offered_rps: float
    seconds: float
    requests: int
    answered: int
    refused: int
    failed: int
    good: int
    rps: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    client_cpu: float

    def holds(self, share: float) -> bool:
        """Whether the objective held at this rate."""
        return self.requests > 0 and self.good >= share * self.requests

    @property
    def is_client_busy(self) -> bool:
        """Whether the sender may have been the slow part."""
        return self.client_cpu >= BUSY_CLIENT


@dataclass(frozen=True, slots=True)
class ThroughputRound:
    """The most that so many workers answered in one round, by a closed loop."""

    workers: int
    rps: float


@dataclass(frozen=True, slots=True)
class LoadTest:
    """One load test, running or over. `problem` says why it failed. `backend` and `model_version`
    are those that the server named; `machine` is the sender's, which with own servers is theirs."""

    id: str
    plan: LoadTestPlan
    started_at: datetime
    started_by: str
    machine: str
    status: LoadTestStatus = LoadTestStatus.RUNNING
    ended_at: datetime | None = None
    problem: str | None = None
    backend: str | None = None
    model_version: str | None = None
    steps: tuple[RateStep, ...] = ()
    rounds: tuple[ThroughputRound, ...] = field(default=())

    def steps_of(self, workers: int) -> Sequence[RateStep]:
        """In the order they were tried."""
        return [one for one in self.steps if one.workers == workers]

    @property
    def throughputs(self) -> Mapping[int, Sequence[float]]:
        """Requests a second by number of workers, a value for each round."""
        found: dict[int, list[float]] = {}
        for one in self.rounds:
            found.setdefault(one.workers, []).append(one.rps)
        return found

"""One line of the serving log: what one call to a backend cost. Never the text."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

SCHEMA_VERSION = 1


class Mode(StrEnum):
    """What kind of traffic a call was, so that a load test never moves an SLO. Stored strings."""

    REALTIME = "realtime"
    BATCH = "batch"
    LOAD_TEST = "load_test"
    WARMUP = "warmup"


@dataclass(frozen=True, slots=True)
class ServingRecord:
    """One call. Durations in milliseconds, `None` where not told (never 0 for unknown).

    `started_at` is when the caller asked; `batch_size` texts went in, `error_count` of them failed
    alone; `error_kind` is set when the whole call failed.
    """

    request_id: str
    started_at: datetime
    mode: Mode
    backend: str
    model_version: str
    runtime: str
    precision: str
    location: str
    batch_size: int
    chars: int
    total_ms: float
    queue_ms: float | None = None
    tokenize_ms: float | None = None
    compute_ms: float | None = None
    network_ms: float | None = None
    tokens: int | None = None
    truncated_count: int = 0
    attempts: int = 1
    error_count: int = 0
    error_kind: str | None = None


class ServingLog(Protocol):
    """Takes records. It never raises into the call it records: it counts what it had to drop."""

    def write(self, record: ServingRecord) -> None: ...

    def close(self) -> None: ...


class DiscardingLog:
    """Keeps nothing: for work that must leave no trace."""

    def write(self, record: ServingRecord) -> None: ...

    def close(self) -> None: ...

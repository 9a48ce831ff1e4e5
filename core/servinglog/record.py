"""One line of the serving log: what one call to a backend cost. Never the text."""

from contextvars import ContextVar
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
    EXPLAIN = "explain"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class ServingRecord:
    """One call. Durations in milliseconds, `None` where not told (never 0 for unknown).

    `started_at` is when the caller asked; `batch_size` texts went in, `error_count` of them failed
    alone; `error_kind` is set when the whole call failed. `cache_hits` to `flag_count` are those
    of CallMetadata.
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
    cache_hits: int = 0
    first_stage_ms: float | None = None
    first_stage_count: int = 0
    audit_count: int = 0
    audit_missed: int = 0
    flag_count: int = 0
    caller_request_id: str | None = None
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """Whose request a call serves: the id it was answered with, and the trace it belongs to (32
    hexadecimal digits, W3C Trace Context) when the caller named one."""

    request_id: str
    trace_id: str | None = None


ORIGIN: ContextVar[RequestOrigin | None] = ContextVar("caller", default=None)


class ServingLog(Protocol):
    """Takes records. It never raises into the call it records: it counts what it had to drop."""

    def write(self, record: ServingRecord) -> None: ...

    def close(self) -> None: ...


class DiscardingLog:
    """Keeps nothing: for work that must leave no trace."""

    def write(self, record: ServingRecord) -> None: ...

    def close(self) -> None: ...

"""The two kinds of line of the serving log: a call to a backend, and requests refused before one.

Never the text of a comment. What a line may hold is said here and nowhere else: by the types of the
fields, by `NEVER_BELOW` (of a text: its length) and `NEVER_ABOVE`. See core.servinglog.lines.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

SCHEMA_VERSION = 1


class Mode(StrEnum):
    """What kind of traffic a call was, so that a load test never moves an SLO. Stored strings."""

    REALTIME = "realtime"
    BATCH = "batch"
    LOAD_TEST = "load_test"
    WARMUP = "warmup"
    EXPLAIN = "explain"
    TRIAL = "trial"


LIVE_MODES = (Mode.REALTIME, Mode.BATCH)
"""What people wait for. Load tests and warm-up are there to be chosen, not to move a percentile."""

ANSWER_KINDS = frozenset({"bad_input", "bad_score"})
"""Kinds of error that are an answer all the same: the backend is up and objects to one text."""
LEFT_ALONE_KIND = "circuit_open"
"""The kind of error of a call that was not made, because others had failed."""


class RefusalReason(StrEnum):
    """Why a request was not let in. Stored strings, the same as the API answers and counts."""

    OVERLOADED = "overloaded"
    RATE_LIMITED = "rate_limited"
    DRAINING = "draining"
    UNAUTHORIZED = "unauthorized"


@dataclass(frozen=True, slots=True)
class ServingRecord:
    """One call. Durations in milliseconds, `None` where not told (never 0 for unknown).

    `started_at` is when the caller asked; `batch_size` texts went in, `error_count` of them failed
    alone; `error_kind` is set when the whole call failed. `cache_hits` to `flag_count` are those
    of CallMetadata: they may exceed `batch_size`, because the first of several callers who share a
    batch is given those of the whole batch.
    """

    NEVER_BELOW: ClassVar[Mapping[str, int]] = {
        "request_id": 1,
        "mode": 1,
        "backend": 1,
        "batch_size": 1,
    }
    NEVER_ABOVE: ClassVar[Mapping[str, str]] = {
        "error_count": "batch_size",
        "audit_missed": "audit_count",
    }

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
class RefusalRecord:
    """`refused_count` requests that were refused for one reason, from `refused_at` within a second.

    A line for one request names it, so that its id is found; a line for several names none.
    """

    NEVER_BELOW: ClassVar[Mapping[str, int]] = {"refusal_id": 1, "reason": 1, "refused_count": 1}
    NEVER_ABOVE: ClassVar[Mapping[str, str]] = {}

    refusal_id: str
    refused_at: datetime
    reason: RefusalReason
    refused_count: int
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

    def write_refusal(self, record: RefusalRecord) -> None: ...

    def close(self) -> None: ...


class DiscardingLog:
    """Keeps nothing: for work that must leave no trace."""

    def write(self, record: ServingRecord) -> None: ...

    def write_refusal(self, record: RefusalRecord) -> None: ...

    def close(self) -> None: ...

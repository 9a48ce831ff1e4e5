"""The two kinds of record in the serving log: a call to a backend, and requests refused before one.

A record never contains the text of a comment. Its valid values are defined only here: by the types
of the fields, by `NEVER_BELOW` (for a text: its length), `NEVER_ABOVE` and `NEVER_LONGER`, and by
the bounds below. See core.servinglog.lines. What other programs tell (a server in its headers, a
log that is imported) is taken only within these bounds, so that each record can be read.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

SCHEMA_VERSION = 1
MAX_TEXT = 1_000
MAX_COUNT = 2**31 - 1
MAX_MS = 86_400_000.0
"""A day: no call takes longer, and sums of such times stay exact."""
# Two programs measure, each with its own rounding (servers mostly to whole milliseconds).
LONGER_BY_SHARE, LONGER_BY_MS = 1.01, 10.0


def fits_in(part_ms: float, total_ms: float) -> bool:
    """Whether a phase of a call may have taken so long, when the call took `total_ms`."""
    return part_ms <= total_ms * LONGER_BY_SHARE + LONGER_BY_MS


class Mode(StrEnum):
    """The kind of traffic of a call, so that a load test never changes an SLO. The values are
    stored."""

    REALTIME = "realtime"
    BATCH = "batch"
    LOAD_TEST = "load_test"
    WARMUP = "warmup"
    EXPLAIN = "explain"
    TRIAL = "trial"
    IMPORT = "import"


LIVE_MODES = (Mode.REALTIME, Mode.BATCH)
"""Modes in which somebody waits for the answer. Load tests, warm-up and calls imported from other
servers' logs can be shown on request but never enter a live percentile."""

ANSWER_KINDS = frozenset({"bad_input", "bad_score"})
"""Error kinds that are still an answer: the backend works and rejects one text."""
LEFT_ALONE_KIND = "circuit_open"
"""The error kind of a call that was skipped because earlier calls had failed."""


class RefusalReason(StrEnum):
    """Why a request was refused. The values are stored; answers and metrics use the same."""

    OVERLOADED = "overloaded"
    RATE_LIMITED = "rate_limited"
    DRAINING = "draining"
    UNAUTHORIZED = "unauthorized"
    STORE = "store"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class ServingRecord:
    """One call. Durations are in milliseconds, None if unknown (never 0 for unknown).

    `started_at` is when the caller asked; of its `batch_size` texts `error_count` failed alone and
    `truncated_count` were not read to their end; `error_kind` is set when the whole call failed.
    `cache_hits` to `flag_count` are those of CallMetadata. They may exceed `batch_size`: when
    callers share a batch, the first of them gets the counts of the whole batch.

    Of a remote call, `server_ms` is the server's own total and `server_queue_ms` its part of
    `queue_ms`; `wait_ms` was spent here before and between attempts.
    """

    NEVER_BELOW: ClassVar[Mapping[str, int]] = {
        "request_id": 1,
        "mode": 1,
        "backend": 1,
        "batch_size": 1,
    }
    NEVER_ABOVE: ClassVar[Mapping[str, str]] = {
        "error_count": "batch_size",
        "truncated_count": "batch_size",
        "audit_missed": "audit_count",
    }
    NEVER_LONGER: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (
            *("queue_ms", "tokenize_ms", "compute_ms", "network_ms", "first_stage_ms"),
            *("server_ms", "server_queue_ms", "wait_ms"),
        ),
        "total_ms",
    )

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
    server_ms: float | None = None
    server_queue_ms: float | None = None
    wait_ms: float | None = None


@dataclass(frozen=True, slots=True)
class RefusalRecord:
    """`refused_count` requests refused for one reason within a second from `refused_at`.

    A record of one request holds its id, so that it can be found; a record of several holds none.
    """

    NEVER_BELOW: ClassVar[Mapping[str, int]] = {"refusal_id": 1, "reason": 1, "refused_count": 1}
    NEVER_ABOVE: ClassVar[Mapping[str, str]] = {}
    NEVER_LONGER: ClassVar[Mapping[str, str]] = {}

    refusal_id: str
    refused_at: datetime
    reason: RefusalReason
    refused_count: int
    caller_request_id: str | None = None
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The request that a call serves: the id in its answer, and its trace (32 hexadecimal digits,
    W3C Trace Context) if the caller sent one. A load test says that it is one."""

    request_id: str
    trace_id: str | None = None
    is_load_test: bool = False


ORIGIN: ContextVar[RequestOrigin | None] = ContextVar("caller", default=None)


class ServingLog(Protocol):
    """Accepts records. It never raises into the call it records: records it can't write are
    counted."""

    def write(self, record: ServingRecord) -> None: ...

    def write_refusal(self, record: RefusalRecord) -> None: ...

    def close(self) -> None: ...


class DiscardingLog:
    """Keeps nothing: for work that must leave no trace."""

    def write(self, record: ServingRecord) -> None: ...

    def write_refusal(self, record: RefusalRecord) -> None: ...

    def close(self) -> None: ...

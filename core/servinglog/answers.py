"""Results of queries to the serving log, as values. Times are UTC, durations milliseconds."""

from dataclasses import dataclass
from datetime import datetime

from core.servinglog.percentiles import Quantile
from core.servinglog.record import RefusalRecord, ServingRecord


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: a backend in one mode."""

    backend: str
    mode: str
    first_at: datetime
    last_at: datetime
    calls: int

    @property
    def name(self) -> str:
        """The display name."""
        return series_name(self.backend, self.mode)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Times of the first and last record of the whole log; both None when it is empty."""

    first_at: datetime | None
    last_at: datetime | None
    calls: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All calls of a window together. Percentiles are of the total time of the `answered` calls,
    None without one. `comments` were scored; `errors` counts calls that failed, in whole or for one
    text. `cache_hits` of the comments were answered by the cache and `cleared` by a first stage. A
    percentile is at most the share `bound` of itself away from the time of the call at that rank; 0
    is exact, interpolated between two calls."""

    calls: int
    answered: int
    comments: int
    errors: int
    cache_hits: int
    cleared: int
    p50: float | None
    p95: float | None
    p99: float | None
    first_at: datetime | None
    last_at: datetime | None
    bound: float = 0.0

    def percentile(self, quantile: Quantile) -> float | None:
        """Milliseconds."""
        value: float | None = getattr(self, quantile)
        return value

    @property
    def error_share(self) -> float | None:
        """0 to 1; None without a call."""
        return self.errors / self.calls if self.calls else None

    @property
    def hit_share(self) -> float | None:
        """Share of the scored comments answered by the cache, 0 to 1; None without a comment."""
        return min(1.0, self.cache_hits / self.comments) if self.comments else None

    @property
    def cleared_share(self) -> float | None:
        """Share of the scored comments cleared by a first stage, 0 to 1; None without a comment."""
        return min(1.0, self.cleared / self.comments) if self.comments else None

    @property
    def covered_s(self) -> float:
        """Seconds from the start of the first call to the end of the last."""
        if self.first_at is None or self.last_at is None:
            return 0.0
        return (self.last_at - self.first_at).total_seconds()

    @property
    def comments_per_s(self) -> float | None:
        """Comments scored per second of `covered_s`, idle time included."""
        return self.comments / self.covered_s if self.covered_s > 0 else None


@dataclass(frozen=True, slots=True)
class Audits:
    """A first stage's results: `skipped` texts were cleared without the full model. Of the texts it
    would have cleared, the full model read `audited` and flagged `missed`. `flagged` counts all
    texts that the full model flagged."""

    skipped: int
    audited: int
    missed: int
    flagged: int


@dataclass(frozen=True, slots=True)
class BackendCalls:
    """One backend in a window, over all modes. `p95` is exact, of the `answered` calls, and None
    without one. `usual_error` is the most frequent error kind, not counting calls skipped by the
    circuit."""

    backend: str
    calls: int
    answered: int
    errors: int
    p95: float | None
    usual_error: str | None

    @property
    def error_share(self) -> float:
        """0 to 1."""
        return self.errors / self.calls


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The last calls of one process to a backend; `process` is its worker name and number,
    `api-4242`.

    `answered_at` is the last answer of any kind, `live_at` the last one to live traffic; `failures`
    counts the failures since the last answer. `last_error` is the error kind of the last call,
    `trouble` that of the last failure that was not a call skipped by the circuit.
    """

    backend: str
    process: str
    last_at: datetime
    answered_at: datetime | None
    live_at: datetime | None
    failures: int
    last_error: str | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Requests refused for one reason, and the time of the last one."""

    reason: str
    requests: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why one line can't be read. Lines count from 1."""

    line_number: int
    why: str


@dataclass(frozen=True, slots=True)
class SegmentProblem:
    """A file of the log that can't be read completely. `failure` is set if it can't be read at all;
    otherwise `unreadable` counts its invalid lines, the first of them in `examples`."""

    segment: str
    unreadable: int
    failure: str | None = None
    examples: tuple[LineProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class LogContents:
    """Counts of the log's lines: `lines` is the sum of the four counts after it. `future` lines are
    dated after the query's time, so that no window shows them; `duplicates` are copies of another
    line. `store_problem` is what is missing from the shared store, in one sentence."""

    lines: int
    readable: int
    unreadable: int
    duplicates: int
    future: int
    problems: tuple[SegmentProblem, ...] = ()
    store_problem: str | None = None


@dataclass(frozen=True, slots=True)
class LogSize:
    """The calls of a log, and the bytes on disk of its records. `rows` are the records in the
    archive, in files of `row_bytes`; of `summed_rows` more only sums are kept. The `segments` are
    not in the archive."""

    first_at: datetime | None
    last_at: datetime | None
    calls: int
    rows: int
    summed_rows: int
    hours: int
    row_bytes: int
    segments: int
    segment_bytes: int


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """The records of the log with one id, oldest first: calls made for it, or its refusals."""

    calls: tuple[ServingRecord, ...]
    refusals: tuple[RefusalRecord, ...]


def series_name(backend: str, mode: str) -> str:
    """`onnx · load test`."""
    return f"{backend} · {mode.replace('_', ' ')}"

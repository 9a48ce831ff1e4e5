"""What the serving log answers, as values. Times UTC; durations in milliseconds."""

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
        """What it is called wherever it is shown."""
        return series_name(self.backend, self.mode)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far the whole log reaches; both times None when it holds nothing."""

    first_at: datetime | None
    last_at: datetime | None
    calls: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All calls of a window together. Percentiles are of the `answered` calls' total time and None
    without one; `comments` were scored; `errors` counts calls that failed, wholly or in one text.
    Of the comments `cache_hits` were answered from memory and `cleared` by a first stage.
    """

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
        """Answered from memory, 0 to 1 of the comments scored; None without one."""
        return min(1.0, self.cache_hits / self.comments) if self.comments else None

    @property
    def cleared_share(self) -> float | None:
        """Cleared by a first stage, 0 to 1 of the comments scored; None without one."""
        return min(1.0, self.cleared / self.comments) if self.comments else None

    @property
    def covered_s(self) -> float:
        """Seconds from the start of the first call to the end of the last."""
        if self.first_at is None or self.last_at is None:
            return 0.0
        return (self.last_at - self.first_at).total_seconds()

    @property
    def comments_per_s(self) -> float | None:
        """Comments scored a second over the time the calls cover, silence inside it counted."""
        return self.comments / self.covered_s if self.covered_s > 0 else None


@dataclass(frozen=True, slots=True)
class Audits:
    """Texts a first stage cleared unseen (`skipped`); of those it would have cleared, how many the
    full model read (`audited`) and flagged (`missed`); and all that the full model `flagged`."""

    skipped: int
    audited: int
    missed: int
    flagged: int


@dataclass(frozen=True, slots=True)
class BackendCalls:
    """One backend in a window, whatever the mode. `p95` is exact, of the `answered` calls, and None
    without one; `usual_error` is the most frequent kind of failure other than that it
    was left alone."""

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
    """What one process last saw of a backend; `process` is its worker and number, `api-4242`.

    `answered_at` is its last answer of any kind, `live_at` the last one to live traffic; `failures`
    in a row came after the last answer. `last_error` is the kind of the last call's
    error, `trouble` that of the last failure which was more than leaving it alone.
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
    """Requests that were not let in for one reason, and when the last of them came."""

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
    """A file of the log that can't be read whole: `failure` is why it can't be read at all, or
    `unreadable` lines of it can't, the first of them in `examples`."""

    segment: str
    unreadable: int
    failure: str | None = None
    examples: tuple[LineProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class LogContents:
    """Every line of the log once: `lines` is the sum of the four counts after it. `future` are
    dated after the moment asked about, which no window shows; `duplicates` say what another line
    says.
    """

    lines: int
    readable: int
    unreadable: int
    duplicates: int
    future: int
    problems: tuple[SegmentProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """What the log holds under one id, the oldest first: calls made for it, or its refusals."""

    calls: tuple[ServingRecord, ...]
    refusals: tuple[RefusalRecord, ...]


def series_name(backend: str, mode: str) -> str:
    """`onnx · load test`."""
    return f"{backend} · {mode.replace('_', ' ')}"

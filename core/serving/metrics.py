"""The API's Prometheus metrics: base units, and only labels from fixed sets."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from core.servinglog.record import RefusalRecord, ServingLog, ServingRecord

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COUNTS = (1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """Each application has a separate registry, so that two in one process don't clash."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.requests = Counter(
            "modconsole_requests", "Requests answered.", ["route", "status"], registry=registry
        )
        self.request_seconds = Histogram(
            "modconsole_request_seconds",
            "From the request's headers to the end of its answer.",
            ["route"],
            buckets=SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "modconsole_in_flight_requests", "Requests not yet answered.", registry=registry
        )
        self.refused = Counter(
            "modconsole_refused_requests", "Refused requests.", ["reason"], registry=registry
        )
        self.batch_texts = Histogram(
            "modconsole_batch_texts", "Texts scored together.", buckets=COUNTS, registry=registry
        )
        self.batch_tokens = Histogram(
            "modconsole_batch_tokens",
            "Tokens scored together, estimated from the length of the texts.",
            buckets=tuple(16 * count for count in COUNTS),
            registry=registry,
        )
        self._phases = Histogram(
            "modconsole_call_phase_seconds",
            "Phases of scoring a request's texts; `total` is the whole call.",
            ["phase"],
            buckets=SECONDS,
            registry=registry,
        )
        self._texts = Counter("modconsole_texts", "Texts scored or failed.", registry=registry)
        self._cache_hits = Counter(
            "modconsole_cache_hits", "Texts answered by the cache.", registry=registry
        )
        self._errors = Counter(
            "modconsole_errors",
            "Calls that failed as a whole, by kind; `text`: texts that failed alone.",
            ["kind"],
            registry=registry,
        )

    def watch(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A gauge whose value is read at each scrape."""
        Gauge(name, text, registry=self._registry).set_function(value)

    def observe_batch(self, texts: int, tokens: int) -> None:
        """Record one batch that was sent to the backend."""
        self.batch_texts.observe(texts)
        self.batch_tokens.observe(tokens)

    def observe_call(self, record: ServingRecord) -> None:
        """Record one call of the serving log."""
        for phase in ("queue", "tokenize", "compute", "network", "total"):
            spent_ms: float | None = getattr(record, f"{phase}_ms")
            if spent_ms is not None:
                self._phases.labels(phase).observe(spent_ms / 1000.0)
        self._texts.inc(record.batch_size)
        self._cache_hits.inc(record.cache_hits)
        if record.error_kind is not None:
            self._errors.labels(record.error_kind).inc()
        if record.error_count:
            self._errors.labels("text").inc(record.error_count)

    def render(self) -> bytes:
        """All metrics in Prometheus text format."""
        return generate_latest(self._registry)


class MeteredLog:
    """A serving log that also updates the metrics. Closing it leaves `log` open: the owner of `log`
    closes that."""

    def __init__(self, log: ServingLog, metrics: Metrics) -> None:
        self._log = log
        self._metrics = metrics

    def write(self, record: ServingRecord) -> None:
        self._metrics.observe_call(record)
        self._log.write(record)

    def write_refusal(self, record: RefusalRecord) -> None:
        """Only passed on: refusals are counted where the request is refused."""
        self._log.write_refusal(record)

    def close(self) -> None:
        """Nothing to close: `log` belongs to its owner."""

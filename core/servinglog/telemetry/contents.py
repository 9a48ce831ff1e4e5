"""Records of a finished segment as OpenTelemetry spans and metrics. Adapter: imports opentelemetry.

Names are those of OpenTelemetry's semantic conventions (generative AI, 1.41) where there is one;
the others begin with `modconsole.`. What a record doesn't tell is left out: unknown is not 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from core.servinglog.record import RefusalRecord, ServingRecord

SECOND_NS, MS_NS = 1_000_000_000, 1_000_000
BOUNDS_S = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
"""Of `gen_ai.client.operation.duration`, as the conventions advise."""
OPERATION = "classify"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PHASES = (
    *("queue_ms", "first_stage_ms", "tokenize_ms", "compute_ms", "network_ms"),
    *("server_ms", "server_queue_ms", "wait_ms"),
)
_TRACE_HEX = 32
_SCOPE = InstrumentationScope("modconsole.serving_log")

Attributes = dict[str, str | int | float]


def span_of(record: ServingRecord, resource: Resource) -> ReadableSpan:
    """The call as a span. The same record has the same ids each time. Phases are attributes: the
    record tells how long they took, not when they began."""
    start = _nanoseconds(record.started_at)
    is_failed = record.error_kind is not None
    return ReadableSpan(
        name=f"{OPERATION} {record.backend}",
        context=SpanContext(
            _trace_id(record), _number(record.request_id, 8), False, TraceFlags(TraceFlags.SAMPLED)
        ),
        resource=resource,
        attributes=_span_attributes(record),
        kind=SpanKind.INTERNAL if record.location == "in_process" else SpanKind.CLIENT,
        status=Status(StatusCode.ERROR if is_failed else StatusCode.UNSET),
        start_time=start,
        end_time=start + round(record.total_ms * MS_NS),
        instrumentation_scope=_SCOPE,
    )


def metrics_of(
    calls: Sequence[ServingRecord], refusals: Sequence[RefusalRecord], resource: Resource
) -> MetricsData | None:
    """What these records add (delta temporality): a histogram of durations, comments, refusals.
    None without records."""
    times = [
        *((one.started_at, _ended_ns(one)) for one in calls),
        *((one.refused_at, _nanoseconds(one.refused_at)) for one in refusals),
    ]
    if not times:
        return None
    span = _nanoseconds(min(at for at, _ in times)), max(end for _, end in times)
    metrics = [_durations(calls, span), _comments(calls, span), _refused(refusals, span)]
    scope = ScopeMetrics(_SCOPE, [one for one in metrics if one.data.data_points], "")
    return MetricsData([ResourceMetrics(resource, [scope], "")])


def _span_attributes(record: ServingRecord) -> Attributes:
    found: Attributes = _series(record) | {
        "modconsole.batch_size": record.batch_size,
        "modconsole.chars": record.chars,
        "modconsole.runtime": record.runtime,
        "modconsole.precision": record.precision,
        "modconsole.location": record.location,
        "modconsole.call_id": record.request_id,
        "http.request.resend_count": record.attempts - 1,
    }
    if record.tokens is not None:
        found["gen_ai.usage.input_tokens"] = record.tokens
    if record.caller_request_id is not None:
        found["modconsole.request_id"] = record.caller_request_id
    if record.error_count:
        found["modconsole.error_count"] = record.error_count
    for name in _PHASES:
        value = getattr(record, name)
        if value is not None:
            found[f"modconsole.phase.{name}"] = value
    return found


def _series(record: ServingRecord) -> Attributes:
    found: Attributes = {
        "gen_ai.operation.name": OPERATION,
        "gen_ai.provider.name": record.backend,
        "gen_ai.response.model": record.model_version,
        "modconsole.mode": str(record.mode),
    }
    if record.error_kind is not None:
        found["error.type"] = record.error_kind
    return found


def _durations(calls: Sequence[ServingRecord], span: tuple[int, int]) -> Metric:
    points = [
        _histogram([one.total_ms / 1000 for one in group], attributes, span)
        for attributes, group in _grouped(calls)
    ]
    return Metric(
        "gen_ai.client.operation.duration",
        "How long calls to a backend took",
        "s",
        Histogram(points, AggregationTemporality.DELTA),
    )


def _histogram(
    seconds: Sequence[float], attributes: Attributes, span: tuple[int, int]
) -> HistogramDataPoint:
    counts = [0] * (len(BOUNDS_S) + 1)
    for value in seconds:
        counts[sum(value > bound for bound in BOUNDS_S)] += 1
    return HistogramDataPoint(
        attributes=attributes,
        start_time_unix_nano=span[0],
        time_unix_nano=span[1],
        count=len(seconds),
        sum=sum(seconds),
        bucket_counts=counts,
        explicit_bounds=BOUNDS_S,
        min=min(seconds),
        max=max(seconds),
    )


def _comments(calls: Sequence[ServingRecord], span: tuple[int, int]) -> Metric:
    points = [
        NumberDataPoint(attributes, *span, value=sum(one.batch_size for one in group))
        for attributes, group in _grouped(calls)
    ]
    return _counter("modconsole.comments", "Comments in calls to a backend", "{comment}", points)


def _refused(refusals: Sequence[RefusalRecord], span: tuple[int, int]) -> Metric:
    counts: dict[str, int] = {}
    for one in refusals:
        counts[str(one.reason)] = counts.get(str(one.reason), 0) + one.refused_count
    points = [
        NumberDataPoint({"error.type": reason}, *span, value=count)
        for reason, count in counts.items()
    ]
    words = "Requests that were refused before a call was made"
    return _counter("modconsole.requests.refused", words, "{request}", points)


def _counter(name: str, words: str, unit: str, points: Sequence[NumberDataPoint]) -> Metric:
    data = Sum(points, AggregationTemporality.DELTA, is_monotonic=True)
    return Metric(name, words, unit, data)


def _grouped(
    calls: Iterable[ServingRecord],
) -> Iterable[tuple[Attributes, list[ServingRecord]]]:
    groups: dict[tuple[tuple[str, object], ...], list[ServingRecord]] = {}
    for one in calls:
        groups.setdefault(tuple(_series(one).items()), []).append(one)
    return [(_series(group[0]), group) for group in groups.values()]


def _trace_id(record: ServingRecord) -> int:
    """That of the caller's trace; else one of the request, so that its calls are one trace."""
    given = record.trace_id
    if given is not None and len(given) == _TRACE_HEX and int(given, 16):
        return int(given, 16)
    return _number(record.caller_request_id or record.request_id, 16)


def _number(name: str, size: int) -> int:
    """Of so many bytes, never 0, which stands for no id."""
    return int.from_bytes(blake2b(name.encode(), digest_size=size).digest()) or 1


def _ended_ns(record: ServingRecord) -> int:
    return _nanoseconds(record.started_at) + round(record.total_ms * MS_NS)


def _nanoseconds(moment: datetime) -> int:
    """Exact, unlike a timestamp, which is a float."""
    since = moment - _EPOCH
    seconds = since.days * 86_400 + since.seconds
    return seconds * SECOND_NS + since.microseconds * 1_000


def service_resource(attributes: Mapping[str, str]) -> Resource:
    """With what OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME add."""
    return Resource.create(dict(attributes))

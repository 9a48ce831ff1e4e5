"""Sends spans and metrics to an OpenTelemetry collector (OTLP over HTTP, protobuf). Where it is and
what it asks for is told by the standard variables OTEL_EXPORTER_OTLP_*. Adapter: imports
opentelemetry."""

from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics.export import MetricExportResult
from opentelemetry.sdk.trace.export import SpanExportResult

from core.errors import TelemetryUnavailable
from core.servinglog.record import RefusalRecord, ServingRecord
from core.servinglog.telemetry.contents import metrics_of, service_resource, span_of

AT_ONCE = 500
"""Spans in a request: about 300 KB, far below what collectors take."""
SERVICE = "modconsole"


class Collector:
    """Implements `core.servinglog.telemetry.export.Receiver`."""

    def __init__(self) -> None:
        self._spans = OTLPSpanExporter()
        self._metrics = OTLPMetricExporter()
        self._resource = service_resource({"service.name": SERVICE})

    def send(self, calls: Sequence[ServingRecord], refusals: Sequence[RefusalRecord]) -> None:
        for start in range(0, len(calls), AT_ONCE):
            some = calls[start : start + AT_ONCE]
            spans = [span_of(call, self._resource) for call in some]
            if self._spans.export(spans) is not SpanExportResult.SUCCESS:
                raise TelemetryUnavailable("the collector did not take the spans")
        metrics = metrics_of(calls, refusals, self._resource)
        if metrics and self._metrics.export(metrics) is not MetricExportResult.SUCCESS:
            raise TelemetryUnavailable("the collector did not take the metrics")

    def close(self) -> None:
        self._spans.shutdown()  # type: ignore[no-untyped-call]
        self._metrics.shutdown()

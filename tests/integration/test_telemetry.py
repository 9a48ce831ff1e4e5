"""`modconsole logs export` to a collector that listens here."""

import os
from pathlib import Path

import pytest

from core.clock import Clock, system_clock
from core.errors import Conflict
from core.servinglog.lines import REFUSAL
from core.servinglog.record import Mode, RefusalReason, RefusalRecord
from core.servinglog.telemetry.export import SENT_FILE, ExportCounts, export_segments
from tests.factories import TRACE
from tests.integration.telemetry_calls import OLD_S, export, segment, values
from tests.otlp_collector import OtlpCollector
from tests.servinglog_records import START, put, record

REFUSED = RefusalRecord("refused", START, RefusalReason.OVERLOADED, 7)


def test_a_call_becomes_a_span_with_what_is_known(home: Path, collector: OtlpCollector) -> None:
    segment(
        home,
        record(
            "r1",
            0.25,
            total_ms=120.5,
            queue_ms=20.0,
            tokens=31,
            location="remote",
            backend="tei",
            attempts=2,
            trace_id=TRACE,
            caller_request_id="asked",
        ),
    )
    assert export(home) == ExportCounts(1, 1, 0, 0)
    (span,) = collector.spans
    assert span.name == "classify tei"
    assert span.trace_id.hex() == TRACE
    assert span.kind == span.SPAN_KIND_CLIENT
    assert span.end_time_unix_nano - span.start_time_unix_nano == 120_500_000
    assert span.start_time_unix_nano == 1_793_534_400_250_000_000
    told = values(span.attributes)
    assert told["gen_ai.provider.name"] == "tei"
    assert told["gen_ai.response.model"] == "v1"
    assert told["gen_ai.usage.input_tokens"] == 31
    assert told["http.request.resend_count"] == 1
    assert told["modconsole.phase.queue_ms"] == 20.0
    assert told["modconsole.request_id"] == "asked"
    assert not {"modconsole.phase.network_ms", "error.type"} & set(told)
    (resource,) = (one.resource for one in collector.traces[0].resource_spans)
    assert values(resource.attributes)["service.name"] == "modconsole"
    assert collector.headers["api-key"] == "k"


def test_a_failed_call_is_an_error_and_local_ones_are_internal(
    home: Path, collector: OtlpCollector
) -> None:
    segment(home, record("r1", error_kind="timeout"), record("r2"))
    export(home)
    failed, done = collector.spans
    assert (failed.status.code, done.status.code) == (2, 0)
    assert values(failed.attributes)["error.type"] == "timeout"
    assert done.kind == done.SPAN_KIND_INTERNAL
    assert failed.trace_id != done.trace_id


def test_calls_of_one_request_are_one_trace(home: Path, collector: OtlpCollector) -> None:
    segment(home, *(record(name, caller_request_id="asked") for name in "ab"))
    export(home)
    one, other = collector.spans
    assert one.trace_id == other.trace_id
    assert one.span_id != other.span_id


def test_metrics_are_what_the_segment_adds(home: Path, collector: OtlpCollector) -> None:
    path = segment(
        home,
        *(record(f"r{at}", at, total_ms=ms, batch_size=4) for at, ms in enumerate([5, 15, 15])),
        record("b", mode=Mode.BATCH, total_ms=100_000.0, batch_size=64),
    )
    path.write_bytes(path.read_bytes() + REFUSAL.encode(REFUSED))
    os.utime(path, (path.stat().st_mtime - OLD_S,) * 2)
    assert export(home) == ExportCounts(1, 4, 7, 0)
    (durations,) = collector.metric("gen_ai.client.operation.duration")
    assert durations.unit == "s"
    by_mode = {
        values(point.attributes)["modconsole.mode"]: point
        for point in durations.histogram.data_points
    }
    live = by_mode["realtime"]
    assert (live.count, list(live.bucket_counts[:3])) == (3, [1, 2, 0])
    assert live.sum == pytest.approx(0.035)
    assert by_mode["batch"].bucket_counts[-1] == 1
    assert durations.histogram.aggregation_temporality == 1  # delta
    (comments,) = collector.metric("modconsole.comments")
    assert sorted(point.as_int for point in comments.sum.data_points) == [12, 64]
    (refused,) = collector.metric("modconsole.requests.refused")
    (point,) = refused.sum.data_points
    assert (point.as_int, values(point.attributes)) == (7, {"error.type": "overloaded"})


def test_each_segment_is_sent_once_and_unfinished_ones_wait(
    home: Path, collector: OtlpCollector
) -> None:
    segment(home, record("r1"))
    put(home / "serving-log", record("r2"), name="a-1-1-1.jsonl")  # may still grow
    assert export(home).calls == 1
    assert export(home) == ExportCounts(0, 0, 0, 0)
    segment(home, record("r2"), name="a-1-1-1.jsonl")
    assert export(home).calls == 1
    assert len(collector.spans) == 2


def test_a_collector_that_fails_gets_all_of_it_the_next_time(
    home: Path, collector: OtlpCollector
) -> None:
    segment(home, record("r1"))
    segment(home, record("r2"), name="a-1-1-1.jsonl")
    collector.status = 400
    found = export(home)
    assert (found.segments, found.waiting) == (0, 2)
    assert found.problem == "the collector did not take the spans"
    collector.status = 200
    assert export(home).calls == 2


def test_what_was_sent_before_a_kill_comes_again_with_the_same_ids(
    home: Path, collector: OtlpCollector
) -> None:
    segment(home, record("r1"))
    export(home)
    (home / "telemetry" / SENT_FILE).unlink()  # as if the note had not been written
    export(home)
    first, again = collector.spans
    assert (first.trace_id, first.span_id) == (again.trace_id, again.span_id)


def test_lines_that_cannot_be_read_are_left_out(home: Path, collector: OtlpCollector) -> None:
    path = segment(home, record("r1"))
    path.write_bytes(b'{"half": \n' + path.read_bytes() + b'{"cut')
    os.utime(path, (path.stat().st_mtime - OLD_S,) * 2)
    assert export(home).calls == 1


def test_more_than_one_request_takes_all(home: Path, collector: OtlpCollector) -> None:
    segment(home, *(record(f"r{number}") for number in range(1_200)))
    assert export(home).calls == 1_200
    assert [len(one.resource_spans[0].scope_spans[0].spans) for one in collector.traces] == [
        *(500, 500, 200)
    ]
    assert len({span.span_id for span in collector.spans}) == 1_200


def test_notes_of_segments_that_are_gone_are_forgotten(
    home: Path, collector: OtlpCollector
) -> None:
    for number in range(130):
        segment(home, record(f"r{number}"), name=f"a-1-1-{number}.jsonl")
    export(home)
    for number in range(1, 130):
        (home / "serving-log" / f"a-1-1-{number}.jsonl").unlink()
    export(home)
    assert len((home / "telemetry" / SENT_FILE).read_text().split("\n")) == 2
    assert export(home).segments == 0


def test_two_exports_at_once_are_refused(home: Path, collector: OtlpCollector) -> None:
    segment(home, record("r1"))

    class Second:
        """Tries again while the first one sends."""

        def send(self, *_: object) -> None:
            with pytest.raises(Conflict, match="another process"):
                export(home)

        def close(self) -> None:
            pass

    clock: Clock = system_clock()
    assert export_segments(home / "serving-log", home / "telemetry", Second(), clock).calls == 1

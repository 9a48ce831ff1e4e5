"""The cost of a page load over a long serving log: writes one, then runs every query."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from core.clock import Clock, system_clock
from core.config import Settings
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.windows import WindowChoice, bucket_s, window_of
from core.servinglog.writer import SegmentWriter, encode

RECORDS = 1_000_000
SPAN = timedelta(hours=24)
LINES_PER_SEGMENT = 60_000  # about 32 MB, the size at which the writer starts a new segment
BATCH_SIZES = {Mode.REALTIME: 1, Mode.BATCH: 32}


def run(
    _settings: Settings, progress: Callable[[str], None], records: int = RECORDS
) -> dict[str, Any]:
    """Seconds each query takes over `records` calls, in a temporary folder."""
    clock = system_clock()
    with tempfile.TemporaryDirectory(prefix="serving-log-") as folder:
        directory = Path(folder)
        progress(f"writing {records:,} records")
        write_log(directory, clock.now(), records)
        size_mb = sum(path.stat().st_size for path in directory.iterdir()) / 1e6
        progress(f"asking over {size_mb:,.0f} MB")
        return {
            "benchmark": "serving-log",
            "records": records,
            "log_mb": round(size_mb, 1),
            "write_us_per_record": round(_write_us(directory / "one-by-one", clock), 1),
            **_ask(ServingLogQueries(directory), clock),
        }


def write_log(directory: Path, until: datetime, records: int) -> None:
    """Segments of made-up calls spread evenly over the 24 hours before `until`."""
    lines: list[bytes] = []
    for number, record in enumerate(_records(until, records)):
        lines.append(encode(record))
        if len(lines) == LINES_PER_SEGMENT or number == records - 1:
            path = directory / f"bench-1-{number}-0.jsonl"
            path.write_bytes(b"".join(lines))
            lines.clear()


def _records(until: datetime, count: int) -> Iterator[ServingRecord]:
    generator = Random(7)
    for number in range(count):
        mode = Mode.BATCH if number % 10 == 0 else Mode.REALTIME
        size = BATCH_SIZES[mode]
        total_ms = generator.lognormvariate(2.3, 0.4) * (1 if size == 1 else 6)
        yield ServingRecord(
            request_id=f"{number:032x}",
            started_at=until - SPAN * ((count - number) / count),
            mode=mode,
            backend=("onnx", "torch", "remote")[number % 3],
            model_version="2026-11-01",
            runtime="onnxruntime",
            precision="int8",
            location="in_process",
            batch_size=size,
            chars=180 * size,
            total_ms=total_ms,
            queue_ms=total_ms * 0.1,
            tokenize_ms=total_ms * 0.2,
            compute_ms=total_ms * 0.6,
            error_kind="timeout" if number % 2500 == 0 else None,
        )


def _write_us(directory: Path, clock: Clock) -> float:
    """Microseconds per record of the real writer, over 5,000 of them."""
    writer, sample = SegmentWriter(directory, "bench", clock), list(_records(clock.now(), 5000))
    begin = clock.monotonic()
    for record in sample:
        writer.write(record)
    spent_s = clock.monotonic() - begin
    writer.close()
    return spent_s / len(sample) * 1e6


def _ask(queries: ServingLogQueries, clock: Clock) -> dict[str, float]:
    window = window_of(WindowChoice.DAY, clock.now())
    width = bucket_s(window.span_s)
    questions: dict[str, Callable[[], object]] = {
        "first_read_s": queries.bounds,
        "bounds_s": queries.bounds,
        "summary_s": lambda: queries.summary(window),
        "summary_previous_s": lambda: queries.summary(window.previous()),
        "series_s": lambda: queries.series(window, width),
        "by_backend_s": lambda: queries.by_backend(window),
        "slowest_s": lambda: queries.slowest(window),
        "newest_calls_s": lambda: queries.newest_calls(window),
    }
    timings: dict[str, float] = {}
    for name, ask in questions.items():
        begin = clock.monotonic()
        ask()
        timings[name] = round(clock.monotonic() - begin, 3)
    return timings | {"page_s": round(sum(timings.values()) - timings["first_read_s"], 3)}

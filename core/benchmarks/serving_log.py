"""The cost of a page load over a long serving log: writes one, then runs every query.

`python -m core.benchmarks.serving_log FOLDER` is a fresh process that reads the log in the folder,
and then again after one more record. `plain` after the folder lets DuckDB read the same fields
without a check, to compare with.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import duckdb

from core.benchmarks.local_start import peak_mb
from core.clock import Clock, system_clock
from core.config import Settings
from core.servinglog.lines import CALL, Kind
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.windows import WindowChoice, bucket_s, window_of
from core.servinglog.writer import SegmentWriter, encode

RECORDS = 1_000_000
SPAN = timedelta(hours=24)
SEGMENTS = (
    17,  # of 60,000 lines each: 32 MB, the size at which the writer starts a new one
    SPAN // timedelta(minutes=1),  # one a minute, as a process writes them at this rate
)
BATCH_SIZES = {Mode.REALTIME: 1, Mode.BATCH: 32}


def run(
    _settings: Settings, progress: Callable[[str], None], records: int = RECORDS
) -> dict[str, Any]:
    """What the log costs over `records` calls, in a temporary folder; seconds are of the processor,
    which other programs change less than the time by the clock."""
    clock, rows = system_clock(), []
    for segments in SEGMENTS:
        with tempfile.TemporaryDirectory(prefix="serving-log-") as folder:
            directory = Path(folder)
            progress(f"writing {records:,} records into {segments:,} segments")
            write_log(directory, clock.now(), records, segments)
            size_mb = sum(path.stat().st_size for path in directory.iterdir()) / 1e6
            progress(f"reading {size_mb:,.0f} MB in fresh processes")
            rows.append({"segments": segments, **_compare_reads(directory)})
            progress("asking")
            questions = _ask(ServingLogQueries(directory), clock.now())
            write_us = _write_us(directory / "one-by-one", clock)
    return {
        "benchmark": "serving-log",
        "records": records,
        "log_mb": round(size_mb, 1),
        "rows": rows,
        "write_us_per_record": round(write_us, 1),
        **questions,
    }


def write_log(directory: Path, until: datetime, records: int, segments: int) -> None:
    """Segments of made-up calls spread evenly over the 24 hours before `until`."""
    lines: list[bytes] = []
    for number, record in enumerate(_records(until, records), start=1):
        lines.append(encode(record))
        if number == records or number * segments // records > (number - 1) * segments // records:
            path = directory / f"bench-1-{number}-0.jsonl"
            path.write_bytes(b"".join(lines))
            lines.clear()


def _compare_reads(directory: Path) -> dict[str, Any]:
    """The first read and a plain one, three times in turn."""
    pairs = [
        (_in_fresh_process(directory), _in_fresh_process(directory, "plain")) for _ in range(3)
    ]
    reads, plain = zip(*pairs, strict=True)
    ratios = [read["first_read_s"] / other["first_read_s"] for read, other in pairs]
    return {
        **{name: sorted(one[name] for one in reads)[1] for name in reads[0]},
        "plain_read_s": sorted(one["first_read_s"] for one in plain)[1],
        "first_read_over_plain": [round(ratio, 2) for ratio in ratios],
    }


def _in_fresh_process(directory: Path, *flags: str) -> dict[str, float]:
    command = [sys.executable, "-m", __name__, str(directory), *flags]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _records(until: datetime, count: int) -> Iterator[ServingRecord]:
    generator = Random(7)
    for number in range(count):
        mode = Mode.BATCH if number % 10 == 0 else Mode.REALTIME
        size = BATCH_SIZES[mode]
        total_ms = generator.lognormvariate(2.3, 0.4) * (1 if size == 1 else 6)
        yield ServingRecord(
            request_id=f"{generator.getrandbits(128):032x}",
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
    begin = process_time()
    for record in sample:
        writer.write(record)
    spent_s = process_time() - begin
    writer.close()
    return spent_s / len(sample) * 1e6


def _ask(queries: ServingLogQueries, now: datetime) -> dict[str, float]:
    window = window_of(WindowChoice.DAY, now)
    width = bucket_s(window.span_s)
    questions: dict[str, Callable[[], object]] = {
        "bounds_s": queries.bounds,
        "summary_s": lambda: queries.summary(window),
        "summary_previous_s": lambda: queries.summary(window.previous()),
        "series_s": lambda: queries.series(window, width),
        "by_backend_s": lambda: queries.by_backend(window),
        "slowest_s": lambda: queries.slowest(window),
        "estimate_calls_s": lambda: queries.estimate_calls(window, "onnx"),
    }
    queries.bounds()  # reads the log
    timings: dict[str, float] = {}
    for name, ask in questions.items():
        begin = process_time()
        ask()
        timings[name] = round(process_time() - begin, 3)
    return timings | {"page_s": round(sum(timings.values()), 3)}


def main(directory: Path, *, is_plain: bool) -> None:
    """Prints what a fresh process needs for the log: seconds of the processor and MB."""
    begin = process_time()
    queries = ServingLogQueries(directory)
    if is_plain:
        _read_plain(directory)
    else:
        queries.bounds()
    measured = {"first_read_s": round(process_time() - begin, 2), "peak_mb": round(peak_mb())}
    if not is_plain:
        newest = max(directory.iterdir(), key=lambda path: path.stat().st_mtime)
        with newest.open("ab") as file:
            file.write(encode(next(_records(system_clock().now(), 1))))
        begin = process_time()
        queries.bounds()
        measured["read_of_one_more_s"] = round(process_time() - begin, 3)
    sys.stdout.write(json.dumps(measured))


def _read_plain(directory: Path) -> None:
    columns = {
        one.name: Kind.TEXT.sql_type if one.kind is Kind.TIME else one.kind.sql_type
        for one in CALL.fields
    }
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE calls AS "
            f"SELECT * FROM read_ndjson('{directory}/*.jsonl', columns = {columns})"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), is_plain="plain" in sys.argv[2:])

"""What writing the serving log costs a request, with several workers at once.

    python -m tests.benchmarks.log_writing [WORKERS] [A_SECOND] [SECONDS]

Each worker is a process with a writer of its own, in one folder, and writes its share of so many
records a second, at even times. Prints JSON: microseconds of a write by the clock (`clock_us`) and
of the processor (`processor_us`), which other work on the machine changes less.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core.clock import system_clock
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.writer import SegmentWriter
from tests.benchmarks.measured import print_table

SHARES = (50, 99, 99.9)


def write(folder: Path, worker: int, a_second: float, seconds: float) -> list[tuple[int, int]]:
    """Nanoseconds of each write, by the clock and of the processor."""
    writer = SegmentWriter(folder, f"worker{worker}", system_clock())
    found = []
    begin = time.perf_counter()
    for number in range(int(a_second * seconds)):
        time.sleep(max(0.0, begin + number / a_second - time.perf_counter()))
        record = ServingRecord(
            request_id=f"{worker}-{number:08d}-0123456789abcdef",
            trace_id=f"{number:032x}",
            caller_request_id=f"{number:032x}",
            started_at=datetime.now(UTC),
            mode=Mode.REALTIME,
            backend="onnx",
            model_version="minilm-7c1e",
            runtime="onnxruntime",
            precision="int8",
            location="in_process",
            batch_size=1,
            chars=120,
            total_ms=4.2,
            tokenize_ms=0.3,
            compute_ms=3.1,
        )
        clock, processor = time.perf_counter_ns(), time.thread_time_ns()
        writer.write(record)
        found.append((time.perf_counter_ns() - clock, time.thread_time_ns() - processor))
    assert writer.dropped_count == 0
    return found


def main(workers: int, a_second: float, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, multiprocessing.Pool(workers) as pool:
        own = [(Path(folder), number, a_second / workers, seconds) for number in range(workers)]
        times = np.concatenate([np.array(one) for one in pool.starmap(write, own)]) / 1000
    print_table(
        {
            "benchmark": "log writing",
            "command": f"python -m tests.benchmarks.log_writing {workers} {a_second:g} {seconds:g}",
            "records": len(times),
            "clock_us": percentiles(times[:, 0]),
            "processor_us": percentiles(times[:, 1]),
            "load_average": [round(one, 1) for one in os.getloadavg()],
        }
    )


def percentiles(us: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> dict[str, float]:
    return {f"p{share:g}": round(float(np.percentile(us, share)), 1) for share in SHARES}


if __name__ == "__main__":
    given = [float(each) for each in sys.argv[1:]]
    main(int((*given, 4)[0]), (*given[1:], 2_000.0)[0], (*given[2:], 10.0)[0])

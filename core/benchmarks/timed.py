"""How long a question takes, by the clock and of the processor."""

from collections.abc import Callable
from time import perf_counter, process_time

TIMES = 5


def timed(ask: Callable[[], object]) -> dict[str, float]:
    """The first time, and the median of the following ones."""
    clock, processor = [], []
    for _ in range(TIMES + 1):
        begin, begin_cpu = perf_counter(), process_time()
        ask()
        clock.append(perf_counter() - begin)
        processor.append(process_time() - begin_cpu)
    middle = 1 + TIMES // 2
    return {
        "first_s": round(clock[0], 4),
        "median_s": round(sorted(clock[1:])[middle - 1], 4),
        "processor_s": round(sorted(processor[1:])[middle - 1], 4),
    }

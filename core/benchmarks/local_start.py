"""The cost of a fresh process: seconds to its first answer, and its peak memory.

`python -m core.benchmarks.local_start WAY` is that process: it reads a JSON list of texts, scores
the first, prints a line, scores all, and prints its peak memory.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import BackendError

TEXTS = 128
_PEAK = "VmHWM:"


def measure_start(
    setup: str, texts: Sequence[str], now_s: Callable[[], float]
) -> tuple[float, float]:
    """Seconds from the start of a process to its first answer, and its peak memory in MB after
    TEXTS texts. Raises BackendError if it ends without an answer."""
    command = [sys.executable, "-m", __name__, setup]
    begin = now_s()
    # Libraries write to stderr; in a pipe that is never read they would block when it is full.
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        # communicate() would wait for the end, but the time of the first line is measured.
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(list(texts[:TEXTS])))
        child.stdin.close()
        answered = child.stdout.readline()
        first_s = now_s() - begin
        peak = child.stdout.readline()
    if not (answered and peak):
        raise BackendError(f"the fresh process for {setup} gave no answer")
    return first_s, float(peak)


def peak_mb() -> float:
    """The highest memory this process has used. `ru_maxrss` would include its parent's before
    `exec`."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith(_PEAK))
        return float(line.split()[1]) / 1024.0
    import resource

    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main(setup: str) -> None:
    """Prints one line after the first text, and one with the peak."""
    from core.benchmarks.local_setups import SETUPS
    from core.environment import load_settings

    texts = json.load(sys.stdin)
    score = SETUPS[setup].open(load_settings())
    score(texts[:1])
    sys.stdout.write("answered\n")
    sys.stdout.flush()
    score(texts)
    sys.stdout.write(f"{peak_mb():.1f}\n")


if __name__ == "__main__":
    main(sys.argv[1])

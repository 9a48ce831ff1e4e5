"""Measures how fast this machine scores with each runtime, and what each of them scores.

`python -m core.inference.local.measuring` does it in a process of its own, which prints a line for
each thing it measured. So the memory of all runtimes is free again, and one that crashes or hangs
takes nothing else with it.
"""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.clock import system_clock
from core.errors import ConsoleError
from core.inference.base import Backend
from core.inference.local.fastest import LocalRuntime

ROUNDS, FEWEST_ROUNDS = 5, 2
"""Each scores the texts once in every round, so that a busy moment of the machine affects all."""
ROUNDS_WITHIN_S = 5.0
"""After this no round begins but the FEWEST_ROUNDS."""
BEHIND = 2.0
"""A runtime whose passes take this many times as long as another's is left out of further
rounds."""
SCREENED = 4
"""Each scores every fourth text before the rounds."""
HOPELESS = 2.5
"""One that takes this many times as long for them as another is stopped."""
SLOW_TO_IMPORT = ("torch", "transformers")
"""Importing these takes as long as measuring all others. They are measured if they come first (as
with a GPU, or if they are set) or if no other could be opened."""
ENDED_WITHIN_S = 60.0
"""Then the process is killed: something hangs."""
_TEXTS_A_CALL = 4


@dataclass(slots=True)
class RuntimeRun:
    """What one runtime did. `scores` are those of each text, in the order of the model's labels;
    `pass_s` are the seconds of each round."""

    runtime: LocalRuntime
    scores: list[list[float]] | None = None
    pass_s: list[float] = field(default_factory=list)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class RuntimeFact:
    """One fact about one runtime: its scores, the seconds of a round, or its problem."""

    runtime: LocalRuntime
    scores: list[list[float]] | None = None
    pass_s: float | None = None
    problem: str | None = None


def measure_runtimes(
    runtimes: Sequence[LocalRuntime],
    make: Callable[[LocalRuntime], Backend],
    texts: Sequence[str],
    now_s: Callable[[], float],
) -> Iterator[RuntimeFact]:
    """Opens them in that order, then times them in rounds, in the first of which their scores are
    taken."""
    began_s = now_s()
    opened: dict[LocalRuntime, Backend] = {}
    fastest_s: float | None = None
    for runtime in runtimes:
        others = {each.backend for each in opened} - {runtime.backend}
        if runtime.backend in SLOW_TO_IMPORT and others:
            yield RuntimeFact(runtime, problem="not tried: it is slow to import, and has no GPU")
            continue
        try:
            backend = make(runtime)
            backend.load()
            took_s = _screen(backend, texts[::SCREENED], fastest_s, now_s)
        except ConsoleError as error:
            yield RuntimeFact(runtime, problem=str(error))
            continue
        if took_s is None:
            backend.close()
            yield RuntimeFact(runtime, problem=f"stopped: over {HOPELESS} times slower")
            continue
        opened[runtime] = backend
        fastest_s = min(took_s, fastest_s or took_s)
    yield from _rounds(opened, texts, now_s, began_s)


def _rounds(
    opened: Mapping[LocalRuntime, Backend],
    texts: Sequence[str],
    now_s: Callable[[], float],
    began_s: float,
) -> Iterator[RuntimeFact]:
    best_s: dict[LocalRuntime, float] = {}
    for number in range(ROUNDS):
        if number >= FEWEST_ROUNDS and now_s() - began_s > ROUNDS_WITHIN_S:
            break
        for runtime, backend in opened.items():
            fastest_s = min(best_s.values(), default=0.0)
            if number and best_s.get(runtime, math.inf) > BEHIND * fastest_s:
                continue
            start_s = now_s()
            try:
                scores = _scores(backend, texts)
            except ConsoleError as error:
                yield RuntimeFact(runtime, problem=str(error))
                continue
            took_s = now_s() - start_s
            best_s[runtime] = min(took_s, best_s.get(runtime, took_s))
            yield RuntimeFact(runtime, scores=None if number else scores, pass_s=took_s)


def _screen(
    backend: Backend, texts: Sequence[str], fastest_s: float | None, now_s: Callable[[], float]
) -> float | None:
    """The seconds it takes; None if it was stopped."""
    _scores(backend, texts[:1])  # the first call of some runtimes is slow
    start_s = now_s()
    for at in range(0, len(texts), _TEXTS_A_CALL):
        if fastest_s is not None and now_s() - start_s > HOPELESS * fastest_s:
            return None
        _scores(backend, texts[at : at + _TEXTS_A_CALL])
    return now_s() - start_s


def _scores(backend: Backend, texts: Sequence[str]) -> list[list[float]]:
    labels = backend.info.labels
    scores = []
    for result in backend.score(texts).results:
        if result.error is not None:
            raise ConsoleError(result.error)
        scores.append([result.scores[label] for label in labels])
    return scores


def measure_in_child(
    folder: Path, runtimes: Sequence[LocalRuntime], texts: Sequence[str]
) -> list[RuntimeRun]:
    """One entry for each runtime, in order. `folder` has a model of this project."""
    request = {
        "folder": str(folder.absolute()),
        "runtimes": [asdict(runtime) for runtime in runtimes],
        "texts": list(texts),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the runtimes' own warnings
            timeout=ENDED_WITHIN_S,
            check=False,
        )
        printed, ended = done.stdout, f"the process that measures ended with {done.returncode}"
    except subprocess.TimeoutExpired as error:
        printed, ended = error.stdout or b"", f"it did not end within {ENDED_WITHIN_S:.0f} s"
    except OSError as error:
        printed, ended = b"", f"the process that measures did not start: {error.strerror}"
    return gather(runtimes, map(_measured, printed.splitlines()), ended)


def gather(
    runtimes: Sequence[LocalRuntime], facts: Iterable[RuntimeFact | None], ended: str
) -> list[RuntimeRun]:
    """The facts by runtime. One without a single round gets a problem; `ended` says how the
    measuring ended."""
    runs = {runtime: RuntimeRun(runtime) for runtime in runtimes}
    for fact in facts:
        if fact is None or fact.runtime not in runs:
            continue
        run = runs[fact.runtime]
        run.scores = fact.scores or run.scores
        run.problem = fact.problem or run.problem
        if fact.pass_s is not None:
            run.pass_s.append(fact.pass_s)
    for run in runs.values():
        if run.problem is None and not run.pass_s:
            run.problem = ended
    return list(runs.values())


def _measured(line: bytes) -> RuntimeFact | None:
    """None for a line that something else printed, or that was cut."""
    try:
        content: Mapping[str, Any] = json.loads(line)
        return RuntimeFact(**{**content, "runtime": LocalRuntime(**content["runtime"])})
    except (ValueError, TypeError, KeyError):
        return None


def main() -> None:
    """Reads a request of `measure_in_child` and prints a JSON line for each fact."""
    from core.inference.local.backend import LocalBackend
    from core.inference.local.folder_model import FolderModel

    request = json.load(sys.stdin)

    def make(runtime: LocalRuntime) -> Backend:
        return LocalBackend(
            FolderModel(Path(request["folder"]), runtime.backend, runtime.precision)
        )

    runtimes = [LocalRuntime(**each) for each in request["runtimes"]]
    for fact in measure_runtimes(runtimes, make, request["texts"], system_clock().monotonic):
        sys.stdout.write(json.dumps(asdict(fact)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

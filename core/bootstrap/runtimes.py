"""Which runtime `auto` takes: the fastest on this machine whose scores count as the reference's.

Measured once, in a few seconds, by the first process that needs a backend, and remembered in the
home folder.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.bootstrap.runtime_speeds import compare_runs, sample_texts
from core.clock import Clock, system_clock
from core.config import Settings
from core.errors import ModelNotUsable
from core.inference.local.fastest import FastestRuntime, LocalRuntime, choose_fastest
from core.inference.local.machine import describe_machine
from core.inference.local.measuring import RuntimeRun, measure_in_child
from core.inference.local.speed_file import SpeedTable, add_speeds, alone, read_speeds
from core.inference.manifest import MANIFEST_FILE, Manifest, model_folder, read_manifest
from core.moderation.default_policy import default_policy

Measure = Callable[[Path, Sequence[LocalRuntime], Sequence[str]], Sequence[RuntimeRun]]
Say = Callable[[str], None]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Question:
    """The runtimes that these settings leave open, and the model they would run."""

    folder: Path
    manifest: Manifest
    model: str
    machine: dict[str, Any]
    wanted: tuple[LocalRuntime, ...]
    measured: tuple[LocalRuntime, ...]

    def answer(self, table: SpeedTable) -> FastestRuntime | None:
        """None if the table lacks a runtime, or if none can be taken."""
        rows = table.part(self.wanted)
        return None if rows is None else choose_fastest(rows)


def fastest_runtime(
    settings: Settings,
    *,
    say: Say = lambda _line: None,
    measure: Measure | None = None,
    clock: Clock | None = None,
) -> LocalRuntime | None:
    """The remembered one, else the one measured now. None if the settings leave no choice, or if
    nothing can be measured or remembered; a log line then says why, and the processor's features
    decide (`choose_local`). `say` gets a line before anything is measured."""
    question = _question(settings)
    if question is None:
        return None
    path = settings.runtimes_path
    try:
        table = _remembered(path, question) or _measured_once(
            path, question, say, measure or measure_in_child, clock or system_clock()
        )
    except FileNotFoundError:
        _guess(f"there is no folder {path.parent} yet to remember a measurement in")
        return None
    except OSError as error:
        _guess(f"{path} can't be written: {error.strerror or error}")
        return None
    if settings.backend == "auto":
        _name_missing()
    found = question.answer(table)
    if found is None:
        _guess(f"{_problems(table)} (delete {path} to measure again)")
    return found.runtime if found else None


def open_runtimes(settings: Settings) -> tuple[LocalRuntime, ...]:
    """The runtimes between which the settings leave a choice; empty if there is none."""
    question = _question(settings)
    return question.wanted if question else ()


def remembered_table(settings: Settings) -> tuple[SpeedTable, FastestRuntime | None] | None:
    """What was measured for these settings, and what is taken because of it; None if nothing was.
    Measures nothing and writes nothing."""
    question = _question(settings)
    if question is None:
        return None
    table = _remembered(settings.runtimes_path, question)
    return None if table is None else (table, question.answer(table))


def remembered_runtime(settings: Settings) -> LocalRuntime | None:
    """The runtime that `fastest_runtime` would give without measuring."""
    found = remembered_table(settings)
    return found[1].runtime if found and found[1] else None


def _guess(reason: str) -> None:
    _logger.warning("The runtime is chosen by the processor's features: %s", reason)


def _name_missing() -> None:
    """Names the runtimes that a complete installation would have."""
    from core.inference.local.choice import REQUIRED, missing_packages

    for name in REQUIRED:
        if (missing := missing_packages(name)) is not None:
            _logger.warning("Not measured: %s, which needs %s", name, missing)


def _problems(table: SpeedTable) -> str:
    return "; ".join(f"{each.runtime}: {each.problem}" for each in table.speeds if each.problem)


def _question(settings: Settings) -> _Question | None:
    """None if there is nothing to choose, or if the model or its runtimes can't be used."""
    from core.inference.local.choice import possible_runtimes

    folder = model_folder(settings.model)
    try:
        manifest = read_manifest(folder)
        digest = hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()
    except (ModelNotUsable, OSError):
        return None
    machine = describe_machine()
    found = possible_runtimes(settings.backend, manifest)
    if machine["gpu"]:
        # What comes after others is left out.
        found = tuple(sorted(found, key=lambda each: each.backend != "torch"))
    wanted = tuple(each for each in found if settings.precision in ("auto", each.precision))
    if len(wanted) < 2:
        return None
    # The reference of the gate, also if only other precisions are wanted.
    reference = next((each for each in found if each.precision == "fp32"), None)
    if reference is None:
        return None
    measured = (reference, *(each for each in wanted if each != reference))
    return _Question(folder, manifest, digest, machine, wanted, measured)


def _remembered(path: Path, question: _Question) -> SpeedTable | None:
    for table in read_speeds(path, question.machine):
        if table.model == question.model and table.part(question.wanted) is not None:
            return table
    return None


def _measured_once(
    path: Path, question: _Question, say: Say, measure: Measure, clock: Clock
) -> SpeedTable:
    with alone(path):
        # Another process may have measured while this one waited.
        if (table := _remembered(path, question)) is not None:
            return table
        say("Measuring which runtime is the fastest here; this is done once ...")
        began_s = clock.monotonic()
        runs = measure(question.folder, question.measured, sample_texts())
        table = SpeedTable(
            model=question.model,
            measured_at=clock.now(),
            took_s=round(clock.monotonic() - began_s, 2),
            speeds=compare_runs(runs, question.manifest, default_policy(clock.now())),
        )
        add_speeds(path, question.machine, table)
        return table

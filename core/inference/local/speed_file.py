"""The file in the home folder that remembers how fast this machine scores with each runtime."""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import system_clock
from core.inference.local.fastest import LocalRuntime, RuntimeSpeed
from core.private_files import open_private_file
from core.strict_json import load_strict

SCHEMA = 1
MOST_TABLES = 8
"""The oldest are dropped: a site that trains models has a table for each."""
WAIT_S = 90.0
"""Longer than any measurement takes."""
Machine = Mapping[str, Any]
"""What the speeds depend on besides the model: `describe_machine`."""


@dataclass(frozen=True, slots=True)
class SpeedTable:
    """Runtimes that were measured together, with the model whose manifest has the digest
    `model`."""

    model: str
    measured_at: datetime
    took_s: float
    speeds: tuple[RuntimeSpeed, ...]

    def part(self, runtimes: Sequence[LocalRuntime]) -> tuple[RuntimeSpeed, ...] | None:
        """The rows of these runtimes; None if one of them was not tried."""
        found = tuple(each for each in self.speeds if each.runtime in runtimes)
        return found if len(found) == len(runtimes) else None


def read_speeds(path: Path, machine: Machine) -> tuple[SpeedTable, ...]:
    """The newest first. Empty if there is no file, if it can't be read, or if it is of another
    machine."""
    try:
        content = load_strict(path.read_bytes())
        if content["schema"] != SCHEMA or content["machine"] != machine:
            return ()
        return tuple(map(_table, content["tables"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()


def add_speeds(path: Path, machine: Machine, table: SpeedTable) -> None:
    """Tables of the same model that have no further runtime are replaced, and so are all of another
    machine. Atomic: a reader sees the old file or the new one. Raises OSError."""
    runtimes = {each.runtime for each in table.speeds}
    kept = [
        each
        for each in read_speeds(path, machine)
        if each.model != table.model or not {row.runtime for row in each.speeds} <= runtimes
    ]
    content = {
        "schema": SCHEMA,
        "machine": machine,
        "tables": [_json(each) for each in (table, *kept)[:MOST_TABLES]],
    }
    draft = draft_path(path)
    fd = open_private_file(draft, os.O_WRONLY | os.O_TRUNC)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=2) + "\n")
    draft.replace(path)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """While one process measures and writes, others wait here, for up to WAIT_S. Raises OSError if
    nothing can be written there or the wait was too long."""
    fd = open_private_file(lock_path(path), os.O_RDWR)
    try:
        _lock(fd)
        yield
    finally:
        os.close(fd)


def _lock(fd: int) -> None:
    now_s = system_clock().monotonic
    began_s = now_s()
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if now_s() - began_s > WAIT_S:
                raise TimeoutError("another process does not end its measurement") from None
        except OSError:
            return  # some network disks have no locks: then two may measure, the last one is kept
        time.sleep(0.05)


def lock_path(path: Path) -> Path:
    """The empty file that is locked while a process measures."""
    return path.with_suffix(".lock")


def draft_path(path: Path) -> Path:
    """The file while it is being written."""
    return path.with_suffix(".new")


def _json(table: SpeedTable) -> dict[str, Any]:
    return {
        "model": table.model,
        "measured_at": table.measured_at.isoformat(timespec="seconds"),
        "took_s": table.took_s,
        "speeds": [asdict(each.runtime) | _figures(each) for each in table.speeds],
    }


def _figures(speed: RuntimeSpeed) -> dict[str, Any]:
    figures = asdict(speed)
    del figures["runtime"]
    return {name: value for name, value in figures.items() if value is not None}


def _table(content: Mapping[str, Any]) -> SpeedTable:
    return SpeedTable(
        model=str(content["model"]),
        measured_at=datetime.fromisoformat(content["measured_at"]),
        took_s=float(content["took_s"]),
        speeds=tuple(map(_speed, content["speeds"])),
    )


def _speed(row: Mapping[str, Any]) -> RuntimeSpeed:
    def figure(name: str, kind: type) -> Any:
        value = row.get(name)
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{name} is {value!r}")
        return value

    return RuntimeSpeed(
        LocalRuntime(str(row["backend"]), str(row["precision"])),
        speed=figure("speed", float),
        labels=figure("labels", int),
        flips=figure("flips", int),
        largest=figure("largest", float),
        problem=figure("problem", str),
    )

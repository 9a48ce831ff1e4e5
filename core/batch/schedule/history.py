"""What jobs did: a line of JSON when a run begins and one when it ends. A process that is killed
in between leaves a run without an end."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from core.errors import StoreError
from core.private_files import make_private_folder, open_private_file

FILE, LOGS = "history.jsonl", "logs"
KEPT = 500
"""So many runs of each job are remembered."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One attempt. `exit_code` and `ended_at` are None until it ends; `facts` are those that the
    command printed last. `folder` is the one it ran in, from which its relative paths count."""

    run_id: str
    job: str
    planned_at: datetime
    attempt: int
    started_at: datetime
    ended_at: datetime | None = None
    exit_code: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    folder: str = ""

    @property
    def took_s(self) -> float | None:
        """None until it ended."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()


class JobHistory:
    """The folder with the history and the output of each run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()

    def log_path(self, run: JobRun) -> Path:
        """What the run printed."""
        return self.folder / LOGS / f"{run.job}-{run.run_id}.log"

    def write(self, run: JobRun) -> None:
        """Adds the run, or its end. On disk when it returns. Raises StoreError."""
        # A killed process may have left a line without its end, which must not swallow this one.
        line = f"\n{_line(run)}"
        with self._lock, _translated():
            make_private_folder(self.folder / LOGS)
            fd = open_private_file(self.folder / FILE, os.O_WRONLY | os.O_APPEND)
            try:
                os.write(fd, line.encode())
                os.fsync(fd)
            finally:
                os.close(fd)

    def prune(self, job: str) -> None:
        """Forgets all but the last KEPT runs of the job, with their output. Only the process that
        runs the jobs may call it. Raises StoreError."""
        with self._lock, _translated():
            runs = self.runs()
            old = [run for run in runs if run.job == job][:-KEPT]
            if not old:
                return
            dropped = {run.run_id for run in old}
            draft = self.folder / f"{FILE}.draft"
            with os.fdopen(open_private_file(draft, os.O_WRONLY | os.O_TRUNC), "w") as file:
                file.writelines(_line(run) for run in runs if run.run_id not in dropped)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.folder / FILE)
            for run in old:
                self.log_path(run).unlink(missing_ok=True)

    def runs(self) -> list[JobRun]:
        """All runs in the order in which they began. Lines that can't be read are left out: a
        killed process may have cut the last one."""
        found: dict[str, JobRun] = {}
        try:
            lines = (self.folder / FILE).read_bytes().splitlines()
        except FileNotFoundError:
            return []
        for line in lines:
            run = _read(line)
            if run is not None:
                found[run.run_id] = run
        return list(found.values())


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"the history of the jobs can't be written: {error.strerror}") from None


def _line(run: JobRun) -> str:
    return json.dumps(asdict(run), default=_iso) + "\n"


def _iso(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def _read(line: bytes) -> JobRun | None:
    try:
        run = JobRun(**json.loads(line))
        ended = run.ended_at and datetime.fromisoformat(str(run.ended_at))
        return replace(
            run,
            planned_at=datetime.fromisoformat(str(run.planned_at)),
            started_at=datetime.fromisoformat(str(run.started_at)),
            ended_at=ended or None,
        )
    except (ValueError, TypeError):
        return None

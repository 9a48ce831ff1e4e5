"""What jobs did: a line of JSON when a run begins and one when it ends. A process that is killed
in between leaves a run without an end."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.private_files import make_private_folder, open_private_file

FILE, LOGS = "history.jsonl", "logs"


@dataclass(frozen=True, slots=True)
class JobRun:
    """One attempt. `exit_code` and `ended_at` are None until it ends; `facts` are those that the
    command printed last."""

    run_id: str
    job: str
    planned_at: datetime
    attempt: int
    started_at: datetime
    ended_at: datetime | None = None
    exit_code: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def took_s(self) -> float | None:
        """None until it ended."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()


class JobHistory:
    """The folder with the history and the output of each run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def log_path(self, run: JobRun) -> Path:
        """What the run printed."""
        return self.folder / LOGS / f"{run.job}-{run.run_id}.log"

    def write(self, run: JobRun) -> None:
        """Adds the run, or its end. On disk when it returns."""
        make_private_folder(self.folder / LOGS)
        line = json.dumps(asdict(run), default=_iso) + "\n"
        fd = open_private_file(self.folder / FILE, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(fd, line.encode())
            os.fsync(fd)
        finally:
            os.close(fd)

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

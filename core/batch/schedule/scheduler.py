"""Runs jobs at their times, each in a process of its own and never twice at once."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.batch.schedule.history import LOGS, JobHistory, JobRun
from core.batch.schedule.jobs import Job, MissedRuns
from core.batch.schedule.locks import job_lock
from core.batch.schedule.times import times_after
from core.clock import Clock
from core.errors import Conflict, StoreError
from core.identifiers import new_id
from core.private_files import open_private_file

AGAIN_S = 60.0
LATE_S = 90.0
"""A time that passed less than this long ago is not missed."""
RETRIED = (1, 3)
"""The exit codes of commands that may do better the next time."""
INTERRUPTED = 130

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoppableClock:
    """How the scheduler waits: `wait` returns True if it shall stop, at once or within these
    seconds."""

    clock: Clock
    wait: Callable[[float], bool]


class JobLoop:
    """The times of one job. `since` is when it became known: times before are not missed."""

    def __init__(
        self, job: Job, history: JobHistory, waiting: StoppableClock, since: datetime
    ) -> None:
        self._job, self._history, self._waiting = job, history, waiting
        self._done_at = done_until([run for run in history.runs() if run.job == job.name], since)

    def run(self) -> None:
        """Until it shall stop. What can't be written or started now is tried again."""
        while True:
            try:
                wait_s = self.step()
            except (Conflict, StoreError) as error:
                _log.error("The job %s could not be run: %s", self._job.name, error)
                wait_s = AGAIN_S
            if self._waiting.wait(wait_s):
                return

    def step(self) -> float:
        """Runs what is due; the seconds until the next time."""
        now = self._waiting.clock.now()
        for planned_at in due_times(self._job, self._done_at, now):
            if not run_with_retries(self._job, planned_at, self._history, self._waiting):
                return 0.0
        self._done_at = max(self._done_at, now)
        next_at = self._job.next_after(self._done_at)
        return max(0.0, (next_at - self._waiting.clock.now()).total_seconds())


def done_until(runs: Sequence[JobRun], since: datetime) -> datetime:
    """Before and at this moment no time of the job is left to run. A run that did not end, because
    its process was killed or the scheduler was stopped, is still to be done."""
    ended = [run.planned_at for run in runs if run.exit_code not in (None, INTERRUPTED)]
    cut = [run.planned_at - timedelta(microseconds=1) for run in runs]
    return max(ended, default=min(cut, default=since))


def due_times(job: Job, after: datetime, now: datetime) -> list[datetime]:
    """The times after the one and up to the other that are to be run, by the job's `missed`."""
    due = []
    for each in times_after(job.cron, job.zone, after):
        if each > now:
            break
        due.append(each)
    if job.missed is MissedRuns.ALL:
        return due
    if job.missed is MissedRuns.NONE:
        due = [each for each in due if now - each < timedelta(seconds=LATE_S)]
    return due[-1:]


def run_with_retries(
    job: Job, planned_at: datetime, history: JobHistory, waiting: StoppableClock
) -> bool:
    """False if it was stopped."""
    for attempt in range(1, job.retries + 2):
        run = run_job(job, planned_at, history, waiting, attempt=attempt)
        if run.exit_code not in RETRIED or attempt > job.retries:
            return run.exit_code != INTERRUPTED
        if waiting.wait(job.retry_after_s * 2 ** (attempt - 1)):
            return False
    return True


def run_job(
    job: Job,
    planned_at: datetime,
    history: JobHistory,
    waiting: StoppableClock,
    *,
    attempt: int = 1,
) -> JobRun:
    """One attempt; a stop interrupts it as Ctrl-C does, so that it keeps what it has done. Raises
    Conflict while the job runs, StoreError."""
    run = JobRun(
        new_id(), job.name, planned_at, attempt, waiting.clock.now(), folder=_working_folder()
    )
    log = history.log_path(run)
    with job_lock(history.folder / LOGS, job.name) as lock:
        history.write(run)
        process = _start(job.words(planned_at), log, lock)
    code = _wait(process, waiting)
    ended = replace(run, ended_at=waiting.clock.now(), exit_code=code, facts=_last_facts(log))
    history.write(ended)
    history.prune(job.name)
    return ended


def _start(words: Sequence[str], log: Path, lock: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "core.cli", *words]
    try:
        with os.fdopen(open_private_file(log, os.O_WRONLY), "wb") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
            )
    except OSError as error:
        raise StoreError(f"no process could be started: {error.strerror}") from None


def _working_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return ""  # it was removed since


def _wait(process: "subprocess.Popen[bytes]", waiting: StoppableClock) -> int:
    while process.poll() is None:
        if waiting.wait(0.2):
            process.send_signal(signal.SIGINT)
            process.wait()
            return INTERRUPTED
    return process.returncode


def _last_facts(log: Path) -> Mapping[str, Any]:
    """The last line that is an object of JSON."""
    for line in reversed(log.read_bytes().splitlines()):
        try:
            facts = json.loads(line)
        except ValueError:
            continue
        if isinstance(facts, dict):
            return facts
    return {}

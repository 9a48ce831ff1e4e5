"""What the page Runs shows: each job, when it comes next, and how its runs went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from core.batch.schedule.history import JobHistory, JobRun
from core.batch.schedule.jobs import Job, read_jobs
from core.batch.schedule.locks import is_scheduling
from core.errors import ConfigError
from core.moderation.permissions import Actor, Permission, check_can

USUAL_OF = 20
"""So many runs make a usual duration."""


@dataclass(frozen=True, slots=True)
class JobState:
    """`runs` are the newest first. `usual_s` is the median of the last ones that were done; None
    with fewer than two."""

    job: Job
    next_at: datetime
    runs: Sequence[JobRun]
    usual_s: float | None

    @property
    def last(self) -> JobRun | None:
        return self.runs[0] if self.runs else None


@dataclass(frozen=True, slots=True)
class JobsOverview:
    """`problem` is what is wrong with the jobs file. `is_scheduled`: a process runs the jobs at
    their times, so a run without an end is in progress; else it was killed."""

    jobs: Sequence[JobState]
    is_scheduled: bool
    problem: str | None = None


def view_jobs(actor: Actor, path: Path, history: JobHistory, now: datetime) -> JobsOverview:
    """Reads the jobs file and the history. Raises PermissionDenied."""
    check_can(actor, Permission.SEE_SERVING)
    is_scheduled = is_scheduling(history.folder)
    try:
        jobs = read_jobs(path)
    except ConfigError as error:
        return JobsOverview((), is_scheduled, str(error))
    newest = sorted(history.runs(), key=lambda run: run.started_at, reverse=True)
    states = []
    for job in jobs:
        runs = [run for run in newest if run.job == job.name]
        done = [run.took_s for run in runs if run.exit_code == 0 and run.took_s is not None]
        usual_s = median(done[:USUAL_OF]) if len(done) > 1 else None
        states.append(JobState(job, job.next_after(now), runs, usual_s))
    return JobsOverview(tuple(states), is_scheduled)


def read_output(actor: Actor, history: JobHistory, run: JobRun, *, lines: int) -> str:
    """The last lines of what the run printed; empty if it is gone. Raises PermissionDenied."""
    check_can(actor, Permission.SEE_SERVING)
    try:
        printed = history.log_path(run).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(printed.splitlines()[-lines:])

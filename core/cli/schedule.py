"""`modconsole schedule`: runs jobs at their times, lists them, or runs one now."""

import argparse
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from core.cli.arguments import Commands, moment
from core.cli.output import ExitCode
from core.config import Settings
from core.errors import ConsoleError
from core.stop_signals import stop_signals

if TYPE_CHECKING:
    from core.batch.schedule.history import JobRun
    from core.batch.schedule.jobs import Job
    from core.batch.schedule.scheduler import StoppableClock


def add_commands(commands: Commands) -> None:
    """Declares `schedule`."""
    command = commands.add(
        "schedule",
        run_schedule,
        "Run jobs at their times.",
        "Jobs are declared in `jobs.toml` in the home: see docs/tables.md. `schedule run` runs "
        "each at its times until it is stopped; `schedule list` says what there is, when each "
        "comes next and how its last run went; `schedule now NAME` runs one at once, with `--at "
        "TIME` as if that was its time, so that an interval can be run again.",
    )
    command.add_argument("act", choices=("run", "list", "now"), metavar="ACT", help="what to do")
    command.add_argument("job", nargs="?", metavar="NAME", help="the job of `now`")
    command.add_argument("--at", type=moment, metavar="TIME", help="one of the job's times")


def run_schedule(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole schedule`."""
    from core.batch.schedule.jobs import read_jobs

    if (arguments.job is not None) != (arguments.act == "now"):
        raise ConsoleError("`schedule now` needs the NAME of a job, and no other act takes one")
    if arguments.at is not None and arguments.act != "now":
        raise ConsoleError("--at goes with `schedule now`")
    jobs = read_jobs(settings.jobs_path)
    if not jobs:
        raise ConsoleError(f"there are no jobs: declare some in {settings.jobs_path.absolute()}")
    if arguments.act == "list":
        return _list(jobs, settings)
    if arguments.act == "run":
        from core.processes.app_log import set_up_log

        set_up_log(settings)
        return _run_all(jobs, settings)
    found = next((job for job in jobs if job.name == arguments.job), None)
    if found is None:
        names = ", ".join(job.name for job in jobs)
        raise ConsoleError(f"there is no job {arguments.job!r}; there are {names}")
    return _run_now(found, settings, arguments.at)


def _list(jobs: "Sequence[Job]", settings: Settings) -> ExitCode:
    from core.batch.schedule.history import JobHistory
    from core.clock import system_clock

    history = JobHistory(settings.jobs_dir)
    last = {run.job: run for run in history.runs()}
    now = system_clock().now()
    for job in jobs:
        print(f"{job.name}: {job.cron} ({job.zone.key}), next at {job.next_after(now):%F %R} UTC")
        print(f"  {describe_run(last[job.name]) if job.name in last else 'never ran yet'}")
        if problem := _problem_of(job, settings):
            print(f"  it can't work yet: {problem}")
    return ExitCode.DONE


def _problem_of(job: "Job", settings: Settings) -> str | None:
    """What the job's command would refuse at its time, when nobody looks."""
    words = job.command
    if words[0] == "digest" and "--send" in words and not settings.channels:
        return "a digest needs MODCONSOLE_WEBHOOK_URL or MODCONSOLE_SMTP_HOST"
    if words[0] == "erase" and settings.retention.is_for_ever:
        return "MODCONSOLE_RETENTION_DAYS is 0, so nothing is ever old enough"
    return None


def describe_run(run: "JobRun") -> str:
    """How a run went, in a line."""
    begin = f"last run for {run.planned_at:%F %R} UTC, attempt {run.attempt}"
    if run.exit_code is None or run.took_s is None:
        return f"{begin}: began at {run.started_at:%F %R} UTC and has not ended"
    rows = run.facts.get("scored_count")
    scored = f", {rows:,} rows scored" if isinstance(rows, int) else ""
    return f"{begin}: exit code {run.exit_code} after {run.took_s:,.1f} s{scored}"


def _run_now(job: "Job", settings: Settings, at: datetime | None) -> int:
    from core.batch.schedule.history import JobHistory
    from core.batch.schedule.locks import alone
    from core.batch.schedule.scheduler import run_job

    history = JobHistory(settings.jobs_dir)
    with alone(settings.jobs_dir), _stoppable() as waiting:
        run = run_job(job, at or waiting.clock.now(), history, waiting)
    print(f"{job.name}: {describe_run(run)}; see {history.log_path(run)}")
    return run.exit_code or 0


def _run_all(jobs: "Sequence[Job]", settings: Settings) -> ExitCode:
    from core.batch.schedule.history import JobHistory
    from core.batch.schedule.locks import alone
    from core.batch.schedule.scheduler import JobLoop

    history = JobHistory(settings.jobs_dir)
    with alone(settings.jobs_dir), _stoppable() as waiting:
        since = waiting.clock.now()
        loops = [JobLoop(job, history, waiting, since) for job in jobs]
        threads = [threading.Thread(target=loop.run) for loop in loops]
        for thread in threads:
            thread.start()
        print(f"{len(jobs)} jobs wait for their times. Ctrl-C stops.", flush=True)
        for thread in threads:
            thread.join()
    print("Stopped.")
    return ExitCode.DONE


@contextmanager
def _stoppable() -> "Iterator[StoppableClock]":
    """Ctrl-C and SIGTERM stop what waits."""
    from core.batch.schedule.scheduler import StoppableClock
    from core.clock import system_clock

    with stop_signals() as stop:
        yield StoppableClock(system_clock(), stop.wait)

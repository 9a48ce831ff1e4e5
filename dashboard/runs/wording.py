"""The words of the page Runs. Pure."""

from datetime import datetime, tzinfo

from core.batch.schedule.history import JobRun
from core.batch.schedule.overview import JobState
from dashboard.figures import NONE, duration
from dashboard.wording import local_time

LONG = 1.5
"""A run that took so many times its usual duration is pointed out."""
OUTCOMES = {
    0: "done",
    1: "some rows failed",
    2: "wrong use",
    3: "nothing scored",
    130: "stopped",
}
NO_JOB = "No job is declared yet. Write `jobs.toml` into the home folder, for example"
EXAMPLE = """[job.nightly]
cron = "15 3 * * *"
command = ["score", "hn.duckdb", "--table", "comments", "--out", "hn.duckdb"]"""
THEN = "and keep `modconsole schedule run` running. docs/tables.md says more."


def outcome(run: JobRun | None, *, is_scheduled: bool) -> str:
    """How a run ended, in a few words."""
    if run is None:
        return "never ran"
    if run.exit_code is None:
        return "running" if is_scheduled else "killed"
    return OUTCOMES.get(run.exit_code, f"exit code {run.exit_code}")


def took(run: JobRun | None, usual_s: float | None) -> str:
    """The duration of a run; one far over the usual is said to be so."""
    if run is None or run.took_s is None:
        return NONE
    words = duration(run.took_s * 1000)
    if usual_s and run.took_s > LONG * usual_s:
        return f"{words}, usually {duration(usual_s * 1000)}"
    return words


def count(run: JobRun | None, name: str) -> str:
    """A count that the command printed; a dash if there is none."""
    value = run.facts.get(name) if run is not None else None
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else NONE


def times(state: JobState) -> str:
    """The line of cron with its zone."""
    return f"{state.job.cron} ({state.job.zone.key})"


def when(moment: datetime | None, zone: tzinfo) -> str:
    """In the viewer's time zone."""
    return NONE if moment is None else local_time(moment, zone)


def trouble(states: list[JobState], *, is_scheduled: bool) -> str | None:
    """What an operator should know first; None if there is nothing."""
    if not is_scheduled:
        return "No process runs the jobs at their times: start modconsole schedule run."
    failed = [
        state.job.name
        for state in states
        if state.last is not None and state.last.exit_code not in (None, 0)
    ]
    if not failed:
        return None
    return f"The last run of {', '.join(failed)} was not done: open it to see what it printed."

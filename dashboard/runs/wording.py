"""The words of the page Runs."""

from datetime import datetime, tzinfo

from core.batch.schedule.history import JobRun
from core.batch.schedule.overview import JobState
from dashboard.figures import NONE, duration
from dashboard.staff_texts import number, say
from dashboard.wording import local_time

LONG = 1.5
"""A run that took so many times its usual duration is pointed out."""
_ENDED = {
    0: "runs.ended.done",
    1: "runs.ended.some_failed",
    2: "runs.ended.wrong_use",
    3: "runs.ended.nothing_scored",
    130: "runs.ended.stopped",
}
"""By exit code."""
EXAMPLE = """[job.nightly]
cron = "15 3 * * *"
command = ["score", "hn.duckdb", "--table", "comments", "--out", "hn.duckdb"]"""


def outcome(run: JobRun | None, *, is_scheduled: bool) -> str:
    """How a run ended, in a few words."""
    if run is None:
        return say("runs.ended.never_ran")
    if run.exit_code is None:
        return say("runs.ended.running" if is_scheduled else "runs.ended.killed")
    if run.exit_code in _ENDED:
        return say(_ENDED[run.exit_code])
    return say("runs.ended.other_code", code=str(run.exit_code))


def took(run: JobRun | None, usual_s: float | None) -> str:
    """The duration of a run; one far over the usual is said to be so."""
    if run is None or run.took_s is None:
        return NONE
    words = duration(run.took_s * 1000)
    if usual_s and run.took_s > LONG * usual_s:
        return say("runs.table.usually", took=words, usual=duration(usual_s * 1000))
    return words


def count(run: JobRun | None, name: str) -> str:
    """A count that the command printed; a dash if there is none."""
    value = run.facts.get(name) if run is not None else None
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else NONE


def times(state: JobState) -> str:
    """The line of cron with its zone."""
    return f"{state.job.cron} ({state.job.zone.key})"


def when(moment: datetime | None, zone: tzinfo) -> str:
    """In the viewer's time zone."""
    return NONE if moment is None else local_time(moment, zone)


def trouble(states: list[JobState], *, is_scheduled: bool) -> str | None:
    """What an operator should know first; None if there is nothing."""
    if not is_scheduled:
        return say("runs.trouble.not_scheduled")
    failed = [
        state.job.name
        for state in states
        if state.last is not None and state.last.exit_code not in (None, 0)
    ]
    return say("runs.trouble.not_done", jobs=", ".join(failed)) if failed else None

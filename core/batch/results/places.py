"""Where a job's run wrote its results, as the job's command says."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.batch.schedule.history import JobRun
from core.batch.schedule.jobs import Job
from core.errors import InvalidInput, NotFound
from core.sources.tables.address import DatabaseAddress, database_address

NO_TABLE = (
    "This job scores no table or file: what it brought in or decided is in the queue and the "
    "look-up."
)
NOT_ENDED = (
    "This run has not ended, or was killed: which rows are its own is known at its end. The next "
    "run of a table goes on with those of a killed one."
)
WROTE_NOTHING = "This run wrote no results; what it printed says why."


@dataclass(frozen=True, slots=True)
class ResultsPlace:
    """The results of one run: the rows of `run_id` in the table of a database, or the file `path`
    if it was written between the two times. `row_count` is how many rows the run wrote; None if
    only the file knows."""

    began_at: datetime
    ended_at: datetime
    run_id: str = ""
    address: DatabaseAddress | None = None
    table: str = ""
    path: Path | None = None
    row_count: int | None = None
    model_version: str = ""
    policy_version: int | None = None


def results_place(job: Job, run: JobRun) -> ResultsPlace:
    """Raises NotFound if there can't be any, and says why. An edited job is read as it is now."""
    try:
        out, table = _target(job.words(run.planned_at))
        address = database_address(out)
    except (InvalidInput, argparse.ArgumentError):
        raise NotFound(WROTE_NOTHING) from None
    if run.ended_at is None:
        raise NotFound(NOT_ENDED)
    if address is None:
        return ResultsPlace(run.started_at, run.ended_at, path=Path(run.folder) / out)
    run_id = run.facts.get("run_id")
    if not isinstance(run_id, str):
        raise NotFound(WROTE_NOTHING)
    if address.path is not None:
        address = replace(address, target=str(Path(run.folder) / address.path))
    policy = run.facts.get("policy_version")
    return ResultsPlace(
        run.started_at,
        run.ended_at,
        run_id,
        address,
        table,
        row_count=_count(run, "scored_count") + _count(run, "failed_count"),
        model_version=str(run.facts.get("model_version") or ""),
        policy_version=policy if isinstance(policy, int) else None,
    )


def place_before(job: Job, older: Sequence[JobRun], place: ResultsPlace) -> ResultsPlace | None:
    """The results to compare with: those of the newest of the older runs that wrote rows of its
    own. A run that goes on with a cut one has that one's rows."""
    for run in older:
        try:
            found = results_place(job, run)
        except NotFound:
            continue
        if found.row_count != 0 and (found.path is not None or found.run_id != place.run_id):
            return found
    return None


def _target(words: Sequence[str]) -> tuple[str, str]:
    """What `modconsole score` reads from the same words, short forms of the flags included."""
    parser = argparse.ArgumentParser(exit_on_error=False, add_help=False)
    parser.add_argument("--out")
    parser.add_argument("--out-table", default="predictions")
    found, _ = parser.parse_known_args(words[1:])
    if words[0] != "score" or found.out is None:
        raise NotFound(NO_TABLE)
    return found.out, found.out_table


def _count(run: JobRun, name: str) -> int:
    count = run.facts.get(name)
    return count if isinstance(count, int) else 0

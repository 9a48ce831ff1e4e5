"""What the page Runs shows of a run's results."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.batch.predictions.runs import RunTable
from core.batch.results.places import ResultsPlace
from core.batch.results.rows import RunRows, check_predictions, file_rows, table_rows
from core.batch.results.summary import FlaggedRow, count_rows, from_json, summarise, top_flagged
from core.errors import ConsoleError, NotFound, StoreError
from core.moderation.drift import Drift, RunSummary, drift
from core.moderation.permissions import Actor, Permission, check_can
from core.sources.tables.address import DatabaseAddress, DatabaseKind
from core.sources.tables.base import Database
from core.sources.tables.opening import open_database

TOP_ROWS = 20
SLACK = timedelta(seconds=2)
"""Times of files may be coarser than those of the history."""


@dataclass(frozen=True, slots=True)
class RunResults:
    """`id_column` tells rows apart; without `has_actions` nothing decided on them.
    `standing_count` of the run's rows stand as it wrote them; later runs scored the others again.
    `drift` is against `before`; if there is none, `no_drift` says why."""

    id_column: str
    has_actions: bool
    summary: RunSummary
    standing_count: int
    top: Sequence[FlaggedRow]
    before: ResultsPlace | None
    drift: Drift | None
    no_drift: str = ""


def view_results(actor: Actor, place: ResultsPlace, before: ResultsPlace | None) -> RunResults:
    """Raises PermissionDenied, NotFound for a file that is gone, or the errors of a database."""
    check_can(actor, Permission.SEE_SERVING)
    with opened_rows(place) as (database, rows):
        summary = _stored(database, place)
        with database.transaction() as work:
            summary = summary or summarise(work, rows)
            standing = count_rows(work, rows)
            top = top_flagged(work, rows, database.largest(rows.labels), TOP_ROWS)
        # Both runs may stand in one database, which is opened once.
        old, no_drift = _summary_before(database, place, before)
    if not summary.row_count:
        old, no_drift = None, "This run wrote no rows, so there is nothing to compare."
    found = None if old is None else drift(summary, old)
    return RunResults(rows.id, rows.has_actions, summary, standing, top, before, found, no_drift)


@contextmanager
def opened_rows(place: ResultsPlace) -> Iterator[tuple[Database, RunRows]]:
    """The rows of the run, open for reading and no longer than needed: nobody can write a DuckDB
    file meanwhile."""
    try:
        database = open_database(_address(place), is_written=place.path is not None)
    except OSError as error:
        raise StoreError(f"the results can't be read: {error.strerror}") from None
    try:
        if place.path is not None:
            yield database, file_rows(database, place.path)
        else:
            check_predictions(database, place.table)
            yield database, table_rows(place.table, place.run_id)
    finally:
        database.close()


def _address(place: ResultsPlace) -> DatabaseAddress:
    if place.address is not None:
        return place.address
    assert place.path is not None
    _check_file(place.path, place)
    return DatabaseAddress(DatabaseKind.DUCKDB, ":memory:", place.path.name)


def _check_file(path: Path, place: ResultsPlace) -> None:
    try:
        written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        raise NotFound(f"The file of results is gone: {path}") from None
    if not place.began_at - SLACK <= written_at <= place.ended_at + SLACK:
        raise NotFound(
            f"{path.name} is no longer the file of this run: it was written at another time. With "
            "`{to}` in its name every run keeps its own."
        )


def _stored(database: Database, place: ResultsPlace) -> RunSummary | None:
    if place.address is None:
        return None
    with database.transaction() as work:
        return from_json(RunTable(place.table).summary(work, place.run_id))


def _summary_before(
    database: Database, place: ResultsPlace, before: ResultsPlace | None
) -> tuple[RunSummary | None, str]:
    """What the run before made of its rows, or why that is not known."""
    if before is None:
        return None, "There is no earlier run of this job with results to compare with."
    try:
        if before.address is not None and before.address == place.address:
            return _whole_summary(database, table_rows(before.table, before.run_id), before)
        with opened_rows(before) as (other, rows):
            return _whole_summary(other, rows, before)
    except ConsoleError as error:
        return None, f"The results of the run before can't be read: {error}"


def _whole_summary(
    database: Database, rows: RunRows, place: ResultsPlace
) -> tuple[RunSummary | None, str]:
    found = _stored(database, place)
    if found is None:
        with database.transaction() as work:
            found = summarise(work, rows)
        if place.row_count is not None and found.row_count < place.row_count:
            return None, (
                f"Of the {place.row_count:,} rows of the run before {found.row_count:,} stand in "
                "the table; later runs scored the others again, so the two can't be compared."
            )
    if not found.row_count:
        return None, "The run before wrote no rows, so there is nothing to compare with."
    return found, ""

"""The table of runs beside a predictions table: who scored what, when, how many and with what."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

import pyarrow as pa

from core.batch.predictions.table import create_table
from core.sources.tables.base import Transaction, quoted, text_literal

SUFFIX = "_runs"
SUMMARY = "summary"
_STAGED = "modconsole_run"
_MOMENT = pa.timestamp("us", "UTC")
_SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("name", pa.string()),
        ("state", pa.string()),
        ("started_by", pa.string()),
        ("started_at", _MOMENT),
        ("changed_at", _MOMENT),
        ("source", pa.string()),
        ("task", pa.string()),
        ("backend", pa.string()),
        ("model_version", pa.string()),
        ("policy_version", pa.int64()),
        ("read_count", pa.int64()),
        ("scored_count", pa.int64()),
        ("failed_count", pa.int64()),
        ("unchanged_count", pa.int64()),
        ("unusable_count", pa.int64()),
        ("run_s", pa.float64()),
        ("problem", pa.string()),
        (SUMMARY, pa.string()),
    ]
)


class RunState(StrEnum):
    """A run whose process was killed stays `running` until the next one goes on with it."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Run:
    """`task` is the command's choice of rows: a run goes on only with the same. Of the rows read,
    `scored_count` have scores, `failed_count` an error, `unchanged_count` were left as they stood,
    and `unusable_count` have no id of their own and so no row. `run_s` are the seconds spent in all
    processes of the run. `summary` is what became of its rows, as JSON, once it has ended: later
    runs may score them again."""

    run_id: str
    name: str
    started_by: str
    started_at: datetime
    source: str
    task: str
    backend: str
    model_version: str
    policy_version: int = 0
    state: RunState = RunState.RUNNING
    changed_at: datetime | None = None
    read_count: int = 0
    scored_count: int = 0
    failed_count: int = 0
    unchanged_count: int = 0
    unusable_count: int = 0
    run_s: float = 0.0
    problem: str = ""
    summary: str = ""


class RunTable:
    """The runs over a predictions table. Every method works inside the caller's transaction."""

    def __init__(self, predictions: str) -> None:
        self.name = predictions + SUFFIX
        self._sql = quoted(self.name)

    def create(self, work: Transaction) -> None:
        """Creates it if it is not there. Raises InvalidInput if it is another table."""
        if self.name in work.tables() and not self._has_summaries(work):
            # Made before runs had summaries.
            create_table(work, self.name, pa.schema(list(_SCHEMA)[:-1]), "runs")
            work.execute(f"ALTER TABLE {self._sql} ADD COLUMN {SUMMARY} VARCHAR")
        create_table(work, self.name, _SCHEMA, "runs")

    def summary(self, work: Transaction, run_id: str) -> str | None:
        """None if there is none."""
        if self.name not in work.tables() or not self._has_summaries(work):
            return None
        found = work.fetch(
            f"SELECT {SUMMARY} FROM {self._sql} WHERE run_id = {text_literal(run_id)}"
        )
        return next(iter(found.column(SUMMARY).to_pylist()), None)

    def _has_summaries(self, work: Transaction) -> bool:
        return SUMMARY in work.fetch(f"SELECT * FROM {self._sql} LIMIT 0").column_names

    def put(self, work: Transaction, run: Run) -> None:
        """Adds the run, or takes the place of its last state."""
        row = asdict(run) | {"state": run.state.value}
        work.stage(_STAGED, pa.RecordBatch.from_pylist([row], schema=_SCHEMA))
        columns = ", ".join(quoted(column) for column in _SCHEMA.names)
        work.execute(f"DELETE FROM {self._sql} WHERE run_id IN (SELECT run_id FROM {_STAGED})")
        work.execute(f"INSERT INTO {self._sql} ({columns}) SELECT {columns} FROM {_STAGED}")

    def unfinished(self, work: Transaction, like: Run) -> Run | None:
        """The last run of that name and task, if it did not end; it goes on with the backend, model
        and policy of `like`."""
        counts = "scored_count, failed_count, run_s"
        found = work.fetch(
            f"SELECT run_id, name, state, task, started_at, {counts} FROM {self._sql}"
        )
        rows = [row for row in found.to_pylist() if row["name"] == like.name]
        last = max(rows, key=lambda row: row["started_at"], default=None)
        if last is None or last["state"] == RunState.DONE or last["task"] != like.task:
            return None
        return replace(
            like,
            run_id=last["run_id"],
            scored_count=last["scored_count"],
            failed_count=last["failed_count"],
            run_s=last["run_s"],
        )

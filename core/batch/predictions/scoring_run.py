"""Scores rows into a predictions table. The rows of a few seconds and the run's counts are one
transaction, so a run that is cut goes on where it stopped and scores no row twice."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from core.batch.predictions.rows import (
    ID,
    InputRows,
    ScoredBy,
    prediction_rows,
    text_hashes,
)
from core.batch.predictions.runs import Run, RunState, RunTable
from core.batch.predictions.table import MINE, PredictionTable, id_positions
from core.batch.results.rows import table_rows
from core.batch.results.summary import as_json, summarise
from core.batch.scoring import score_cells
from core.clock import Clock
from core.errors import ConsoleError
from core.inference.base import TextResult
from core.inference.scorer import Scorer
from core.moderation.policies import Policy
from core.sources.tables.base import Database, Transaction

NO_ID = "the row has no id, or one that stands in an earlier row"
STAGING = "_staging"
CALL_ROWS = 1024
"""As many are scored in one call."""
COMMIT_S, COMMIT_ROWS = 2.0, 32_768
"""A commit comes soon after either; it takes as long as scoring some thousand rows."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """`is_all` scores also rows that stand unchanged in the table. An `interval_us` replaces all
    rows of that half-open interval once the last one is scored. `limit`: so many rows are scored at
    most."""

    out_table: str
    is_all: bool = False
    interval_us: tuple[int, int] | None = None
    limit: int | None = None


@dataclass(slots=True)
class RunReport:
    """The run, and why rows failed in this process. `retry_count` of the run's failed rows may work
    the next time; the others fail because of what they hold."""

    run: Run
    reasons: Counter[str] = field(default_factory=Counter)
    retry_count: int = 0


class ScoringRun:
    """Opening it claims the table, makes those that are missing, and goes on with the run of that
    name and task if it did not end. Raises InvalidInput, Conflict or StoreError."""

    def __init__(
        self,
        plan: RunPlan,
        run: Run,
        id_type: pa.DataType,
        *,
        database: Database,
        scorer: Scorer,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._plan, self._database = plan, database
        self._scorer, self._policy, self._clock = scorer, policy, clock
        self._runs = RunTable(plan.out_table)
        self._target = PredictionTable(plan.out_table, id_type)
        self._staging = PredictionTable(plan.out_table + STAGING, id_type)
        self._table = self._staging if plan.interval_us else self._target
        database.claim(plan.out_table)
        with database.transaction() as work:
            self._runs.create(work)
            self._target.create(work)
            run = replace(run, policy_version=policy.version)
            unfinished = self._runs.unfinished(work, run)
            if unfinished is None and self._staging.name in work.tables():
                self._staging.drop(work)
            if plan.interval_us:
                self._staging.create(work)
            self.report = RunReport(unfinished or run)
            self._runs.put(work, self.report.run)
        self.by = ScoredBy(self.report.run.run_id, policy, scorer.backend.info.model_version)
        self._scored: list[_Scored] = []
        self._pending: list[pa.RecordBatch] = []
        self._is_replacing = False
        self._began_s = self._committed_s = clock.monotonic()
        self._spent_s = self.report.run.run_s
        self._taken = 0

    def score(self, batches: Iterable[InputRows], progress: Callable[[int], None]) -> RunReport:
        """Scores the rows and ends the run. `progress` is called with the number of rows read."""
        with self._ending():
            for rows in batches:
                self._take(rows)
                progress(self.report.run.read_count)
                if self._left == 0:
                    break
        return self.report

    def settled(self) -> pa.Table:
        """The ids of the rows that other processes need not score for `store`, each with the hash
        of the text for which that holds."""
        with self._database.transaction() as work:
            only_run = self._plan.is_all or self._plan.interval_us is not None
            return self._table.settled(work, self.by.run_id, only_run=only_run)

    def store(
        self,
        batches: Iterable[pa.RecordBatch],
        progress: Callable[[int], None],
        *,
        settled: pa.Table,
        total: int | None,
    ) -> RunReport:
        """Ends the run with rows of predictions that other processes made, in any order, of a
        source with `total` rows; None if it is the rows of an interval. `progress` is called with
        the number of rows stored."""
        before = pc.sum(settled.column(MINE)).as_py() or 0
        with self._ending():
            for rows in batches:
                self._is_replacing = True
                self._add(rows)
                progress(self._taken)
                self._commit_in_time()
            done = before + self._taken
            read = done if total is None else total
            self._count(read_count=read, unchanged_count=read - done)
        return self.report

    @contextmanager
    def _ending(self) -> Iterator[None]:
        try:
            yield
            self._commit(RunState.DONE)
        except BaseException as error:
            # Also for Ctrl-C: what was scored is kept.
            with suppress(ConsoleError):
                self._commit(RunState.STOPPED, problem=str(error) or type(error).__name__)
            raise

    @property
    def _left(self) -> int | None:
        return None if self._plan.limit is None else self._plan.limit - self._taken

    def _take(self, rows: InputRows) -> None:
        positions, unusable = id_positions(rows.ids)
        hashes = text_hashes(rows.texts)
        new = self._new(rows, positions, hashes, unusable)
        self._fail(NO_ID, len(unusable))
        self._count(read_count=len(rows.texts), unusable_count=len(unusable))
        new = new[: self._left]
        for begin in range(0, len(new), CALL_ROWS):
            part = new[begin : begin + CALL_ROWS]
            self._score(rows.taken(part), [hashes[at] for at in part])
            self._commit_in_time()
        self._finish_rows()

    def _new(
        self,
        rows: InputRows,
        positions: Sequence[int],
        hashes: Sequence[str],
        unusable: list[int],
    ) -> Sequence[int]:
        """The rows to score. Adds those whose id an earlier row of the run has to `unusable`."""
        ids = rows.taken(positions).ids
        if any(pc.any(pc.is_in(ids, each.column(ID))).as_py() for each in self._pending):
            self._commit(RunState.RUNNING)
        with self._database.transaction() as work:
            known = self._table.known(work, ids)
        if not known:
            return positions
        self._is_replacing = True
        new: list[int] = []
        for at, one in zip(positions, ids.to_pylist(), strict=True):
            there = known.get(one)
            if there is None:
                new.append(at)
            elif there.run_id == self.by.run_id and there.text_hash:
                if there.text_hash != hashes[at]:
                    unusable.append(at)
            elif there.text_hash == hashes[at] and not self._plan.is_all:
                self._count(unchanged_count=1)
            else:
                new.append(at)
        return new

    def _score(self, rows: InputRows, hashes: Sequence[str]) -> None:
        results = score_cells(rows.texts, rows.problems, self._scorer)
        self._scored.append(_Scored(rows, hashes, results))

    def _finish_rows(self) -> None:
        """Rows of predictions of what was scored: columns of many rows take less time."""
        if not self._scored:
            return
        scored, self._scored = self._scored, []
        rows = InputRows.joined([each.rows for each in scored])
        hashes = list(chain.from_iterable(each.hashes for each in scored))
        results = list(chain.from_iterable(each.results for each in scored))
        self._add(prediction_rows(rows, hashes, results, self.by, self._clock.now()))

    def _add(self, rows: pa.RecordBatch) -> None:
        self._pending.append(rows)
        self._taken += rows.num_rows
        errors = rows.column("error").drop_null().to_pylist()
        self._count(scored_count=rows.num_rows - len(errors), failed_count=len(errors))
        self.report.reasons.update(errors)

    def _count_again(self, work: Transaction) -> None:
        """At the end, from the rows themselves: some may have been scored by a process before this
        one, or twice because they failed the first time."""
        scored, failed, self.report.retry_count = self._table.counts(work, self.by.run_id)
        summary = summarise(work, table_rows(self._table.name, self.by.run_id))
        self.report.run = replace(
            self.report.run, scored_count=scored, failed_count=failed, summary=as_json(summary)
        )

    def _fail(self, reason: str, count: int) -> None:
        if count:
            self.report.reasons[reason] += count

    def _count(self, **more: int) -> None:
        run = self.report.run
        self.report.run = replace(
            run, **{name: getattr(run, name) + count for name, count in more.items()}
        )

    def _commit_in_time(self) -> None:
        rows = sum(each.num_rows for each in self._pending)
        if rows >= COMMIT_ROWS or self._clock.monotonic() - self._committed_s > COMMIT_S:
            self._commit(RunState.RUNNING)

    def _commit(self, state: RunState, *, problem: str = "") -> None:
        self._finish_rows()
        now_s = self._clock.monotonic()
        self.report.run = replace(
            self.report.run,
            state=state,
            problem=problem,
            changed_at=self._clock.now(),
            run_s=self._spent_s + now_s - self._began_s,
        )
        with self._database.transaction() as work:
            if self._pending:
                rows = pa.Table.from_batches(self._pending)
                self._table.put(work, rows, replaced=self._is_replacing)
            if state is not RunState.RUNNING:
                self._count_again(work)
            if state is RunState.DONE and self._plan.interval_us:
                self._target.replace_interval(work, self._plan.interval_us, self._staging)
            self._runs.put(work, self.report.run)
        self._pending, self._is_replacing = [], False
        self._committed_s = now_s


@dataclass(frozen=True, slots=True)
class _Scored:
    """The rows of one call."""

    rows: InputRows
    hashes: Sequence[str]
    results: Sequence[TextResult]

"""What `--engine ray` consists of, without Ray: rows that several scorers scored in any order, and
what the command refuses."""

import os
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.batch.predictions.inputs import Columns, files_input
from core.batch.predictions.on_ray import RowScorer, RowTask, count_ids, translated
from core.batch.predictions.runs import Run
from core.batch.predictions.scoring_run import RunPlan, RunReport, ScoringRun
from core.bootstrap import one_thread
from core.cli.main import main
from core.clock import system_clock
from core.config import Settings
from core.errors import BackendError, InvalidInput, UnreadableFile
from core.identifiers import new_id
from core.inference.fake import POISON, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.default_policy import default_policy
from core.servinglog.record import DiscardingLog
from core.sources.tables.address import database_address
from core.sources.tables.base import Database
from core.sources.tables.opening import open_database
from tests.integration.prediction_tables import rows_of

CLOCK = system_clock()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = Columns("id", "text", "at")
HOUR_US = 3_600_000_000
TEXTS: dict[int, object] = {
    number: f"Comment {number}, you idiot." if number % 5 == 0 else f"Comment {number} is fine."
    for number in range(60)
} | {7: "", 8: None, 9: f"a {POISON}"}


def put(path: Path, texts: dict[int, object]) -> None:
    """Comment 7 was written 7 hours after 1970 began."""
    hours = pa.array([number * 3600 for number in texts], pa.timestamp("s", "UTC"))
    pq.write_table(pa.table({"id": list(texts), "text": list(texts.values()), "at": hours}), path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    put(tmp_path / "in.parquet", TEXTS)
    return tmp_path / "in.parquet"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    address = database_address(str(tmp_path / "out.duckdb"))
    assert address is not None
    opened = open_database(address, is_written=True)
    yield opened
    opened.close()


def make_scorer() -> Scorer:
    return Scorer(FakeBackend(), DiscardingLog(), CLOCK)


def run_into(database: Database, plan: RunPlan) -> ScoringRun:
    scorer = make_scorer()
    info = scorer.backend.info
    return ScoringRun(
        plan,
        Run(new_id(), "test", "test", CLOCK.now(), "in", "", info.name, info.model_version),
        pa.int64(),
        database=database,
        scorer=scorer,
        policy=default_policy(NOW),
        clock=CLOCK,
    )


def score_elsewhere(database: Database, source: Path, plan: RunPlan | None = None) -> RunReport:
    """By two scorers, in blocks of ten rows that come back in any order."""
    plan = plan or RunPlan("elsewhere")
    run = run_into(database, plan)
    settled = run.settled()
    task = RowTask(make_scorer, run.by, COLUMNS, settled, NOW, plan.interval_us)
    scorers = [RowScorer(task), RowScorer(task)]
    table = pq.read_table(source)
    blocks = [table.slice(begin, 10) for begin in range(0, len(table), 10)]
    random.shuffle(blocks)
    scored = [scorers[at % 2](block) for at, block in enumerate(blocks)]
    total = None if plan.interval_us else count_ids([source], "in", "id")
    return run.store(
        (batch for one in scored for batch in one.to_batches()),
        lambda _: None,
        settled=settled,
        total=total,
    )


def score_here(database: Database, source: Path, plan: RunPlan) -> RunReport:
    rows = files_input([source], COLUMNS, read_at=NOW, interval_us=plan.interval_us)
    return run_into(database, plan).score(rows.batches, lambda _: None)


def counts(report: RunReport) -> tuple[int, int, int, int]:
    run = report.run
    return run.read_count, run.scored_count, run.failed_count, run.unchanged_count


def same_rows(path: Path) -> bool:
    found = "SELECT * EXCLUDE (scored_at, run_id) FROM {} ORDER BY id"
    return rows_of(path, found.format("here")) == rows_of(path, found.format("elsewhere"))


def test_rows_scored_elsewhere_are_those_of_one_process(
    database: Database, source: Path, tmp_path: Path
) -> None:
    mine = score_here(database, source, RunPlan("here"))
    theirs = score_elsewhere(database, source)
    database.close()
    assert counts(mine) == counts(theirs) == (60, 57, 3, 0)
    assert mine.reasons == theirs.reasons
    assert mine.retry_count == theirs.retry_count == 1
    assert same_rows(tmp_path / "out.duckdb")


def test_only_what_changed_or_failed_is_scored_again_unless_all_is(
    database: Database, source: Path
) -> None:
    score_elsewhere(database, source)
    put(source, TEXTS | {3: "You moron."})
    assert counts(score_elsewhere(database, source)) == (60, 1, 1, 58)
    again = score_elsewhere(database, source, RunPlan("elsewhere", is_all=True))
    assert counts(again) == (60, 57, 3, 0)


def test_an_interval_is_replaced_as_a_whole(
    database: Database, source: Path, tmp_path: Path
) -> None:
    wide = RunPlan("elsewhere", interval_us=(8 * HOUR_US, 20 * HOUR_US))
    assert counts(score_elsewhere(database, source, wide)) == (12, 10, 2, 0)
    kept = TEXTS.copy()
    del kept[12]
    put(source, kept)
    narrow = RunPlan("elsewhere", interval_us=(10 * HOUR_US, 15 * HOUR_US))
    assert counts(score_elsewhere(database, source, narrow)) == (4, 4, 0, 0)
    database.close()
    ids = rows_of(tmp_path / "out.duckdb", "SELECT id FROM elsewhere ORDER BY id")
    assert [one for (one,) in ids] == [8, 9, 10, 11, *range(13, 20)]


class Cut(Exception):
    pass


def test_a_run_that_is_cut_goes_on_and_scores_no_row_twice(
    database: Database, source: Path, tmp_path: Path
) -> None:
    run = run_into(database, RunPlan("elsewhere"))
    task = RowTask(make_scorer, run.by, COLUMNS, run.settled(), NOW)
    first = RowScorer(task)(pq.read_table(source).slice(20, 25))

    def cut() -> Iterator[pa.RecordBatch]:
        yield from first.to_batches()
        raise Cut

    with pytest.raises(Cut):
        run.store(cut(), lambda _: None, settled=task.settled, total=60)
    stamps = "SELECT id, scored_at FROM elsewhere WHERE id BETWEEN 20 AND 44 ORDER BY id"
    with database.transaction() as work:
        before = work.fetch(stamps)
    assert counts(score_elsewhere(database, source)) == (60, 57, 3, 0)
    with database.transaction() as work:
        assert work.fetch(stamps) == before
        states = work.fetch("SELECT state FROM elsewhere_runs").to_pylist()
    assert states == [{"state": "done"}]


@pytest.mark.parametrize(
    ("ids", "problem"),
    [([1, 2, 2], "3 rows have 2 different values"), ([1, None, 2], "1 rows have no `id`")],
)
def test_ids_must_tell_rows_apart(tmp_path: Path, ids: Sequence[int | None], problem: str) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"id": ids}), path)
    with pytest.raises(InvalidInput, match=problem):
        count_ids([path], "in", "id")
    pq.write_table(pa.table({"id": pa.array([], pa.int64())}), path)
    assert count_ids([path], "in", "id") == 0


def test_a_scorer_whose_backend_is_down_starts_and_says_so_with_the_first_rows(
    database: Database, source: Path
) -> None:
    backend = FakeBackend()
    backend.is_down = True
    run = run_into(database, RunPlan("elsewhere"))
    scorer = Scorer(backend, DiscardingLog(), CLOCK)
    task = RowTask(lambda: scorer, run.by, COLUMNS, run.settled(), NOW)
    started = RowScorer(task)
    with pytest.raises(BackendError):
        started(pq.read_table(source))


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        (
            "Traceback\ncore.errors.UnreadableFile: a.parquet is damaged\n",
            UnreadableFile,
            "damaged",
        ),
        ("core.errors.BackendError: down\n\nThe above exception\nOdd: x", BackendError, "^down$"),
        ("The actor died\nnobody knows why", BackendError, "Ray ended the run: nobody knows why"),
    ],
)
def test_what_failed_in_another_process_is_told_here(
    said: str, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        raise translated(RuntimeError(said))


def test_a_scorer_among_others_gets_one_thread_that_may_run_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system does not bind threads to processors")
    seen, stop = [], Event()
    runtime = Thread(target=stop.wait)

    def load(_: Settings) -> Scorer:
        seen.append(len(os.sched_getaffinity(0)))
        runtime.start()
        return make_scorer()

    monkeypatch.setattr(one_thread, "file_scorer", load)
    everything = os.sched_getaffinity(0)
    one_thread.one_thread_scorer(Settings(home=tmp_path))
    try:
        assert seen == [1]
        assert runtime.native_id is not None
        assert os.sched_getaffinity(runtime.native_id) == os.sched_getaffinity(0) == everything
    finally:
        stop.set()
        runtime.join()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["{}/in.csv", "--out", "{}/o.duckdb"], "reads Parquet files only"),
        (["{}/x.duckdb", "--table", "t", "--out", "{}/o.duckdb"], "reads Parquet files only"),
        (["{}/in.parquet", "--out", "{}/o.parquet"], "needs a database as OUT"),
        (["{}/in.parquet", "--out", "{}/o.duckdb", "--limit", "3"], "--limit can't go with"),
        (["{}/in.parquet", "--out", "{}/o.duckdb", "--dry-run"], "--dry-run can't go with"),
        ([], "--engine goes with a SOURCE"),
        (["{}/in.parquet", "--out", "{}/o.duckdb"], "pip install 'moderation-console[ray]'"),
    ],
)
def test_what_ray_can_not_do_is_refused_in_one_line(
    words: list[str],
    problem: str,
    source: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(source.parent / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    monkeypatch.setitem(sys.modules, "ray", None)
    given = [word.replace("{}", str(source.parent)) for word in words]
    assert main(["score", *given, "--engine", "ray"]) == 2
    said = capsys.readouterr().err
    assert problem in said
    assert said.count("\n") == 1
    assert not (source.parent / "o.duckdb").exists()

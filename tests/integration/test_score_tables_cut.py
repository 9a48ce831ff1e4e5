"""A run into a table that is cut, killed or loses its backend goes on where it stopped."""

import math
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.batch.predictions import inputs, scoring_run
from core.batch.predictions.inputs import Columns, database_input
from core.batch.predictions.runs import Run
from core.batch.predictions.scoring_run import RunPlan, RunReport, ScoringRun
from core.batch.predictions.table import PredictionTable
from core.clock import system_clock
from core.errors import BackendError
from core.identifiers import new_id
from core.inference.base import BatchResult
from core.inference.fake import POISON, FakeBackend
from core.inference.scorer import Scorer
from core.servinglog.memory import MemoryLog
from core.sources.tables.address import database_address
from core.sources.tables.opening import open_database
from tests.integration.prediction_tables import predictions, put_comments, rows_of
from tests.kills import kill_count
from tests.patience import PATIENT_S
from tests.policies import fixed_policy

pytestmark = pytest.mark.slow

CLOCK = system_clock()
WORDS = ("Fine.", "You idiot.", "", "I will kill you.", "damn")


class Cut(FakeBackend):
    """Ctrl-C or an outage comes in the call of that number."""

    def __init__(self, at: int | None, error: BaseException) -> None:
        super().__init__()
        self._left, self._error = at, error
        self.texts = 0

    def score(self, texts: Sequence[str]) -> BatchResult:
        if self._left == 0:
            self.is_down = isinstance(self._error, BackendError)
            raise self._error
        if self._left is not None:
            self._left -= 1
        self.texts += len(texts)
        return super().score(texts)


def run(path: Path, backend: FakeBackend, **plan: Any) -> RunReport:
    """One run over the table `comments` in calls of three texts."""
    address = database_address(str(path))
    assert address is not None
    database = open_database(address, is_written=True)
    try:
        interval_us = plan.get("interval_us")
        columns = Columns("id", "text", "created_at" if interval_us else None)
        rows = database_input(
            database, columns, table="comments", query=None, interval_us=interval_us
        )
        described = Run(new_id(), "r", "test", CLOCK.now(), rows.name, str(plan), "fake", "fake-1")
        made = ScoringRun(
            RunPlan("predictions", **plan),
            described,
            rows.id_type,
            database=database,
            scorer=Scorer(backend, MemoryLog(), CLOCK),
            policy=fixed_policy(CLOCK.now()),
            clock=CLOCK,
        )
        return made.score(rows.batches, lambda _: None)
    finally:
        database.close()


@pytest.fixture
def _small_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_run, "CALL_ROWS", 3)
    monkeypatch.setattr(scoring_run, "COMMIT_S", -1.0)


PLANS: list[dict[str, Any]] = [
    {},
    {"is_all": True},
    {"interval_us": (1_767_225_600_000_000, 1_767_225_600_000_000 + 12 * 3_600_000_000)},
]


@pytest.mark.usefixtures("_small_calls")
@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    texts=st.lists(st.sampled_from(WORDS), max_size=25),
    cuts=st.lists(st.integers(0, 6), max_size=4),
    plan=st.sampled_from(PLANS),
    is_outage=st.booleans(),
)
def test_a_run_that_is_cut_ends_as_one_that_is_not_and_scores_no_text_twice(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[str],
    cuts: list[int],
    plan: dict[str, Any],
    is_outage: bool,
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    whole, cut = folder / "whole.duckdb", folder / "cut.duckdb"
    for path in (whole, cut):
        put_comments(path, dict(enumerate(texts)))
    unbroken = Cut(None, KeyboardInterrupt())
    run(whole, unbroken, **plan)
    error = BackendError("down", kind="connect") if is_outage else KeyboardInterrupt()
    scored_texts = 0
    for at in cuts:
        backend = Cut(at, error)
        try:
            run(cut, backend, **plan)
        except (KeyboardInterrupt, BackendError):
            scored_texts += backend.texts
            ((state,),) = rows_of(cut, "SELECT state FROM predictions_runs WHERE name = 'r'")
            assert state == "stopped"
        else:
            scored_texts += backend.texts
            break
    else:
        last = Cut(None, error)
        run(cut, last, **plan)
        scored_texts += last.texts
    assert predictions(cut) == predictions(whole)
    assert scored_texts == unbroken.texts
    counts = "read_count, scored_count, failed_count, unchanged_count, state"
    select = f"SELECT {counts} FROM predictions_runs"
    assert rows_of(cut, select) == rows_of(whole, select)


def test_a_run_with_another_task_does_not_go_on_with_one_that_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    put_comments(path, dict.fromkeys(range(5), "Fine."))
    with pytest.raises(KeyboardInterrupt):
        run(path, Cut(0, KeyboardInterrupt()), is_all=True)
    run(path, FakeBackend())
    assert rows_of(path, "SELECT state, count(*) FROM predictions_runs GROUP BY 1 ORDER BY 1") == [
        ("done", 1),
        ("stopped", 1),
    ]


@pytest.mark.usefixtures("_small_calls")
def test_rows_that_failed_before_a_cut_are_tried_again_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    put_comments(path, {1: f"With {POISON}", 2: "Fine.", 3: "", 4: "Fine.", 5: "Fine."})
    with pytest.raises(KeyboardInterrupt):
        run(path, Cut(3, KeyboardInterrupt()))
    ((failed, scored),) = rows_of(path, "SELECT failed_count, scored_count FROM predictions_runs")
    assert (failed, scored) == (2, 1)
    report = run(path, FakeBackend())
    assert (report.run.failed_count, report.run.scored_count, report.retry_count) == (2, 3, 1)
    # The text without its poison: nothing is left to try.
    put_comments(path, {1: "Fine.", 2: "Fine.", 3: "", 4: "Fine.", 5: "Fine."})
    report = run(path, FakeBackend())
    assert (report.run.scored_count, report.retry_count) == (1, 0)


def test_so_many_rows_are_committed_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, value in (
        (inputs, "READ_ROWS", 5),
        (scoring_run, "CALL_ROWS", 3),
        (scoring_run, "COMMIT_ROWS", 10),
        (scoring_run, "COMMIT_S", math.inf),
    ):
        monkeypatch.setattr(module, name, value)
    put, counts = PredictionTable.put, []

    def counted(self: PredictionTable, work: Any, rows: Any, *, replaced: bool) -> None:
        counts.append(rows.num_rows)
        put(self, work, rows, replaced=replaced)

    monkeypatch.setattr(PredictionTable, "put", counted)
    path = tmp_path / "a.duckdb"
    put_comments(path, dict.fromkeys(range(40), "Fine."))
    run(path, FakeBackend())
    assert sum(counts) == 40
    assert max(counts) <= 15, "those of one read more at most"


def test_an_error_nobody_foresaw_stops_the_run_with_its_words(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    put_comments(path, dict.fromkeys(range(30), "Fine."))

    class Full(FakeBackend):
        def score(self, texts: Sequence[str]) -> BatchResult:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        run(path, Full())
    ((state, problem),) = rows_of(path, "SELECT state, problem FROM predictions_runs")
    assert (state, problem) == ("stopped", "[Errno 28] No space left on device")
    assert run(path, FakeBackend()).run.scored_count == 30


ROWS = 120_000
KILLS = kill_count(100)


def started(path: Path, home: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "core.cli", "score", str(path), "--table", "comments"]
    environment = os.environ | {"MODCONSOLE_HOME": str(home), "MODCONSOLE_BACKEND": "fake"}
    return subprocess.Popen(
        [*command, "--out", str(path)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def put_many(path: Path) -> None:
    with duckdb.connect(path) as connection:
        numbers = pa.table({"id": range(ROWS)})
        connection.register("numbers", numbers)
        connection.execute(
            "CREATE TABLE comments AS SELECT id, CASE WHEN id % 7 = 0 THEN 'You idiot ' || id "
            "ELSE 'Comment ' || id END AS text FROM numbers"
        )


@pytest.mark.kills
def test_a_killed_run_ends_as_one_that_was_not(tmp_path: Path) -> None:
    """The log of the database grows with every commit: it tells when to kill."""
    whole = tmp_path / "whole.duckdb"
    put_many(whole)
    assert started(whole, tmp_path / "home").wait(PATIENT_S) == 0
    expected = predictions(whole)
    draw, hits = random.Random(7), 0
    number = 0
    while hits < KILLS:
        path = tmp_path / f"{number}.duckdb"
        number += 1
        put_many(path)
        kills_of_this = 0
        while True:
            process = started(path, tmp_path / "home")
            wait_for_growth(
                process, path, draw.randrange(10_000, 8_000_000) if kills_of_this < 3 else None
            )
            process.send_signal(signal.SIGKILL)
            if process.wait(PATIENT_S) == 0:
                break
            kills_of_this += 1
            done = rows_of(path, "SELECT count(*) FROM predictions")[0][0]
            hits += 0 < int(str(done)) < ROWS
        assert predictions(path) == expected
        assert rows_of(path, "SELECT state, scored_count FROM predictions_runs") == [("done", ROWS)]
        path.unlink()


def wait_for_growth(process: "subprocess.Popen[bytes]", path: Path, more: int | None) -> None:
    """Until the database's log has that many bytes more, or the process ended."""
    log = path.with_name(f"{path.name}.wal")
    begin = log.stat().st_size if log.exists() else 0
    last_s = time.monotonic() + PATIENT_S
    while process.poll() is None:
        assert time.monotonic() < last_s
        if more is not None and log.exists() and log.stat().st_size > begin + more:
            return
        time.sleep(0.002)

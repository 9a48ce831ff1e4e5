"""`modconsole score --engine ray`: the rows and scores of the default engine, by processes of
Ray."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.cli.output import ExitCode
from core.inference.fake import POISON
from core.moderation.scores import Label
from tests.integration.prediction_tables import Rows, rows_of

Program = Callable[[str, str], str]
TEXTS: dict[int, str | None] = {
    number: f"Comment {number}, you idiot." if number % 7 == 0 else f"Comment {number} is fine."
    for number in range(1200)
} | {3: "", 4: None, 5: f"a {POISON}"}
SCORES = ", ".join(label.value for label in Label)
OF_RAY = "ray::MapWorker(MapBatches(RowScorer))"


def put(folder: Path, texts: Mapping[int, str | None], files: int = 3) -> None:
    """Parquet files of about equal length."""
    folder.mkdir(exist_ok=True)
    rows = pa.table({"id": list(texts), "text": pa.array(list(texts.values()), pa.string())})
    each = -(-len(rows) // files)
    for number in range(files):
        pq.write_table(rows.slice(number * each, each), folder / f"{number}.parquet")


@pytest.fixture
def begin(tmp_path: Path, program: Program) -> Callable[..., "subprocess.Popen[str]"]:
    """Starts `modconsole score` over the files of `in`."""
    command = program("ray", "modconsole")

    def start(out: str, *flags: str, **settings: Any) -> "subprocess.Popen[str]":
        environ = {name: v for name, v in os.environ.items() if not name.startswith("MODCONSOLE_")}
        environ |= {f"MODCONSOLE_{name.upper()}": str(value) for name, value in settings.items()}
        environ["MODCONSOLE_HOME"] = str(tmp_path / "home")
        return subprocess.Popen(
            [command, "score", "in", "--out", out, *flags],
            cwd=tmp_path,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def predictions(path: Path) -> Rows:
    """All that a run repeats."""
    return rows_of(path, "SELECT * EXCLUDE (scored_at, run_id) FROM predictions ORDER BY id")


def scored_at(path: Path) -> dict[object, object]:
    return dict(rows_of(path, "SELECT id, scored_at FROM predictions"))  # type: ignore[arg-type]


def test_the_rows_are_those_of_one_process_and_a_second_run_scores_what_changed(
    begin: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    put(tmp_path / "in", TEXTS)
    mine, theirs = tmp_path / "one.duckdb", tmp_path / "ray.duckdb"
    for flags, out in (([], mine), (["--engine", "ray"], theirs)):
        run = begin(out.name, *flags, backend="fake")
        said, complaint = run.communicate(timeout=300)
        assert "1,200 rows read: 1,197 scored, 3 failed, 0 unchanged" in said, complaint
        assert run.returncode == ExitCode.INCOMPLETE
    assert predictions(theirs) == predictions(mine)
    before = scored_at(theirs)
    put(tmp_path / "in", TEXTS | {8: "You moron."})
    run = begin(theirs.name, "--engine", "ray", backend="fake")
    said, _ = run.communicate(timeout=300)
    assert "1,200 rows read: 1 scored, 1 failed, 1,198 unchanged" in said
    assert {one for one, moment in scored_at(theirs).items() if moment != before[one]} == {5, 8}


def test_the_shipped_model_gives_the_same_scores_in_every_process(
    begin: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    put(tmp_path / "in", {n: f"{'You idiot. ' * (n % 9)}Text {n} of a person." for n in range(40)})
    for flags, out in (([], "one.duckdb"), (["--engine", "ray"], "ray.duckdb")):
        run = begin(out, *flags)
        _, complaint = run.communicate(timeout=600)
        assert run.returncode == ExitCode.DONE, complaint
    select = f"SELECT id, action, {SCORES} FROM predictions ORDER BY id"
    for mine, theirs in zip(
        rows_of(tmp_path / "one.duckdb", select),
        rows_of(tmp_path / "ray.duckdb", select),
        strict=True,
    ):
        assert theirs[:2] == mine[:2]
        assert theirs[2:] == pytest.approx(mine[2:], abs=1e-6)


def test_a_process_that_is_killed_is_replaced_and_no_row_is_lost(
    begin: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    texts = {number: f"Comment {number} is fine." for number in range(200_000)}
    put(tmp_path / "in", texts)
    run = begin("out.duckdb", "--engine", "ray", backend="fake")
    victim = await_a_process_of(run)
    os.kill(victim, signal.SIGKILL)
    said, complaint = run.communicate(timeout=600)
    assert run.returncode == ExitCode.DONE, complaint
    assert "200,000 rows read: 200,000 scored, 0 failed" in said
    found = rows_of(tmp_path / "out.duckdb", "SELECT count(*), count(DISTINCT id) FROM predictions")
    assert found == [(200_000, 200_000)]


def await_a_process_of(run: "subprocess.Popen[str]") -> int:
    """One of the processes that score, once the run has stored rows."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and run.poll() is None:
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = place.read_bytes()
            except OSError:
                continue  # it ended meanwhile
            if words.startswith(OF_RAY.encode()):
                return int(place.parent.name)
        time.sleep(0.05)
    pytest.fail(f"no process of Ray scored anything: {run.communicate(timeout=60)}")


def test_a_backend_that_is_down_ends_the_run_and_the_next_one_goes_on(
    begin: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    put(tmp_path / "in", TEXTS)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "backends.toml").write_text(
        '[[backend]]\nname = "dead"\nkind = "tei"\nurl = "http://127.0.0.1:1"\nmodel = "m"\n'
        'activation = "sigmoid"\nlabels = { toxicity = "toxic" }\n'
    )
    run = begin("out.duckdb", "--engine", "ray", backend="dead")
    _, complaint = run.communicate(timeout=300)
    assert run.returncode == ExitCode.NOTHING_SCORED
    assert "Traceback" not in complaint
    with duckdb.connect(tmp_path / "out.duckdb") as connection:
        states = connection.execute("SELECT state, scored_count FROM predictions_runs").fetchall()
    assert states == [("stopped", 0)]

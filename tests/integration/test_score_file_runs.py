"""`modconsole score FILE --out FILE --run NAME`: a run that is cut goes on where it stopped."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from core.batch import run_folder as run_folders
from core.batch.chunks import open_table
from core.batch.run_folder import run_folder
from core.batch.score_file import FileReport, score_file, score_rows
from core.cli.main import main
from core.clock import system_clock
from core.errors import Conflict, InvalidInput
from core.inference.base import BatchResult
from core.inference.fake import POISON, FakeBackend
from core.inference.scorer import Scorer
from core.servinglog.memory import MemoryLog
from tests.kills import kill_count
from tests.patience import PATIENT_S

TEXTS = ("Fine.", "You idiot.", "", "I will kill you.", f"With {POISON}", "damn", "<b></b>") * 3
TASK = {"model": "fake-1"}


class Cut(FakeBackend):
    """Ctrl-C comes in the call of that number, for texts that are no probe."""

    def __init__(self, at: int | None) -> None:
        super().__init__()
        self._left = at
        self.texts: list[str] = []

    def score(self, texts: Sequence[str]) -> BatchResult:
        if self._left == 0:
            raise KeyboardInterrupt
        if self._left is not None:
            self._left -= 1
        found = super().score(texts)
        self.texts += texts
        return found


@pytest.fixture(params=["scored.parquet", "scored.csv", "scored.jsonl"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "in.csv"
    made.write_text("id,text\n" + "".join(f'{n},"{text}"\n' for n, text in enumerate(TEXTS)))
    return made


def scorer(backend: FakeBackend) -> Scorer:
    return Scorer(backend, MemoryLog(), system_clock())


def named(
    path: Path, out: Path, backend: FakeBackend, task: Mapping[str, object] = TASK
) -> FileReport:
    with run_folder(out, "nightly", task) as folder:
        table = open_table(path, "text", 2)
        return score_rows(table, path.name, out, scorer(backend), folder=folder)


@pytest.mark.parametrize("save_s", [-1.0, 3600.0])
def test_a_run_that_is_cut_ends_as_one_that_is_not_and_scores_no_text_twice(
    path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, save_s: float
) -> None:
    monkeypatch.setattr(run_folders, "SAVE_S", save_s)
    whole, unbroken = out.with_name(f"whole{out.suffix}"), Cut(None)
    expected = score_file(path, "text", whole, scorer(unbroken), chunk_rows=2)
    texts: list[str] = []
    for at in (0, 1, 9, 3):
        cut = Cut(at)
        with pytest.raises(KeyboardInterrupt):
            named(path, out, cut)
        assert not out.exists()
        texts += cut.texts
    last = Cut(None)
    report = named(path, out, last)
    assert out.read_bytes() == whole.read_bytes()
    assert report.reasons == expected.reasons
    assert (report.rows, report.scored, report.not_whole) == (21, expected.scored, 0)
    assert sorted(texts + last.texts) == sorted(unbroken.texts)
    assert [each.name for each in out.parent.iterdir() if each.name.startswith(".")] == []


def test_a_finished_run_of_that_name_begins_anew(path: Path, out: Path) -> None:
    named(path, out, FakeBackend())
    again = Cut(None)
    named(path, out, again)
    assert len(again.texts) > 0


def test_another_task_of_that_name_is_refused_and_keeps_what_was_scored(
    path: Path, out: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        named(path, out, Cut(3))
    with pytest.raises(InvalidInput, match="was begun with other files, columns or another model"):
        named(path, out, FakeBackend(), {"model": "another"})
    last = Cut(None)
    named(path, out, last)
    assert len(last.texts) < 15


def test_two_processes_can_not_be_at_one_run(out: Path) -> None:
    with (
        run_folder(out, "nightly", TASK),
        pytest.raises(Conflict, match="another process is at the run `nightly`"),
        run_folder(out, "nightly", TASK),
    ):
        pass


@pytest.mark.parametrize("name", ["", "a/b", "..\x00", "a b", "x" * 101])
def test_a_name_that_is_no_file_name_is_refused(out: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="a name has letters"), run_folder(out, name, TASK):
        pass


def test_the_command_names_the_run_and_refuses_a_database_as_its_source(
    path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(path.parent / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    assert main(["score", str(path), "--out", str(out), "--run", "nightly"]) == 1
    assert "21 rows, 9 of them not scored" in capsys.readouterr().out
    database = path.with_name("hn.duckdb")
    command = ["score", str(database), "--table", "t", "--out", str(out)]
    assert main([*command, "--run", "nightly"]) == 2
    for flag in (["--all"], ["--limit", "3"], ["--dry-run"], ["--out-table", "x"]):
        assert main([*command, *flag]) == 2
        assert f"{flag[0]} needs a database as OUT" in capsys.readouterr().err


@pytest.mark.kills
def test_a_killed_run_ends_as_one_that_was_not(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    rows = 120_000
    path.write_text("id,text\n" + "".join(f"{n},Comment {n} you idiot\n" for n in range(rows)))
    whole = tmp_path / "whole.parquet"
    assert started(path, whole).wait(PATIENT_S) == 0
    expected = pq.read_table(whole)
    draw, hits, number = random.Random(7), 0, 0
    while hits < kill_count(100):
        out = tmp_path / f"{number}.parquet"
        number += 1
        while True:
            process = started(path, out)
            wait_for_parts(process, out, draw.randrange(1, 3))
            process.send_signal(signal.SIGKILL)
            if process.wait(PATIENT_S) == 0:
                break
            hits += 1
            assert not out.exists()
        assert pq.read_table(out).equals(expected)
        out.unlink()


def started(path: Path, out: Path) -> "subprocess.Popen[bytes]":
    environment = os.environ | {
        "MODCONSOLE_HOME": str(path.parent / "home"),
        "MODCONSOLE_BACKEND": "fake",
    }
    command = [sys.executable, "-m", "core.cli", "score", str(path), "--out", str(out)]
    return subprocess.Popen(
        [*command, "--run", "nightly"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_parts(process: "subprocess.Popen[bytes]", out: Path, more: int) -> None:
    """Until the run's folder has that many parts more, or the process ended."""
    folder = out.with_name(f".{out.name}.nightly.run")
    begin = len(list(folder.glob("*.parquet")))
    last_s = time.monotonic() + PATIENT_S
    while process.poll() is None and len(list(folder.glob("*.parquet"))) < begin + more:
        assert time.monotonic() < last_s
        time.sleep(0.002)


@pytest.mark.parametrize("is_raw", [False, True])
def test_the_command_writes_cells_as_they_are_only_if_it_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_raw: bool
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("text\n@bob\n+1\n=1+1\n")
    assert main(["score", str(path), "--out", str(out), *(["--raw"] if is_raw else [])]) == 0
    cells = [line.partition(",")[0] for line in out.read_text().splitlines()[1:]]
    assert cells == (["@bob", "+1", "=1+1"] if is_raw else ["'@bob", "+1", "'=1+1"])

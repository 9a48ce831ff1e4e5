"""`modconsole score` over databases that refuse or are lost in the middle of a run: one clear line,
an exit code, and nothing half-written."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import pytest

from core.batch.predictions import scoring_run
from core.cli.main import main
from core.cli.output import ExitCode
from core.inference.base import BatchResult
from core.inference.fake import FakeBackend
from tests.postgres_server import LOCKED, PASSWORD, USER, ask

pytestmark = pytest.mark.slow

ROWS = 40
FULL_DISK = """
import resource, signal, sys
from core.batch.predictions import scoring_run
from core.cli.main import main

size = int(sys.argv.pop(1))

class Filling(scoring_run.ScoringRun):
    def score(self, batches, progress):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        return super().score(batches, progress)

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
scoring_run.ScoringRun = Filling
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")


@pytest.fixture
def server(postgres_database: str) -> str:
    ask(
        postgres_database,
        "CREATE TABLE comments AS "
        f"SELECT n AS id, 'comment ' || n || ' is fine' AS text FROM generate_series(1, {ROWS}) n",
    )
    return postgres_database


def locked(url: str, password: str = PASSWORD) -> str:
    return url.replace(f"{USER}@", f"{LOCKED}:{password}@")


def refused(code: int, said: str) -> str:
    """The one line that says what was wrong."""
    assert code in {ExitCode.INCOMPLETE, ExitCode.WRONG_USE}, said
    assert "Traceback" not in said
    assert PASSWORD not in said
    (line,) = [line for line in said.splitlines() if line.startswith("modconsole: ")]
    return line


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in found}


WRONG: dict[str, tuple[str, Callable[[str], str], str]] = {
    "a wrong password": ("", lambda url: locked(url, "guess"), "password"),
    "no rights to read": ("GRANT CREATE ON SCHEMA public TO locked", locked, "permission denied"),
    "no rights to write": ("GRANT SELECT ON comments TO locked", locked, "permission denied"),
    "no such server": ("", lambda url: url.replace("@127.0.0.1:", "@127.0.0.1:1"), "127.0.0.1"),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.usefixtures("_home")
def test_a_database_that_refuses_is_one_line_and_unchanged(
    what: str, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    allowed, spoil, words = WRONG[what]
    if allowed:
        ask(server, allowed)
    url = spoil(server)
    code = main(["score", url, "--table", "comments", "--out", url])
    assert words in refused(code, capsys.readouterr().err)
    assert tables(server) == {"comments"}


ANSWER = FakeBackend.score
Meddle = Callable[[Callable[[], None]], None]


@pytest.fixture
def meddle(monkeypatch: pytest.MonkeyPatch) -> Meddle:
    """Has something done in the middle of the next runs, which store every ten rows."""
    monkeypatch.setattr(scoring_run, "CALL_ROWS", 10)
    monkeypatch.setattr(scoring_run, "COMMIT_S", -1.0)

    def during(deed: Callable[[], None]) -> None:
        def score(backend: FakeBackend, texts: Sequence[str]) -> BatchResult:
            if any(text.startswith("comment 21 ") for text in texts):
                deed()
            return ANSWER(backend, texts)

        monkeypatch.setattr(FakeBackend, "score", score)

    return during


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
DEEDS = {"the sink is gone": "DROP TABLE predictions", "the connections are cut": CUT}


@pytest.mark.parametrize("what", DEEDS)
@pytest.mark.usefixtures("_home")
def test_what_is_lost_in_the_middle_of_a_run_is_one_line_and_the_next_run_ends_it(
    what: str, server: str, meddle: Meddle, capsys: pytest.CaptureFixture[str]
) -> None:
    meddle(lambda: ask(server, DEEDS[what]))
    command = ["score", server, "--table", "comments", "--out", server]
    refused(main(command), capsys.readouterr().err)
    meddle(lambda: None)
    assert main(command) == 0
    with psycopg.connect(server) as connection:
        found = connection.execute("SELECT count(*), count(DISTINCT id) FROM predictions")
        assert found.fetchone() == (ROWS, ROWS)


@pytest.mark.usefixtures("_home")
def test_a_table_of_sqlite_that_is_gone_in_the_middle_of_a_run(
    tmp_path: Path, meddle: Meddle, capsys: pytest.CaptureFixture[str]
) -> None:
    source, sink = tmp_path / "comments.csv", tmp_path / "out.db"
    rows = "".join(f"{n},comment {n} is fine\n" for n in range(1, ROWS + 1))
    source.write_text("id,text\n" + rows)

    def drop() -> None:
        with sqlite3.connect(sink) as connection:
            connection.execute("DROP TABLE predictions")

    meddle(drop)
    command = ["score", str(source), "--out", f"sqlite:///{sink}"]
    assert "out.db" in refused(main(command), capsys.readouterr().err)
    meddle(lambda: None)
    assert main(command) == 0
    with sqlite3.connect(sink) as connection:
        found = connection.execute("SELECT count(*), count(DISTINCT id) FROM predictions")
        assert found.fetchone() == (ROWS, ROWS)


# A file that may not grow is a failed write to DuckDB and an input/output error to SQLite.
FULL = {"out.duckdb": "Could not write", "sqlite:///out.db": "disk I/O error"}


@pytest.mark.parametrize("sink", FULL)
@pytest.mark.usefixtures("_home")
def test_a_full_disk_is_one_line_and_the_next_run_ends_it(tmp_path: Path, sink: str) -> None:
    source = tmp_path / "comments.csv"
    rows = "".join(f"{n},comment {n} is fine\n" for n in range(200_000))
    source.write_text("id,text\n" + rows)
    command = ["score", str(source), "--out", sink]
    full = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(2_000_000), *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    line = refused(full.returncode, full.stderr)
    assert sink.rpartition("/")[2] in line
    assert FULL[sink] in line
    again = subprocess.run(
        [sys.executable, "-m", "core.cli", *command, "--limit", "10"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr

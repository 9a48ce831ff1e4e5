"""`modconsole logs compact`, `stats` and `tail`, as they are typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cli.main import main
from core.cli.output import ExitCode
from core.config import Settings
from core.servinglog.archive.place import ArchivePlace
from core.servinglog.record import ServingRecord
from core.servinglog.writer import encode
from tests.log_stores import aged
from tests.servinglog_records import put, record

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return Settings(home=tmp_path).serving_log_dir


def test_compact_and_stats_say_what_is_where(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aged(put(folder, record("a"), record("b", 3600), record("a")))
    (folder / "torn-1-1-0.jsonl").write_bytes(b"torn\n")
    aged(folder / "torn-1-1-0.jsonl")
    assert main(["logs", "compact"]) == ExitCode.DONE
    said = capsys.readouterr()
    assert said.out == "1 segments with 2 rows and 1 duplicates are in the archive.\n"
    assert said.err == ("modconsole: left as it is: torn-1-1-0.jsonl has 1 unreadable lines\n")
    assert main(["logs", "stats"]) == ExitCode.DONE
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == ("4 lines: 2 readable, 1 unreadable, 1 duplicates, 0 dated in the future")
    assert lines[1] == "2 calls from 2026-11-01T12:00:00+00:00 to 2026-11-01T13:00:00+00:00"
    assert lines[2].startswith("in the archive: 2 rows in 2 hours, ")
    assert lines[3] == "not in the archive yet: 1 segments with 5 bytes"
    assert "torn-1-1-0.jsonl: 1 unreadable lines" in said.err
    assert main(["logs", "compact", "--keep-days", "1", "--keep-sums-days", "36500"]) == 0
    assert "2 hours older than 1 days are now sums only." in capsys.readouterr().out
    assert main(["logs", "stats"]) == ExitCode.DONE
    assert "2 rows are kept as sums only" in capsys.readouterr().out


def test_an_empty_log_has_nothing_to_say(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", "compact"]) == main(["logs", "tail"]) == ExitCode.DONE
    assert main(["logs", "stats"]) == ExitCode.DONE
    assert "no calls\n" in capsys.readouterr().out
    assert folder.is_dir()


def test_a_second_compaction_at_once_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ArchivePlace(folder).locked():
        assert main(["logs", "compact"]) == ExitCode.INCOMPLETE
    assert "another process compacts this log" in capsys.readouterr().err


def test_tail_prints_the_newest_and_goes_on_until_it_is_stopped(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder, *(record(str(number), number, total_ms=number) for number in range(30)))
    assert main(["logs", "tail", "--lines", "2"]) == ExitCode.DONE
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" after ")[1] for line in said] == [
        "28.0 ms (phases unknown)",
        "29.0 ms (phases unknown)",
    ]
    pauses = _then(path, record("later", 40, total_ms=77.0))
    monkeypatch.setattr("core.cli.logs_tail.time.sleep", lambda _: next(pauses))
    assert main(["logs", "tail", "--lines", "1", "--follow"]) == ExitCode.DONE
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert "after 77.0 ms" in said[1]


def _then(path: Path, later: ServingRecord) -> Iterator[None]:
    """A call is written in the first pause, and the second is stopped."""
    with path.open("ab") as file:
        file.write(encode(later))
    yield
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "arguments",
    [
        ["compact", "ID"],
        ["compact", "--again"],
        ["compact", "--lines", "3"],
        ["compact", "--keep-days", "9", "--keep-sums-days", "8"],
        ["stats", "--keep-days", "1"],
        ["stats", "--keep-sums-days", "1"],
        ["tail", "ID"],
        ["tail", "--keep-sums-days", "1"],
        ["find", "ID", "--follow"],
        ["upload", "--keep-sums-days", "1"],
    ],
)
def test_flags_of_another_act_are_refused(folder: Path, arguments: list[str]) -> None:
    assert main(["logs", *arguments]) == ExitCode.WRONG_USE
    assert not folder.exists()


def test_with_a_shared_store_there_is_no_archive(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODCONSOLE_LOG_STORE", str(tmp_path))
    assert main(["logs", "compact"]) == ExitCode.WRONG_USE
    assert not (folder / "archive").exists()

"""`modconsole logs upload` and `logs find`, as they are typed."""

from pathlib import Path

import pytest

from core.batch.schedule.jobs import read_jobs
from core.cli.main import main
from core.cli.output import ExitCode
from core.environment import load_settings
from core.errors import ConfigError
from core.processes.ports import free_port
from core.servinglog.shared.ledger import LEDGER
from core.servinglog.writer import encode
from tests.log_stores import Machine, aged
from tests.servinglog_records import record


@pytest.fixture
def here(tmp_path: Path, each_log_store: str, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path / "here", each_log_store)
    monkeypatch.setenv("MODCONSOLE_HOME", str(machine.home))
    monkeypatch.setenv("MODCONSOLE_LOG_STORE", each_log_store)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return machine


def test_upload_says_what_it_did_and_deletes_only_when_asked(
    here: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    path = here.put(record("a", 1), record("b", 2))
    assert main(["logs", "upload"]) == ExitCode.DONE
    assert capsys.readouterr().out == (
        f"1 segments with 2 rows are in {here.store.name}; 0 were there before.\n"
    )
    assert path.exists()
    assert main(["logs", "upload", "--keep-days", "30"]) == ExitCode.DONE
    assert capsys.readouterr().out.splitlines() == [
        f"0 segments with 0 rows are in {here.store.name}; 1 were there before.",
        "0 segments older than 30 days were deleted.",
    ]
    assert main(["logs", "upload", "--keep-days", "9"]) == ExitCode.DONE
    assert "1 segments older than 9 days were deleted." in capsys.readouterr().out
    assert not path.exists()
    assert main(["logs", "find", "b"]) == ExitCode.DONE
    assert "onnx, realtime: answered" in capsys.readouterr().out


def test_a_file_that_cannot_be_uploaded_stops_no_other(
    here: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    here.put(record("a", 1))
    odd = here.folder / "naïve name-1-1-0.jsonl"
    odd.write_bytes(encode(record("b", 2)))
    aged(odd)
    aged(here.put(name="api-1-2-0.jsonl")).write_bytes(b"\xff not a line\n")
    aged(here.folder / "api-1-2-0.jsonl")
    assert main(["logs", "upload"]) == ExitCode.INCOMPLETE
    said = capsys.readouterr()
    assert "2 segments with 1 rows are in" in said.out
    assert "1 lines of them can't be read" in said.out
    assert "has a name that the store can't hold" in said.err
    assert odd.exists()


def test_find_says_that_the_store_is_away(
    here: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here.put(record("a", 1))
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("MODCONSOLE_LOG_STORE", "s3://bucket/log")
    assert main(["logs", "find", "a"]) == ExitCode.DONE
    said = capsys.readouterr()
    assert "answered" in said.out
    assert "Calls of other machines may be missing here" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["logs", "find"],
        ["logs", "upload", "ID"],
        ["logs", "find", "ID", "--again"],
        ["logs", "find", "ID", "--keep-days", "1"],
    ],
)
def test_words_that_do_not_go_together_are_refused(here: Machine, words: list[str]) -> None:
    assert main(words) == ExitCode.WRONG_USE


def test_without_a_store_there_is_nowhere_to_upload_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    assert main(["logs", "upload"]) == ExitCode.WRONG_USE
    assert "MODCONSOLE_LOG_STORE names no store" in capsys.readouterr().err


def test_the_schedule_may_upload(tmp_path: Path) -> None:
    path = tmp_path / "jobs.toml"
    path.write_text('[job.log]\ncron = "* * * * *"\ncommand = ["logs", "upload"]\n')
    (job,) = read_jobs(path)
    assert job.command == ("logs", "upload")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ducklake:postgres:dbname=lake", "DuckLake: its extension does not load with DuckDB 2"),
        ("md:console", "MotherDuck: it does not take DuckDB 2"),
        ("motherduck:console", "MotherDuck"),
        ("gs://bucket/log", "can't be stored in gs:"),
        ("https://host/log", "can't be stored in https:"),
        ("file:///srv/log", "can't be stored in file:"),
        ("s3:bucket", "write a bucket as s3://BUCKET/PREFIX"),
        ("s3://", "write a bucket"),
        ("s3://key:secret@bucket/log", "write a bucket"),
        ("s3://bucket/log?endpoint=x", "write a bucket"),
    ],
)
def test_other_addresses_are_refused_at_the_start(address: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as refused:
        load_settings({"MODCONSOLE_LOG_STORE": address})
    assert "secret" not in str(refused.value)


def test_a_ten_thousand_rows_segment_is_complete_on_the_other_machine(
    here: Machine, tmp_path: Path
) -> None:
    here.put(*(record(str(number), number / 10) for number in range(10_000)))
    assert main(["logs", "upload"]) == ExitCode.DONE
    there = Machine(tmp_path / "there", here.address)
    assert there.queries().bounds().calls == 10_000
    (found,) = there.queries().find("9999").calls
    assert found == record("9999", 999.9)
    assert len(here.store.paths(LEDGER)) == 1

"""The command line: exit codes, one clear line for bad input, help a newcomer understands."""

import json

import duckdb
import pytest

from core.cli import main, make_parser
from docs.generate import _subparsers


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")


def write(path, *rows: object):
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return path


@pytest.mark.parametrize("name", sorted(_subparsers(make_parser())))
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) >= 4


def test_ingest_then_score_accounts_for_every_row_and_repeats_change_nothing(tmp_path, capsys):
    file = write(
        tmp_path / "c.jsonl", {"id": "1", "text": "You idiot"}, {"id": "2", "text": "Fine"}
    )
    assert main(["ingest", str(file)]) == 0
    assert "2 rows: 2 stored" in capsys.readouterr().out
    assert main(["score"]) == 0
    assert "Scored 2 comments" in capsys.readouterr().out
    assert main(["ingest", str(file)]) == 0
    assert "2 already known" in capsys.readouterr().out
    assert main(["score"]) == 0
    assert "Nothing waits" in capsys.readouterr().out


def test_a_bad_row_is_named_and_the_others_are_stored(tmp_path, capsys):
    file = write(tmp_path / "c.jsonl", {"id": "1", "text": 5}, {"id": "2", "text": "Fine"})
    assert main(["ingest", str(file)]) == 2
    captured = capsys.readouterr()
    assert "c.jsonl, line 1" in captured.err
    assert "1 stored" in captured.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ingest"], "name a FILE"),
        (["ingest", "/no/such/file.csv"], "file.csv"),
        (["score", "in.csv"], "--out OUT is needed"),
        (["score", "--out", "o.parquet"], "--out goes with a FILE"),
        (["score", "/no/such.csv", "--out", "o.parquet"], "such.csv"),
    ],
)
def test_misuse_is_one_line_and_exit_code_2(arguments, said, capsys):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_bad_setting_is_one_line_and_exit_code_2(monkeypatch, capsys):
    monkeypatch.setenv("MODCONSOLE_API_PORT", "eighty")
    assert main(["score"]) == 2
    assert "MODCONSOLE_API_PORT" in capsys.readouterr().err


def test_scoring_a_file_touches_no_state(tmp_path):
    file = write(tmp_path / "c.jsonl", {"id": "1", "text": "You idiot"}, {"id": "2", "text": ""})
    out = tmp_path / "o.parquet"
    assert main(["score", str(file), "--out", str(out)]) == 0
    rows = duckdb.sql(f"SELECT id, insult, error FROM '{out}'").fetchall()
    assert [row[0] for row in rows] == ["1", "2"]
    assert rows[0][1] == pytest.approx(0.95)
    assert rows[0][2] is None
    assert rows[1][1] is None
    assert rows[1][2]
    assert not (tmp_path / "home").exists()


def test_bench_writes_its_table_as_json(tmp_path, capsys):
    out = tmp_path / "bench.json"
    assert main(["bench", "pipeline", "--json", str(out)]) == 0
    table = json.loads(out.read_text())
    assert {row["step"] for row in table["rows"]} == {"ingest", "score and decide"}
    assert json.loads(capsys.readouterr().out) == table
    assert table["command"] == "modconsole bench pipeline"

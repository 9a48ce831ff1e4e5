"""The command line: exit codes, one clear line for bad input, and help for every command."""

import json
from importlib.metadata import version
from io import BytesIO, TextIOWrapper

import duckdb
import pytest

from core.cli.main import main, make_parser
from core.environment import load_settings
from core.errors import ConfigError
from core.moderation.default_policy import BANDS
from core.moderation.scores import Label
from core.store.sql.migrate import HEAD
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


def test_the_version_is_told_with_the_schema(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    told = f"moderation-console {version('moderation-console')}, schema {HEAD} of the state\n"
    assert capsys.readouterr().out == told


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RETENTION_DAYS", "-1", "must be 0 or more, at most 100000"),
        ("GRACE_S", "-0.5", "must be 0 or more, at most 300"),
        ("GRACE_S", "301", "must be 0 or more, at most 300"),
        ("REVIEW_HOURS", "0", "must be above 0, at most 100000"),
        ("REVIEW_HOURS", "-1", "must be above 0, at most 100000"),
    ],
)
def test_a_number_out_of_its_range_is_told_the_range(name, value, said):
    with pytest.raises(ConfigError, match=said):
        load_settings({f"MODCONSOLE_{name}": value})


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
    assert main(["ingest", str(file)]) == 1
    captured = capsys.readouterr()
    assert "c.jsonl, line 1" in captured.err
    assert "1 stored" in captured.out


def test_ingest_names_the_columns_that_nothing_was_read_from(tmp_path, capsys):
    file = tmp_path / "c.csv"
    long = "x" * 60
    file.write_text(f"id,text,Author,Votes,odd\x1bname,{long}\n1,hi,ann,3,4,5\n")
    assert main(["ingest", str(file)]) == 0
    said = capsys.readouterr().out
    assert f"Nothing was read from `Votes`, `odd?name`, `{'x' * 40}...`." in said


def test_names_in_a_file_send_no_control_sequences_to_the_terminal(tmp_path, capsys):
    odd = "\x1b[31m\u202e\u2069"
    rows, table = tmp_path / f"c{odd}.jsonl", tmp_path / "d.csv"
    rows.write_text(json.dumps({f"{odd}a": 1}) + '\n{"id": "1", "text": "hi"}\n')
    table.write_text(f"id{odd},text{odd}\n1,hi\n")
    assert main(["ingest", str(rows)]) == 1
    assert main(["ingest", str(table)]) == 2
    captured = capsys.readouterr()
    for said in (captured.out, captured.err):
        assert not {char for char in said if not char.isprintable()} - {"\n"}
    assert "with `?[31m??a`" in captured.err
    assert "the columns `id?[31m??`" in captured.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ingest"], "name a SOURCE"),
        (["ingest", "/no/such/file.csv"], "file.csv"),
        (["score", "in.csv"], "--out OUT is needed"),
        (["score", "--out", "o.parquet"], "--out goes with a SOURCE"),
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


@pytest.mark.slow
@pytest.mark.benchmark
def test_bench_writes_its_table_as_json(tmp_path, capsys):
    out = tmp_path / "bench.json"
    assert main(["bench", "pipeline", "--json", str(out)]) == 0
    table = json.loads(out.read_text())
    assert {row["step"] for row in table["rows"]} == {"ingest", "score and decide"}
    assert json.loads(capsys.readouterr().out) == table
    assert table["command"] == "modconsole bench pipeline"


def test_explain_prints_what_each_word_weighs(capsys):
    assert main(["explain", "You <b>idiot</b>, read it."]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "fake-1: hold"
    assert f"insult 0.950, at or above the threshold {BANDS[Label.INSULT][0]}" in lines
    assert "   +0.93   +0.930    0.950  idiot" in lines
    assert lines[-2:] == [
        "Without: idiot",
        "  it would not have been held (insult 0.020, toxicity 0.020)",
    ]


def test_explain_as_json_has_every_word_by_place(capsys):
    assert main(["explain", "--json", "--label", "threat", "kill it"]) == 0
    table = json.loads(capsys.readouterr().out)
    (label,) = table["labels"]
    assert label["label"] == "threat"
    assert [(word["start"], word["end"], word["word"]) for word in label["words"]] == [
        (0, 4, "kill"),
        (5, 7, "it"),
    ]
    assert label["words"][0]["change"] == pytest.approx(0.78)
    assert table["passes_without"]["words"] == [{"start": 0, "end": 4}]


def test_explain_reads_standard_input(monkeypatch, capsys):
    typed = TextIOWrapper(BytesIO(b"You moron \xff"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", typed)
    assert main(["explain"]) == 0
    assert "moron" in capsys.readouterr().out


def test_explain_knows_a_stored_comment_by_its_id(tmp_path, capsys):
    file = write(tmp_path / "c.jsonl", {"id": "7", "text": "You idiot"})
    assert main(["ingest", str(file)]) == 0
    assert main(["score"]) == 0
    capsys.readouterr()
    assert main(["explain", "--comment", "7", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decided_by"] == "fake-1"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "a", "--comment", "7"], "not both"),
        (["explain", "--comment", "7"], "no comment '7' of 'site'"),
        (["explain", "--label", "severe_toxicity", "a"], "does not score severe_toxicity"),
        (["explain", " "], "the text is empty"),
        (["bench", "explain"], "needs --data DIR"),
        (["bench", "explain", "--data", "/nowhere"], "toxic_spans: "),
    ],
)
def test_explain_misused_is_one_line(arguments, said, capsys):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1

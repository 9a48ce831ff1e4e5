"""The results of a run that wrote a file: Parquet, CSV or JSON lines."""

import csv
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.batch.results.export import export_csv
from core.batch.results.places import ResultsPlace
from core.batch.results.view import view_results
from core.cli.main import main
from core.errors import ConsoleError, NotFound
from core.moderation.drift import DriftEvidence, Outcome
from core.moderation.permissions import Actor, Role
from core.moderation.scores import Label

OPS = Actor("ola", Role.OPS)
SUFFIXES = ["parquet", "csv", "jsonl"]
TEXTS = {"a": "Fine, 'really'.", "=b": "You idiot,\nyou moron.", "c": ""}
Score = Callable[..., ResultsPlace]


@pytest.fixture
def score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Score:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")

    def run(name: str, texts: Mapping[str, str] = TEXTS, column: str = "id") -> ResultsPlace:
        source = tmp_path / "source.jsonl"
        lines = [json.dumps({column: one, "text": text}) for one, text in texts.items()]
        source.write_text("\n".join(lines))
        began = datetime.now(UTC)
        assert main(["score", str(source), "--out", str(tmp_path / name)]) in (0, 1)
        return ResultsPlace(began, datetime.now(UTC), path=tmp_path / name)

    return run


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_has_scores_and_no_actions(score: Score, suffix: str) -> None:
    found = view_results(OPS, score(f"x.{suffix}"), None)
    assert found.summary.outcomes == {Outcome.SCORED: 2, Outcome.NOT_SCORED: 1}
    assert found.summary.scores[Label.INSULT].count == 2
    assert Label.SEVERE_TOXICITY not in found.summary.scores
    first = found.top[0]
    # A CSV file has its formulas made harmless already.
    assert (first.id, first.outcome) == ("'=b" if suffix == "csv" else "=b", None)
    assert first.scores[Label.INSULT] == 0.99
    assert found.standing_count == 3


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_its_rows_are_exported_without_their_texts(score: Score, suffix: str) -> None:
    text = b"".join(export_csv(OPS, score(f"x.{suffix}"))).decode()
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["id"] for row in rows] == ["a", "'=b", "c"]
    assert [row["error"] for row in rows] == ["", "", "the text is empty"]
    assert "idiot" not in text


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rows_without_an_id_have_their_number(score: Score, suffix: str) -> None:
    place = score(f"x.{suffix}", column="name")
    found = view_results(OPS, place, None)
    assert (found.id_column, found.top[0].id) == ("row", "2")
    assert b"".join(export_csv(OPS, place)).startswith(b"row,toxicity,")


def test_the_name_of_a_file_is_no_pattern_and_no_sql(score: Score) -> None:
    score("other.csv", {"x": "You idiot."})
    found = view_results(OPS, score("o*[t]?'r.csv"), None)
    assert found.summary.row_count == 3


def test_files_of_two_runs_are_compared(score: Score) -> None:
    before = score("before.jsonl", {str(n): "Fine." for n in range(200)})
    now = score("now.parquet", {str(n): "You idiot." for n in range(200)})
    found = view_results(OPS, now, before)
    assert found.drift is not None
    insult = next(one for one in found.drift.scores if one.label is Label.INSULT)
    assert (insult.distance, insult.evidence) == (1.0, DriftEvidence.CHANGED)


def test_an_empty_file_is_compared_with_nothing(score: Score, tmp_path: Path) -> None:
    full, empty = score("full.csv"), score("empty.csv")
    assert empty.path is not None
    header = empty.path.read_text().splitlines()[0]
    empty.path.write_text(header + "\n")
    empty = replace(empty, ended_at=datetime.now(UTC))
    found = view_results(OPS, full, empty)
    assert "The run before wrote no rows" in found.no_drift
    found = view_results(OPS, empty, full)
    assert "This run wrote no rows" in found.no_drift
    assert found.summary.outcomes == {}


def test_a_file_that_a_later_run_wrote_is_not_shown_as_the_ones_before(score: Score) -> None:
    old = score("x.csv")
    new = score("x.csv")
    later = timedelta(days=1)
    path = new.path
    assert path is not None
    stamp = (new.ended_at + later).timestamp()
    os.utime(path, (stamp, stamp))
    new = replace(new, began_at=new.began_at + later, ended_at=new.ended_at + later)
    with pytest.raises(NotFound, match="no longer the file of this run"):
        view_results(OPS, old, None)
    found = view_results(OPS, new, old)
    assert found.summary.row_count == 3
    assert "no longer the file of this run" in found.no_drift
    path.unlink()
    with pytest.raises(NotFound, match="gone"):
        view_results(OPS, new, None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", "id,text\n1,Fine.\n"),
        ("x.jsonl", '{"id": 1, "toxicity": 0.5}\n'),
        ("x.jsonl", "nonsense"),
        ("x.parquet", "nonsense"),
    ],
)
def test_a_file_of_something_else_is_told(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    now = datetime.now(UTC)
    with pytest.raises(ConsoleError, match=r"x\."):
        view_results(OPS, ResultsPlace(now, now, path=path), None)

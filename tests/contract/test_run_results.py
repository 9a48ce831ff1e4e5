"""The results of a run, read from every kind of database that a run writes."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.batch.results.export import export_csv
from core.batch.results.places import ResultsPlace
from core.batch.results.view import RunResults, view_results
from core.cli.main import main
from core.errors import ConsoleError, InvalidInput, PermissionDenied
from core.moderation.drift import DriftEvidence, Outcome
from core.moderation.permissions import Actor, Role
from core.moderation.scores import Label
from core.sources.tables.address import database_address
from core.sources.tables.base import Database
from core.sources.tables.opening import open_database
from tests.factories import HOSTILE

pytestmark = pytest.mark.slow

OPS = Actor("ola", Role.OPS)
NOW = datetime.now(UTC)
TEXTS = {"1": "Thank you for this.", "2": "You idiot.", "3": "", "=4": "I will kill you."}
COUNTS = {Outcome.APPROVE: 1, Outcome.HOLD: 2, Outcome.NOT_SCORED: 1}


def opened(address: str) -> Database:
    found = database_address(address)
    assert found is not None
    return open_database(found, is_written=True)


def execute(address: str, *statements: str) -> None:
    database = opened(address)
    with database.transaction() as work:
        for sql in statements:
            work.execute(sql)
    database.close()


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")


@pytest.fixture
def score(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(texts: Mapping[str, str] = TEXTS, *flags: str) -> ResultsPlace:
        source = tmp_path / "rows.jsonl"
        rows = [json.dumps({"id": one, "text": text}) for one, text in texts.items()]
        source.write_text("\n".join(rows))
        main(["score", str(source), "--out", address, *flags])
        facts = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
        count = facts["scored_count"] + facts["failed_count"]
        return ResultsPlace(
            NOW, NOW, facts["run_id"], database_address(address), "predictions", row_count=count
        )

    return run


def view(place: ResultsPlace, before: ResultsPlace | None = None) -> RunResults:
    return view_results(OPS, place, before)


def lines(place: ResultsPlace) -> list[dict[str, str]]:
    text = b"".join(export_csv(OPS, place)).decode()
    return sorted(csv.DictReader(text.splitlines()), key=lambda row: row["id"])


def test_rows_are_counted_by_what_became_of_them(score: Any) -> None:
    found = view(score())
    assert found.summary.outcomes == COUNTS
    assert found.summary.scores[Label.TOXICITY].count == 3
    assert Label.SEVERE_TOXICITY not in found.summary.scores
    assert found.standing_count == 4
    assert found.drift is None
    assert "no earlier run" in found.no_drift


def test_the_highest_scores_of_what_was_flagged_come_first(score: Any, address: str) -> None:
    place = score(TEXTS | {"5": "You moron."})
    execute(
        address,
        "UPDATE predictions SET insult = 0.97, action = 'remove' WHERE id = '5'",
        "UPDATE predictions SET insult = 0.99 WHERE id = '1'",  # approved all the same
        f"UPDATE predictions SET threat = 0.96, reason = '{HOSTILE.replace(chr(39), chr(39) * 2)}' "
        "WHERE id = '=4'",
    )
    top = view(place).top
    assert [(row.id, row.outcome) for row in top] == [
        ("5", Outcome.REMOVE),
        ("=4", Outcome.HOLD),
        ("2", Outcome.HOLD),
    ]
    assert top[1].reason == HOSTILE[:200]
    assert top[0].scores[Label.INSULT] == 0.97
    assert Label.SEVERE_TOXICITY not in top[0].scores


def test_more_rows_than_are_shown_and_a_long_id_are_cut(score: Any) -> None:
    top = view(score({f"{number:04}" + "x" * 300: "You idiot." for number in range(30)})).top
    assert len(top) == 20
    assert top[0].id == "0000" + "x" * 196


def test_an_older_run_is_counted_as_it_was_when_later_ones_scored_its_rows_again(
    score: Any,
) -> None:
    first, second = score(), score(TEXTS | {"2": "You are kind."}, "--all")
    found = view(first)
    assert found.summary.outcomes == COUNTS
    assert (found.standing_count, found.top) == (0, [])
    found = view(second, first)
    assert found.drift is not None
    held = next(one for one in found.drift.outcomes if one.outcome is Outcome.HOLD)
    assert (held.share, held.before, held.evidence) == (0.25, 0.5, DriftEvidence.TOO_FEW)


def test_runs_of_before_there_were_summaries_are_counted_from_their_rows(
    score: Any, address: str
) -> None:
    first = score()
    execute(address, "ALTER TABLE predictions_runs DROP COLUMN summary")
    assert view(first).summary.outcomes == COUNTS
    second = score({"2": "You idiot indeed.", "7": "Fine."})
    found = view(second, first)
    assert found.drift is None
    assert "Of the 4 rows of the run before 3 stand in the table" in found.no_drift
    third = score({"8": "Fine."})
    assert view(third, second).drift is not None


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "[]",
        "{",
        '{"outcomes": {"nonsense": 1}}',
        '{"outcomes": {"hold": -1}, "scores": {}, "unassessed_count": 0}',
        '{"outcomes": {}, "scores": {"threat": {"bins": {"101": 1}, "total": 1}}}',
    ],
)
def test_a_summary_that_another_program_wrote_is_not_believed(
    score: Any, address: str, stored: str
) -> None:
    place = score()
    execute(address, f"UPDATE predictions_runs SET summary = '{stored}'")
    assert view(place).summary.outcomes == COUNTS


def test_a_foreign_table_of_runs_stays_as_it_is(
    score: Any, address: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    execute(address, "CREATE TABLE predictions_runs (runner VARCHAR(9))")
    (tmp_path / "x.csv").write_text("id,text\n1,Fine.\n")
    assert main(["score", str(tmp_path / "x.csv"), "--out", address]) == 2
    assert "none of runs" in capsys.readouterr().err
    database = opened(address)
    assert database.schema("SELECT * FROM predictions_runs").names == ["runner"]
    database.close()


def test_all_rows_are_exported_and_no_cell_is_a_formula(score: Any, address: str) -> None:
    place = score()
    execute(address, "UPDATE predictions SET reason = '=1+1' WHERE id = '2'")
    rows = lines(place)
    assert [row["id"] for row in rows] == ["'=4", "1", "2", "3"]
    assert [row["action"] for row in rows] == ["hold", "approve", "hold", ""]
    assert (rows[2]["reason"], float(rows[2]["insult"])) == ("'=1+1", 0.95)
    assert (rows[2]["severe_toxicity"], rows[3]["error"]) == ("", "the text is empty")
    assert "text" not in rows[0]


def test_a_column_that_begins_with_nothing_is_exported_whole(score: Any) -> None:
    """SQLite's driver would take the type of the first thousand rows."""
    rows = lines(score(dict.fromkeys(map(str, range(1000, 2500)), "") | {"9999": "You idiot."}))
    assert len(rows) == 1501
    assert (rows[-1]["action"], float(rows[-1]["insult"])) == ("hold", 0.95)


def test_scores_that_are_no_scores_are_left_out(score: Any, address: str) -> None:
    place = score()
    execute(
        address,
        "UPDATE predictions SET toxicity = 7.5, action = 'explode' WHERE id = '1'",
        "UPDATE predictions_runs SET summary = ''",
    )
    found = view(place)
    assert found.summary.scores[Label.TOXICITY].count == 2
    assert found.summary.outcomes[Outcome.SCORED] == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"table": "elsewhere"}, "has no table `elsewhere`"),
        ({"table": "other"}, "the table `other` has no column `id`"),
    ],
)
def test_a_table_that_is_gone_or_is_another_one_is_named(
    score: Any, address: str, change: Mapping[str, Any], words: str
) -> None:
    place = score()
    execute(address, "CREATE TABLE other (n INTEGER)")
    for use in (view, lines):
        with pytest.raises(InvalidInput, match=words):
            use(replace(place, **change))


def test_a_run_that_the_table_does_not_know_has_no_rows(score: Any) -> None:
    place = replace(score(), run_id="x' OR '1'='1")
    found = view(place)
    assert (found.summary.row_count, found.standing_count, found.top) == (0, 0, [])
    assert "wrote no rows" in found.no_drift
    assert lines(place) == []


def test_who_may_not_see_the_serving_gets_nothing(score: Any) -> None:
    place, author = score(), Actor("sam", Role.AUTHOR)
    with pytest.raises(PermissionDenied):
        view_results(author, place, None)
    with pytest.raises(PermissionDenied):
        export_csv(author, place)


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_a_file_that_is_gone_or_broken_is_told(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"x.{kind}"
    place = ResultsPlace(NOW, NOW, "r", database_address(str(path)), "predictions", row_count=1)
    with pytest.raises(ConsoleError, match="there is no file"):
        view(place)
    path.write_bytes(b"no database" * 999)
    with pytest.raises(ConsoleError, match=path.name):
        view(place)


def test_a_wrong_password_and_a_server_that_is_gone_are_told_without_the_password(
    postgres_database: str,
) -> None:
    def wrong(url: str) -> Sequence[str]:
        place = ResultsPlace(NOW, NOW, "r", database_address(url), "predictions", row_count=1)
        with pytest.raises(ConsoleError) as caught:
            view(place)
        return str(caught.value).splitlines()

    for url in (
        "postgresql://nobody:hunter2@127.0.0.1:1/x",
        re.sub(r"://[^@]*@", "://nobody:hunter2@", postgres_database),
    ):
        (said,) = wrong(url)
        assert "hunter2" not in said
        assert said.startswith("postgresql://nobody")

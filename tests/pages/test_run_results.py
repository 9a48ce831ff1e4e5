"""The results on the page Runs: every state, and what may not be interpreted."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from core.cli.main import main
from core.moderation.permissions import Actor, Role
from tests.factories import HOSTILE, LEAD, MODERATOR

OPS = Actor("ola", Role.OPS)
ALL = [MODERATOR, LEAD, OPS, Actor("ada", Role.ADMIN), Actor("ines", Role.AUDITOR)]
Open = Callable[..., AppTest]


def frames(test: AppTest) -> list[Any]:
    """The tables of results, below those of jobs and runs."""
    return [each.value for each in test.dataframe][2:]


def words(test: AppTest) -> str:
    found = [*test.caption, *test.markdown, *test.error, *test.warning]
    return "\n".join(str(element.value) for element in found).replace("\\", "")


def links(test: AppTest) -> list[str]:
    return [one.proto.url for one in test.get("link_button")]


@pytest.mark.parametrize("actor", ALL, ids=lambda actor: actor.role)
def test_whoever_sees_the_page_sees_the_results_of_the_newest_run(
    nightly: Any, staff_page: Open, actor: Actor
) -> None:
    nightly().run(1, "Fine.", "You idiot.", "")
    test = staff_page("runs", actor)
    assert not test.exception
    outcomes, labels, flagged = frames(test)
    assert list(outcomes["outcome"]) == ["approved", "held", "removed", "not scored"]
    assert list(outcomes["rows"]) == [1, 1, 0, 1]
    assert list(outcomes["share"]) == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3])
    assert list(labels["scored"]) == [2] * 5
    assert list(flagged["id"]) == ["c1"]
    assert list(flagged["action"]) == ["held"]
    assert flagged["insult"][0] == 0.95
    assert "There is no earlier run" in words(test)
    assert "modconsole score that was run by hand" in words(test)
    assert links(test) == ["/runs/nightly/r1.csv"]


def test_a_change_since_the_run_before_comes_first_in_a_sentence(
    nightly: Any, staff_page: Open
) -> None:
    job = nightly()
    job.run(2, *["Fine."] * 150, *["You idiot."] * 10)
    job.run(1, *["Fine."] * 100, *["You idiot."] * 60, first=1000)
    test = staff_page("runs", OPS)
    said = words(test)
    assert "rows were held than in the run of" in said
    assert "37.5 % instead of 6.2 %, +31.2 points" in said
    outcomes, labels, _ = frames(test)
    assert list(outcomes["evidence"]) == ["more than chance", "more than chance", "–", "–"]
    moved = dict(zip(labels["label"], labels["moved"], strict=True))
    assert moved["insult"].startswith("31.2 points more above")


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((150, 150), "Nothing is different than in the run of"),
        ((5, 150), "Too few rows to tell whether anything is different"),
    ],
)
def test_chance_and_too_few_rows_are_said_to_be_that(
    nightly: Any, staff_page: Open, counts: tuple[int, int], sentence: str
) -> None:
    job = nightly()
    for days, count in zip((2, 1), counts, strict=True):
        job.run(days, *["Fine."] * count, "You idiot.", first=days * 1000)
    assert sentence in words(staff_page("runs", OPS))


def test_another_model_or_policy_than_before_is_named(nightly: Any, staff_page: Open) -> None:
    job = nightly()
    first = job.run(2, "Fine.")
    second = job.run(1, "Fine!", first=10)
    job.add(2, dict(first.facts) | {"model_version": "v5", "policy_version": 7})
    said = words(staff_page("runs", OPS))
    assert f"The model is another one: v5 before, {second.facts['model_version']} now." in said
    assert "The policy is another one: version 7 before, 1 now." in said


def test_rows_that_later_runs_scored_again_are_told(nightly: Any, staff_page: Open) -> None:
    job = nightly()
    job.run(1, "Fine.", "You idiot.")
    job.run(2, "Fine.", "You are kind.")  # wrote after it, and is listed below it
    test = staff_page("runs", OPS)
    assert "1 row of this run were scored again by later ones" in words(test)
    assert list(frames(test)[0]["rows"]) == [1, 1, 0, 0]
    assert "No row was held or removed." in words(test)


def test_hostile_ids_and_reasons_stand_in_cells_only(
    nightly: Any, home: Path, staff_page: Open
) -> None:
    nightly().run(1, "You idiot.")
    with duckdb.connect(home / "x.duckdb") as connection:
        connection.execute("UPDATE predictions SET id = $1, reason = $1", [HOSTILE + "\u202e\nx"])
    test = staff_page("runs", OPS)
    flagged = frames(test)[2]
    assert flagged["id"][0] == HOSTILE + "[U+202E][U+000A]x"
    assert flagged["reason"][0] == HOSTILE + "[U+202E][U+000A]x"
    for element in (*test.caption, *test.markdown, *test.warning, *test.error):
        assert "example.invalid" not in element.value


def test_a_file_of_results_has_no_actions(nightly: Any, staff_page: Open) -> None:
    nightly("x.csv").run(1, "Fine.", "You idiot.", "")
    test = staff_page("runs", OPS)
    outcomes, _, highest = frames(test)
    assert list(outcomes["outcome"]) == ["scored", "not scored"]
    assert list(outcomes["rows"]) == [2, 1]
    assert highest["id"][0] == "c1"
    assert "action" not in highest
    assert "A file has scores, but no actions" in words(test)


def test_a_file_of_which_nothing_was_scored(nightly: Any, staff_page: Open) -> None:
    nightly("x.csv").run(1, "", "")
    test = staff_page("runs", OPS)
    assert not test.exception
    (outcomes,) = frames(test)
    assert list(outcomes["rows"]) == [0, 2]
    assert "No row has scores." in words(test)


def test_a_table_of_which_nothing_was_scored(nightly: Any, staff_page: Open) -> None:
    nightly().run(1, "", "")
    test = staff_page("runs", OPS)
    (outcomes,) = frames(test)
    assert list(outcomes["rows"]) == [0, 0, 0, 2]
    assert "No row has scores." in words(test)
    assert "held or removed" not in words(test)


def test_a_run_that_found_nothing_new_says_so(nightly: Any, staff_page: Open) -> None:
    job = nightly()
    job.run(2, "Fine.")
    job.run(1, "Fine.")
    test = staff_page("runs", OPS)
    assert not test.exception
    assert "This run wrote no rows" in words(test)
    assert (frames(test), links(test)) == ([], [])
    assert "held or removed" not in words(test)


@pytest.mark.parametrize(
    ("command", "facts", "is_ended", "sentence"),
    [
        (["ingest", "--hackernews", "9"], {}, True, "This job scores no table or file"),
        (["score", "x.csv", "--out", "x.duckdb"], {}, True, "wrote no results"),
        (["score", "x.csv", "--out", "x.duckdb"], {}, False, "has not ended, or was killed"),
        (["score", "x.csv", "--out", "x.csv"], {}, True, "The file of results is gone"),
    ],
)
def test_a_run_without_results_says_why(
    nightly: Any,
    staff_page: Open,
    command: list[str],
    facts: dict[str, Any],
    is_ended: bool,
    sentence: str,
) -> None:
    job = nightly()
    job.declare(*command)
    job.add(1, facts, is_ended=is_ended)
    test = staff_page("runs", OPS)
    assert not test.exception
    assert sentence in words(test)
    assert links(test) == frames(test) == []


def test_a_sink_that_is_gone_leaves_the_rest_of_the_page(
    nightly: Any, home: Path, staff_page: Open
) -> None:
    job = nightly()
    run = job.run(1, "Fine.")
    job.history.log_path(run).write_text("1 rows read\n")
    (home / "x.duckdb").unlink()
    test = staff_page("runs", OPS)
    (warning,) = [each.value.replace("\\", "") for each in test.warning if "results" in each.value]
    assert warning == f"The results can't be read: there is no file {home / 'x.duckdb'}"
    assert any("1 rows read" in each.value for each in test.code)


def test_a_database_that_another_process_writes_is_told(
    nightly: Any, home: Path, staff_page: Open
) -> None:
    nightly().run(1, "Fine.")
    path = home / "x.duckdb"
    code = f"import duckdb; c = duckdb.connect({str(path)!r}); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        try:
            said = words(staff_page("runs", OPS))
            shut = main(["score", str(home / "rows.jsonl"), "--out", str(path)])
        finally:
            writer.communicate(b"\n")
    assert "x.duckdb: another program has the file open" in said
    assert shut == 1  # the scheduler tries it again


def test_a_wrong_password_is_told_and_no_password_is_shown(
    nightly: Any, staff_page: Open, postgres_database: str
) -> None:
    job = nightly()
    url = f"postgresql://nobody:hunter2@{postgres_database.partition('@')[2]}"
    job.declare("score", "rows.jsonl", "--out", url)
    job.add(1, {"run_id": "a", "scored_count": 1})
    test = staff_page("runs", OPS)
    assert "The results can't be read: postgresql://nobody@" in words(test)
    shown = [words(test), *(each.value for each in test.code)]
    assert "postgresql://nobody@" in shown[-2]
    assert not any("hunter2" in each for each in shown)

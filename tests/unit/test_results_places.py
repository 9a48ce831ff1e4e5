"""Where a job's run wrote its results, and which run it is compared with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.batch.results.places import (
    NO_TABLE,
    NOT_ENDED,
    WROTE_NOTHING,
    place_before,
    results_place,
)
from core.batch.schedule.history import JobRun
from core.batch.schedule.jobs import Job
from core.errors import NotFound
from core.sources.tables.address import DatabaseKind

AT = datetime(2026, 11, 27, 3, 15, tzinfo=UTC)
FACTS = {"run_id": "a1", "scored_count": 7, "failed_count": 2, "policy_version": 3}


def job(*command: str) -> Job:
    return Job("nightly", "15 3 * * *", ZoneInfo("UTC"), ("score", "x.csv", *command))


def ran(number: int = 0, *, is_ended: bool = True, **facts: Any) -> JobRun:
    began = AT - timedelta(days=number)
    ended = began + timedelta(seconds=40) if is_ended else None
    return JobRun(f"r{number}", "nightly", began, 1, began, ended, 0, facts, "/srv/console")


@pytest.mark.parametrize(
    ("command", "kind", "target", "table"),
    [
        (["--out", "hn.duckdb"], DatabaseKind.DUCKDB, "/srv/console/hn.duckdb", "predictions"),
        (["--out=/d/x.sqlite"], DatabaseKind.SQLITE, "/d/x.sqlite", "predictions"),
        (["--out", "sqlite:///x.db"], DatabaseKind.SQLITE, "/srv/console/x.db", "predictions"),
        (["--out-t", "p", "--out", "md:hn"], DatabaseKind.MOTHERDUCK, "md:hn", "p"),
        (
            ["--query", "SELECT 1", "--out", "postgresql://u:p@h/d", "--out-table=s.p", "--all"],
            DatabaseKind.POSTGRESQL,
            "postgresql://u:p@h/d",
            "s.p",
        ),
    ],
)
def test_the_sink_is_read_from_the_command_as_the_command_reads_it(
    command: list[str], kind: DatabaseKind, target: str, table: str
) -> None:
    place = results_place(job(*command), ran(**FACTS))
    assert place.address is not None
    assert (place.address.kind, place.address.target, place.table) == (kind, target, table)
    assert (place.run_id, place.row_count, place.policy_version) == ("a1", 9, 3)


def test_a_file_is_looked_for_in_the_folder_of_the_run_under_the_name_of_its_time() -> None:
    place = results_place(job("--out", "out/{to}.csv"), ran())
    assert place.path == Path("/srv/console/out/2026-11-27T03:15:00+00:00.csv")
    assert (place.began_at, place.ended_at) == (AT, AT + timedelta(seconds=40))


@pytest.mark.parametrize(
    ("command", "run", "why"),
    [
        (["--table", "x"], ran(**FACTS), NO_TABLE),
        (["--out"], ran(**FACTS), WROTE_NOTHING),
        (["--out", "oracle://x"], ran(**FACTS), WROTE_NOTHING),
        (["--out", "x.duckdb"], ran(), WROTE_NOTHING),
        (["--out", "x.duckdb"], ran(run_id=7), WROTE_NOTHING),
        (["--out", "x.duckdb"], ran(is_ended=False), NOT_ENDED),
    ],
)
def test_a_run_without_results_says_why(command: list[str], run: JobRun, why: str) -> None:
    with pytest.raises(NotFound) as caught:
        results_place(job(*command), run)
    assert str(caught.value) == why


def test_a_job_that_scores_no_table_says_so() -> None:
    ingest = replace(job(), command=("ingest", "--hackernews", "200"))
    with pytest.raises(NotFound) as caught:
        results_place(ingest, ran(is_ended=False))
    assert str(caught.value) == NO_TABLE


def test_it_is_compared_with_the_newest_older_run_that_wrote_rows_of_its_own() -> None:
    table = job("--out", "x.duckdb")
    older = [
        ran(1, **FACTS),  # what this run went on with
        ran(2, **FACTS | {"run_id": "b2", "scored_count": 0, "failed_count": 0}),
        ran(3),
        ran(4, is_ended=False),
        ran(5, **FACTS | {"run_id": "b5"}),
        ran(6, **FACTS | {"run_id": "b6"}),
    ]
    place = results_place(table, ran(**FACTS))
    before = place_before(table, older, place)
    assert before is not None
    assert before.run_id == "b5"
    assert place_before(table, older[:4], place) is None


def test_a_file_is_compared_with_the_file_of_the_run_before() -> None:
    files = job("--out", "{to}.csv")
    before = place_before(files, [ran(1), ran(2)], results_place(files, ran()))
    assert before is not None
    assert before.path == Path("/srv/console/2026-11-26T03:15:00+00:00.csv")

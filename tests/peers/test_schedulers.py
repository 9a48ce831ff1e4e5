"""The examples of docs/tables.md for Airflow, Dagster and Prefect, each run by the real one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.cli.output import ExitCode
from tests.peers.scheduled_site import ScheduledSite, words_of

pytestmark = pytest.mark.timeout(1800)

Program = Callable[[str, str], str]
COMMENTS = {1: "Fine.", 2: "You idiot.", 3: "Fine, too."}
START, END = "2026-01-01 02:00:00+00:00", "2026-01-01 03:00:00+00:00"
BY_HAND = """
import sys
from datetime import datetime
sys.path.insert(0, "dags")
from prefect_flow import score_comments
score_comments(*map(datetime.fromisoformat, sys.argv[1:]))
"""
WITHOUT_INTERVAL = """
import sys
sys.path.insert(0, "dags")
from airflow_dag import score_comments
sys.exit(score_comments().test(logical_date=None).state == "failed")
"""


@dataclass(frozen=True, slots=True)
class Scheduler:
    """`run` runs the example for the hour from START to END; its result says whether that
    worked."""

    name: str
    example: str
    run: Callable[[ScheduledSite, Program], bool]


def with_airflow(site: ScheduledSite, program: Program) -> bool:
    airflow = program("airflow", "airflow")
    assert site.run(airflow, "db", "migrate").returncode == 0
    return site.run(airflow, "dags", "test", "score_comments", END).returncode == 0


def with_dagster(site: ScheduledSite, program: Program) -> bool:
    chosen = ["--select", "predictions", "--partition", "2026-01-01-02:00"]
    place = ["-f", str(site.folder / "dags" / "dagster_job.py")]
    dagster = program("dagster", "dagster")
    return site.run(dagster, "asset", "materialize", *place, *chosen).returncode == 0


def with_prefect(site: ScheduledSite, program: Program) -> bool:
    return site.run(program("prefect", "python"), "-c", BY_HAND, START, END).returncode == 0


@pytest.fixture(
    params=[
        Scheduler("airflow", "airflow_dag.py", with_airflow),
        Scheduler("dagster", "dagster_job.py", with_dagster),
        Scheduler("prefect", "prefect_flow.py", with_prefect),
    ],
    ids=lambda each: each.name,
)
def scheduler(request: pytest.FixtureRequest, program: Program) -> Scheduler:
    found: Scheduler = request.param
    program(found.name, "python")  # skips if it is not there
    return found


@pytest.fixture
def site(tmp_path: Path) -> ScheduledSite:
    made = ScheduledSite(tmp_path)
    made.put(COMMENTS)
    return made


def test_the_rows_of_the_interval_are_scored_and_a_second_run_replaces_them(
    scheduler: Scheduler, site: ScheduledSite, program: Program
) -> None:
    site.take_example(scheduler.example)
    site.install_command()
    assert scheduler.run(site, program)
    assert site.predictions() == [(2, "hold")]
    assert words_of(site.calls(), "--from") == [START]
    assert words_of(site.calls(), "--to") == [END]
    site.put(COMMENTS | {2: "You are kind."})
    assert scheduler.run(site, program)
    assert site.predictions() == [(2, "approve")]
    assert len(site.calls()) == 2


def test_a_wrong_column_fails_without_another_try(
    scheduler: Scheduler, site: ScheduledSite, program: Program
) -> None:
    site.take_example(scheduler.example, change=("created_at", "no_such_column"))
    site.install_command()
    assert not scheduler.run(site, program)
    assert len(site.calls()) == 1


def test_a_run_that_could_score_nothing_is_tried_again(
    scheduler: Scheduler, site: ScheduledSite, program: Program
) -> None:
    site.take_example(scheduler.example)
    site.install_command(first_code=ExitCode.NOTHING_SCORED)
    assert scheduler.run(site, program)
    assert site.predictions() == [(2, "hold")]
    assert len(site.calls()) == 2


def test_airflow_refuses_a_run_without_an_interval(site: ScheduledSite, program: Program) -> None:
    site.take_example("airflow_dag.py")
    site.install_command()
    assert site.run(program("airflow", "airflow"), "db", "migrate").returncode == 0
    done = site.run(program("airflow", "python"), "-c", WITHOUT_INTERVAL)
    assert "the run has no interval" in done.stdout
    assert done.returncode == 1
    assert site.calls() == []


def test_prefect_scores_the_hour_before_the_run_should_have_begun(
    site: ScheduledSite, program: Program
) -> None:
    site.take_example("prefect_flow.py")
    site.install_command()
    assert site.run(program("prefect", "python"), "-c", BY_HAND).returncode == 0
    (start,) = map(datetime.fromisoformat, words_of(site.calls(), "--from"))
    (end,) = map(datetime.fromisoformat, words_of(site.calls(), "--to"))
    assert end - start == timedelta(hours=1)
    assert timedelta(0) < datetime.now(end.tzinfo) - end < timedelta(hours=2)
    assert (end.minute, end.second, end.utcoffset()) == (0, 0, timedelta(0))

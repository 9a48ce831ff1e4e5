"""The page Runs on real services: permissions, and every state."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.batch.schedule.history import JobHistory, JobRun
from core.batch.schedule.locks import alone
from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Permission, Role, can
from tests.factories import HOSTILE, LEAD, MODERATOR
from tests.patience import PATIENT_S

OPS = Actor("ola", Role.OPS)
NOW = datetime.now(UTC)
JOBS = """
[job.nightly]
cron = "15 3 * * *"
command = ["score", "hn.duckdb", "--table", "comments", "--out", "hn.duckdb"]

[job.hourly]
cron = "0 * * * *"
zone = "Europe/Berlin"
command = ["ingest", "--hackernews", "200"]
"""
Open = Callable[..., AppTest]


def declare(services: Services, text: str = JOBS) -> JobHistory:
    services.settings.jobs_path.write_text(text)
    return JobHistory(services.settings.jobs_dir)


def ran(
    history: JobHistory, days_ago: int, code: int | None, took_s: float = 40.0, **facts: object
) -> JobRun:
    began = NOW - timedelta(days=days_ago)
    ended = None if code is None else began + timedelta(seconds=took_s)
    run = JobRun(f"r{days_ago}", "nightly", began, 1, began, ended, code, facts)
    history.write(run)
    return run


def frames(test: AppTest) -> list[Any]:
    return [each.value for each in test.dataframe]


def words(test: AppTest) -> str:
    found = [*test.caption, *test.markdown, *test.error, *test.warning, *test.code]
    return "\n".join(str(element.value) for element in found).replace("\\", "")


@pytest.mark.parametrize(
    "actor", [MODERATOR, LEAD, OPS, Actor("ada", Role.ADMIN), Actor("ines", Role.AUDITOR)]
)
def test_the_page_is_for_those_who_may_see_the_serving(staff_page: Open, actor: Actor) -> None:
    assert can(actor, Permission.SEE_SERVING)
    test = staff_page("runs", actor)
    assert not test.exception
    assert "No job is declared yet" in words(test)


def test_the_page_itself_refuses_a_role_without_permission(services: Services) -> None:
    def page(services: object, actor: object) -> None:
        from dashboard.runs.screen import render

        render(services, actor)  # type: ignore[arg-type]

    arguments = {"services": services, "actor": Actor("sam", Role.AUTHOR)}
    test = AppTest.from_function(page, kwargs=arguments, default_timeout=PATIENT_S).run()
    assert "may not" in test.error[0].value


def test_a_jobs_file_that_is_wrong_is_told_with_its_place(
    services: Services, staff_page: Open
) -> None:
    declare(services, '[job.nightly]\ncron = "61 * * * *"\ncommand = ["score"]')
    test = staff_page("runs", OPS)
    assert "job 'nightly': cron = '61" in test.error[0].value.replace("\\", "")


def test_jobs_that_never_ran_have_their_next_times(services: Services, staff_page: Open) -> None:
    declare(services)
    test = staff_page("runs", OPS)
    (jobs,) = frames(test)
    assert list(jobs["job"]) == ["nightly", "hourly"]
    assert list(jobs["last run"]) == ["never ran", "never ran"]
    assert list(jobs["times"]) == ["15 3 * * * (UTC)", "0 * * * * (Europe/Berlin)"]
    assert "It has not run yet." in words(test)
    assert "start modconsole schedule run" in words(test)


def test_runs_are_listed_with_what_they_did_and_how_long_it_took(
    services: Services, staff_page: Open
) -> None:
    history = declare(services)
    for days in (4, 3):
        ran(history, days, 0, scored_count=18_000, failed_count=0)
    ran(history, 2, 1, scored_count=18_000, failed_count=9)
    last = ran(history, 1, 0, 200.0, scored_count=19_555, failed_count=0, unchanged_count=7)
    history.log_path(last).write_text("19,555 rows read\n")
    with alone(history.folder):
        test = staff_page("runs", OPS)
    jobs, runs = frames(test)
    assert list(jobs["last run"]) == ["done", "never ran"]
    assert list(jobs["rows"]) == ["19,555", "–"]
    assert jobs["took"][0] == "3.3 min, usually 40.0 s"
    assert list(runs["outcome"]) == ["done", "some rows failed", "done", "done"]
    assert list(runs["failed"]) == ["0", "9", "0", "0"]
    assert "19,555 rows read" in words(test)
    assert not test.warning


@pytest.mark.parametrize("is_scheduled", [True, False])
def test_a_run_without_an_end_is_running_or_was_killed(
    services: Services, staff_page: Open, is_scheduled: bool
) -> None:
    history = declare(services)
    ran(history, 0, None)
    if is_scheduled:
        with alone(history.folder):
            test = staff_page("runs", OPS)
    else:
        test = staff_page("runs", OPS)
    assert list(frames(test)[1]["outcome"]) == ["running" if is_scheduled else "killed"]


def test_a_job_that_failed_is_named_and_its_output_is_inert(
    services: Services, staff_page: Open
) -> None:
    history = declare(services)
    run = ran(history, 1, 2)
    history.log_path(run).write_text(HOSTILE + "\n")
    with alone(history.folder):
        test = staff_page("runs", OPS)
    assert "The last run of nightly was not done" in test.warning[0].value
    assert any(HOSTILE in str(each.value) for each in test.code)


def test_fewer_jobs_and_runs_than_before_break_nothing(
    services: Services, staff_page: Open
) -> None:
    ran(declare(services), 1, 0)
    test = staff_page("runs", OPS)
    (services.settings.jobs_dir / "history.jsonl").unlink()
    declare(services, JOBS.partition("[job.hourly]")[0])
    test.run()
    assert not test.exception
    assert "modconsole score hn.duckdb" in words(test)
    assert "It has not run yet." in words(test)

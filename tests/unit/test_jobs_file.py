"""The jobs file: what is read, and that everything wrong with it is told by its place."""

import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.batch.schedule.jobs import COMMANDS, Job, MissedRuns, read_jobs
from core.errors import ConfigError

GOOD = """
[job.nightly]
cron = "15 3 * * *"
command = ["score", "hn.duckdb", "--to", "{to}"]

[job.hourly-2]
cron = "0 * * * *"
zone = "Europe/Berlin"
command = ["ingest", "--hackernews", "30"]
missed = "all"
retries = 0
retry_after_s = 1.5
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.toml"


def test_jobs_are_read_in_their_order(path: Path) -> None:
    assert read_jobs(path) == ()
    path.write_text(GOOD)
    words = ("score", "hn.duckdb", "--to", "{to}")
    nightly = Job("nightly", "15 3 * * *", ZoneInfo("UTC"), words)
    assert read_jobs(path) == (
        nightly,
        Job(
            "hourly-2",
            "0 * * * *",
            ZoneInfo("Europe/Berlin"),
            ("ingest", "--hackernews", "30"),
            MissedRuns.ALL,
            0,
            1.5,
        ),
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_that_a_job_may_run_is_read_and_is_one(path: Path, command: str) -> None:
    words = command.split()
    path.write_text(f'[job.x]\ncron = "0 4 * * *"\ncommand = {json.dumps(words)}')
    assert read_jobs(path)[0].command == tuple(words)


def test_the_docs_name_exactly_what_a_job_may_run() -> None:
    docs = Path(__file__).parents[2] / "docs" / "tables.md"
    (row,) = [line for line in docs.read_text().splitlines() if line.startswith("| `command` |")]
    named = row.partition(":")[2].partition(";")[0]
    assert tuple(re.findall("`([a-z ]+)`", named)) == COMMANDS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[job", "jobs.toml can't be read"),
        ("x = 1", "unknown entry 'x'"),
        ("job = 3", "jobs are"),
        ("[job]\nx = 3", "job 'x' is not a table"),
        ('[job."A b"]', "small letters"),
        ("[job.x]", "'command' is missing"),
        ('[job.x]\ncron = "* * * * *"', "'command' is missing"),
        ('[job.x]\ncron = 3\ncommand = ["score"]', "`cron` is not a text"),
        ('[job.x]\ncron = "61 * * * *"\ncommand = ["score"]', "job 'x': cron = '61"),
        ('[job.x]\ncron = "0 0 30 2 *"\ncommand = ["score"]', "job 'x': cron = '0 0 30"),
        ('[job.x]\ncron = "* * * * *"\ncommand = "score"', "not a list of texts"),
        ('[job.x]\ncron = "* * * * *"\ncommand = [3]', "not a list of texts"),
        (
            '[job.x]\ncron = "* * * * *"\ncommand = []',
            "begins with ingest or score or logs or outbox or digest or erase expired",
        ),
        (
            '[job.x]\ncron = "* * * * *"\ncommand = ["up"]',
            "begins with ingest or score or logs or outbox or digest or erase expired",
        ),
        ('[job.x]\ncron = "* * * * *"\ncommand = ["erase", "author", "sam"]', "or erase expired"),
        ('[job.x]\ncron = "* * * * *"\ncommand = ["erase"]', "or erase expired"),
        (f"{GOOD}jitter = 3", "unknown entry 'jitter'"),
        (f'{GOOD}\n[job.x]\ncron = "* * * * *"\ncommand = ["score"]\nzone = "Mars"', "'Mars'"),
        (GOOD.replace('"all"', '"some"'), "`missed` is last or all or none"),
        (GOOD.replace("retries = 0", "retries = 1.5"), "`retries` is a number from 0 to 20"),
        (GOOD.replace("retries = 0", "retries = 21"), "`retries` is a number from 0 to 20"),
        (GOOD.replace("retries = 0", "retries = true"), "`retries` is a number"),
        (GOOD.replace("1.5", "-1"), "`retry_after_s` is a number from 0 to 86,400"),
        (GOOD.replace("1.5", "nan"), "`retry_after_s` is a number"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_jobs(path)


def test_the_job_of_the_documentation_is_sound(path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "tables.md"
    found = re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL)
    (declared,) = [one for one in found if "[job." in one]
    path.write_text(declared)
    (job,) = read_jobs(path)
    assert (job.name, job.zone.key, job.command[0]) == ("nightly", "Europe/Berlin", "score")

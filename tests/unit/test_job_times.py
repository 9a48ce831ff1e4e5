"""The times of lines of cron, also where clocks change, and which of them are due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch.schedule.history import JobRun
from core.batch.schedule.jobs import Job, MissedRuns
from core.batch.schedule.scheduler import INTERRUPTED, done_until, due_times
from core.batch.schedule.times import time_before, times_after
from core.errors import InvalidInput

BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "zone", "after", "expected"),
    [
        ("15 3 * * *", UTC_ZONE, "2026-11-27 03:14", ["2026-11-27 03:15", "2026-11-28 03:15"]),
        ("15 3 * * *", UTC_ZONE, "2026-11-27 03:15", ["2026-11-28 03:15"]),
        # Summer time: 2:30 is skipped on the 29th of March and comes right after the change.
        (
            "30 2 * * *",
            BERLIN,
            "2026-03-27 12:00",
            ["2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"],
        ),
        # Winter time: 2:30 comes twice on the 25th of October, and the job once.
        ("30 2 * * *", BERLIN, "2026-10-24 12:00", ["2026-10-25 00:30", "2026-10-26 01:30"]),
        # A job of every hour comes in every hour.
        (
            "0 * * * *",
            BERLIN,
            "2026-10-24 23:30",
            ["2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00"],
        ),
    ],
)
def test_times_after(line: str, zone: ZoneInfo, after: str, expected: list[str]) -> None:
    found = list(islice(times_after(line, zone, at(after)), len(expected)))
    assert found == [at(each) for each in expected]


@given(
    moment=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(
        lambda each: each.replace(tzinfo=UTC)
    ),
    line=st.sampled_from(["*/15 * * * *", "30 2 * * *", "0 0 * * 1", "0 3 1 * *", "0 0 29 2 *"]),
    zone=st.sampled_from([UTC_ZONE, BERLIN, ZoneInfo("America/St_Johns")]),
)
def test_the_time_before_is_the_one_whose_next_is_not_before(
    moment: datetime, line: str, zone: ZoneInfo
) -> None:
    before = time_before(line, zone, moment)
    assert before < moment
    assert next(times_after(line, zone, before)) >= moment
    assert next(times_after(line, zone, before - timedelta(seconds=1))) == before


@pytest.mark.parametrize("line", ["", "x", "* * * *", "60 * * * *", "0 0 31 2 *"])
def test_a_wrong_line_is_refused_with_its_words(line: str) -> None:
    with pytest.raises(InvalidInput, match="cron = "):
        next(times_after(line, UTC_ZONE, at("2026-01-01")))


HOURLY = Job("hourly", "0 * * * *", UTC_ZONE, ("score",))


@pytest.mark.parametrize(
    ("missed", "now", "expected"),
    [
        (MissedRuns.LAST, "2026-01-01 03:00", ["2026-01-01 03:00"]),
        (MissedRuns.LAST, "2026-01-01 03:59", ["2026-01-01 03:00"]),
        (MissedRuns.ALL, "2026-01-01 03:59", [f"2026-01-01 0{hour}:00" for hour in (1, 2, 3)]),
        (MissedRuns.NONE, "2026-01-01 03:59", []),
        (MissedRuns.NONE, "2026-01-01 03:01", ["2026-01-01 03:00"]),
        (MissedRuns.ALL, "2026-01-01 00:59", []),
    ],
)
def test_what_is_due_of_what_was_missed(missed: MissedRuns, now: str, expected: list[str]) -> None:
    job = replace(HOURLY, missed=missed)
    due = due_times(job, at("2026-01-01 00:00"), at(now))
    assert due == [at(each) for each in expected]


def run(hour: int, code: int | None) -> JobRun:
    planned = at(f"2026-01-01 0{hour}:00")
    ended = None if code is None else planned
    return JobRun(f"{hour}-{code}", "hourly", planned, 1, planned, ended, code)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([], "2026-01-01 09:00"),
        ([run(1, 0), run(2, 1)], "2026-01-01 02:00"),
        # What was killed or stopped is run again.
        ([run(1, 0), run(2, None)], "2026-01-01 01:00"),
        ([run(1, 0), run(2, INTERRUPTED)], "2026-01-01 01:00"),
        ([run(1, 0), run(2, None), run(2, 0)], "2026-01-01 02:00"),
    ],
)
def test_until_when_a_job_is_done(runs: list[JobRun], expected: str) -> None:
    assert done_until(runs, at("2026-01-01 09:00")) == at(expected)


def test_a_first_run_that_was_killed_is_due_again() -> None:
    done = done_until([run(2, None)], at("2026-01-01 09:00"))
    assert due_times(HOURLY, done, at("2026-01-01 02:30")) == [at("2026-01-01 02:00")]


def test_a_command_gets_the_interval_since_the_time_before() -> None:
    job = Job("n", "30 2 * * *", BERLIN, ("score", "--from", "{from}", "--to", "{to}", "{x}"))
    assert job.words(at("2026-03-29 01:00")) == [
        "score",
        "--from",
        "2026-03-28T01:30:00+00:00",
        "--to",
        "2026-03-29T01:00:00+00:00",
        "{x}",
    ]

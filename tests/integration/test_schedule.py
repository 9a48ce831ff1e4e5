"""Jobs in processes of their own: outcomes, retries, missed times, stops and kills."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.batch.schedule import history as histories
from core.batch.schedule.history import JobHistory, JobRun
from core.batch.schedule.jobs import Job
from core.batch.schedule.locks import alone, job_lock
from core.batch.schedule.scheduler import JobLoop, StoppableClock, run_job, run_with_retries
from core.cli.main import main
from core.clock import Clock, system_clock
from core.errors import Conflict, StoreError
from core.inference.fake import POISON
from tests.integration.prediction_tables import put_comments, rows_of
from tests.patience import PATIENT_S

pytestmark = pytest.mark.slow

NOW = datetime(2026, 1, 1, 3, 15, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    made = tmp_path / "hn.duckdb"
    put_comments(made, {1: "Fine.", 2: "You idiot."})
    return made


@pytest.fixture
def history(tmp_path: Path) -> JobHistory:
    return JobHistory(tmp_path / "home" / "jobs")


class Patience:
    """Time that passes while the scheduler waits; it waits really for its processes."""

    def __init__(self, stops: Callable[[], bool] = lambda: False) -> None:
        self.now = NOW
        self.waits: list[float] = []
        self._stops = stops

    @property
    def waiting(self) -> StoppableClock:
        return StoppableClock(Clock(lambda: self.now, system_clock().monotonic), self.wait)

    def wait(self, seconds: float) -> bool:
        if seconds < 1:
            time.sleep(0.01)
        else:
            self.waits.append(seconds)
            self.now += timedelta(seconds=seconds)
        return self._stops()


def job(path: Path, *more: str, retries: int = 0) -> Job:
    words = ("score", str(path), "--table", "comments", "--out", str(path), *more)
    return Job("nightly", "15 3 * * *", ZoneInfo("UTC"), words, retries=retries)


def test_a_run_is_remembered_with_what_it_printed(path: Path, history: JobHistory) -> None:
    run = run_job(job(path), NOW, history, Patience().waiting)
    assert (run.exit_code, run.facts["scored_count"], run.planned_at) == (0, 2, NOW)
    assert history.runs() == [run]
    assert "2 rows read" in history.log_path(run).read_text()
    assert (history.folder / "history.jsonl").stat().st_mode & 0o077 == 0


def test_what_may_pass_is_tried_again_after_ever_longer_waits(
    path: Path, history: JobHistory
) -> None:
    put_comments(path, {1: f"With {POISON}", 2: "Fine."})
    patience = Patience()
    assert run_with_retries(job(path, retries=2), NOW, history, patience.waiting)
    assert patience.waits == [60.0, 120.0]
    assert [(run.attempt, run.exit_code) for run in history.runs()] == [(1, 1), (2, 3), (3, 3)]
    wrong = job(path, "--out-table", "comments", retries=2)
    assert run_with_retries(wrong, NOW, history, patience.waiting)
    assert [run.exit_code for run in history.runs()][3:] == [2]


def test_a_loop_runs_what_is_due_and_says_how_long_to_wait(path: Path, history: JobHistory) -> None:
    patience = Patience()
    loop = JobLoop(job(path), history, patience.waiting, NOW - timedelta(hours=1))
    assert loop.step() == 24 * 3600
    assert [run.planned_at for run in history.runs()] == [NOW]
    assert loop.step() == 24 * 3600
    patience.now += timedelta(days=3, hours=1)
    assert loop.step() == 23 * 3600
    assert [run.planned_at for run in history.runs()] == [NOW, NOW + timedelta(days=3)]
    # Another process goes on where this one was.
    patience.now += timedelta(days=1)
    again = JobLoop(job(path), history, patience.waiting, patience.now)
    again.step()
    assert history.runs()[-1].planned_at == NOW + timedelta(days=4)


def test_a_stop_interrupts_a_run_which_is_due_again(path: Path, history: JobHistory) -> None:
    put_comments(path, dict.fromkeys(range(2000), "Fine."))
    run = run_job(job(path), NOW, history, Patience(lambda: True).waiting)
    assert run.exit_code == 130
    loop = JobLoop(job(path), history, Patience().waiting, NOW)
    loop.step()
    assert [(each.planned_at, each.exit_code) for each in history.runs()] == [(NOW, 130), (NOW, 0)]
    assert rows_of(path, "SELECT count(*) FROM predictions") == [(2000,)]


def test_only_one_process_schedules(history: JobHistory) -> None:
    with alone(history.folder), pytest.raises(Conflict), alone(history.folder):
        pass
    with alone(history.folder):
        pass


def test_a_job_whose_scheduler_was_killed_is_not_run_beside_itself(
    path: Path, history: JobHistory
) -> None:
    """The process of the job outlives its scheduler; the next one leaves it alone until it ends."""
    nightly, waiting = job(path), Patience().waiting
    with job_lock(history.folder / "logs", nightly.name) as lock:
        orphan = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,)
        )
    with pytest.raises(Conflict, match="is running already"):
        run_job(nightly, NOW, history, waiting)
    assert history.runs() == []
    orphan.communicate(b"\n")
    assert run_job(nightly, NOW, history, waiting).exit_code == 0


def test_the_process_of_a_job_holds_its_lock(path: Path, history: JobHistory) -> None:
    seen: list[str] = []

    def stops() -> bool:
        try:
            with job_lock(history.folder / "logs", "nightly"):
                seen.append("free")
        except Conflict:
            seen.append("taken")
        return True

    # One that does not end by itself: a process lets go of its lock a moment before it has ended.
    endless = replace(job(path), command=("logs", "tail", "--follow"))
    assert run_job(endless, NOW, history, Patience(stops).waiting).exit_code == 130
    assert seen[0] == "taken"
    with job_lock(history.folder / "logs", "nightly"):
        pass


def test_a_line_that_was_cut_hides_no_other(path: Path, history: JobHistory) -> None:
    run = JobRun("a", "nightly", NOW, 1, NOW, NOW, 0)
    history.write(run)
    file = history.folder / "history.jsonl"
    file.write_bytes(b'{"x": 1}\n\xff\n[]\n' + file.read_bytes() + b'{"run_id": "b", "jo')
    assert history.runs() == [run]
    # The next one begins a line of its own.
    later = replace(run, run_id="c")
    history.write(later)
    assert history.runs() == [run, later]


def test_old_runs_are_forgotten_with_their_output(
    history: JobHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "KEPT", 2)
    runs = [JobRun(str(n), "nightly", NOW, 1, NOW, NOW, 0) for n in range(4)]
    other = JobRun("x", "hourly", NOW, 1, NOW)
    for run in (*runs, other):
        history.write(run)
        history.log_path(run).write_text("printed")
    history.prune("nightly")
    assert history.runs() == [*runs[2:], other]
    logs = {path.name for path in (history.folder / "logs").iterdir()}
    assert logs == {"nightly-2.log", "nightly-3.log", "hourly-x.log"}


def test_a_loop_goes_on_after_its_history_could_not_be_written(
    path: Path, history: JobHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, left = JobHistory.write, [1]

    def full_once(self: JobHistory, run: JobRun) -> None:
        if left.pop() if left else 0:
            raise StoreError("the history of the jobs can't be written: No space left on device")
        write(self, run)

    monkeypatch.setattr(JobHistory, "write", full_once)
    patience = Patience(lambda: len(history.runs()) == 1 and history.runs()[0].exit_code == 0)
    JobLoop(job(path), history, patience.waiting, NOW - timedelta(hours=1)).run()
    assert patience.waits[0] == 60.0


JOBS = """
[job.nightly]
cron = "15 3 * * *"
command = ["score", {path}, "--table", "comments", "--out", {path}]
"""


def test_the_command_lists_jobs_and_runs_one_now(
    path: Path, capsys: pytest.CaptureFixture[str], history: JobHistory
) -> None:
    assert main(["schedule", "list"]) == 2
    assert "there are no jobs: declare some in" in capsys.readouterr().err
    history.folder.parent.mkdir(exist_ok=True)
    declared = history.folder.parent / "jobs.toml"
    declared.write_text(JOBS.format(path=json.dumps(str(path))))
    assert main(["schedule", "list"]) == 0
    assert "never ran yet" in capsys.readouterr().out
    assert main(["schedule", "now", "nightly", "--at", "2026-01-01T03:15"]) == 0
    assert "last run for 2026-01-01 03:15 UTC, attempt 1: exit code 0" in capsys.readouterr().out
    assert main(["schedule", "list"]) == 0
    assert "2 rows scored" in capsys.readouterr().out
    assert main(["schedule", "now", "nightly", "--at", "2026-01-01T04:15+01:00"]) == 0
    assert "last run for 2026-01-01 03:15 UTC, attempt 1: exit code 0" in capsys.readouterr().out
    for wrong in (["now"], ["now", "x"], ["list", "nightly"], ["run", "--at", "2026-01-01"]):
        assert main(["schedule", *wrong]) == 2


@pytest.mark.parametrize(
    ("command", "setting", "said"),
    [
        (["digest", "--send"], ("SMTP_HOST", "none"), "a digest needs MODCONSOLE_WEBHOOK_URL"),
        (["erase", "expired"], ("RETENTION_DAYS", "0"), "MODCONSOLE_RETENTION_DAYS is 0"),
        (["erase", "expired"], ("RETENTION_DAYS", "400"), None),
        (["digest"], ("SMTP_HOST", "none"), None),
    ],
)
def test_a_job_that_its_settings_would_refuse_is_told_in_the_list(
    history: JobHistory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    setting: tuple[str, str],
    said: str | None,
) -> None:
    monkeypatch.setenv(f"MODCONSOLE_{setting[0]}", setting[1])
    home = history.folder.parent
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("MODCONSOLE_HOME", str(home))
    (home / "jobs.toml").write_text(
        f'[job.x]\ncron = "0 4 * * *"\ncommand = {json.dumps(command)}\n'
    )
    assert main(["schedule", "list"]) == 0
    told = capsys.readouterr().out
    assert ("can't work yet" in told) == (said is not None)
    assert (said or "") in told


@pytest.fixture
def scheduler(path: Path, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """`modconsole schedule run` with a job that is due since a minute."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "jobs.toml").write_text(
        JOBS.format(path=json.dumps(str(path))).replace("15 3 * * *", "* * * * *")
    )
    JobHistory(home / "jobs").write(
        JobRun("old", "nightly", datetime.now(UTC) - timedelta(minutes=2), 1, NOW, NOW, 0)
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "core.cli", "schedule", "run"],
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.wait()


def test_the_scheduler_runs_what_was_missed_and_stops_quietly(
    path: Path, history: JobHistory, scheduler: "subprocess.Popen[str]"
) -> None:
    last_s = time.monotonic() + PATIENT_S
    while not any(run.exit_code == 0 and run.run_id != "old" for run in history.runs()):
        assert scheduler.poll() is None
        assert time.monotonic() < last_s
        time.sleep(0.05)
    scheduler.send_signal(signal.SIGTERM)
    said, _ = scheduler.communicate(timeout=PATIENT_S)
    assert scheduler.returncode == 0
    assert said.splitlines()[-1] == "Stopped."
    assert rows_of(path, "SELECT id, action FROM predictions ORDER BY id") == [
        (1, "approve"),
        (2, "hold"),
    ]

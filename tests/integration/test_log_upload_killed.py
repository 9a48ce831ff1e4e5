"""Uploads that are killed, and several at once: no row is lost, and none counts twice."""

import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.servinglog.windows import Window, WindowChoice, window_of
from tests.kills import kill_count
from tests.log_stores import Machine
from tests.servinglog_records import START, record

ROUNDS = kill_count(60)
LONGEST_S = 0.5
SCRIPT = Path(__file__).with_name("uploading_process.py")
EVER = Window(window_of(WindowChoice.ALL, START).since, START.replace(year=2100))


def start(machine: Machine, seed: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.integration.{SCRIPT.stem}", str(machine.home),
         machine.address, str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip


def kill(child: "subprocess.Popen[str]", after_s: float) -> set[str]:
    """The ids that the process said it had logged."""
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(after_s)
    child.kill()
    said = child.communicate()[0]
    assert child.returncode == -signal.SIGKILL
    return {one for line in said.splitlines(keepends=True) if line.endswith("\n")
            for one in line.split()}  # fmt: skip


def seen(machine: Machine) -> list[str]:
    return sorted(machine.queries().slowest(EVER, limit=100_000)["request_id"])


@pytest.mark.kills
def test_killed_uploads_of_two_machines_lose_no_row_and_double_none(
    tmp_path: Path, each_log_store: str
) -> None:
    """Two processes of one machine and one of another, all killed at once, again and again."""
    here, there, third = (Machine(tmp_path / name, each_log_store) for name in "abc")
    seed = random.randrange(10**6)
    print("seed", seed)  # shown when the test fails
    moments = random.Random(seed)
    logged: set[str] = set()
    for number in range(ROUNDS):
        children = [
            start(machine, seed + 10 * number + index)
            for index, machine in enumerate((here, here, there))
        ]
        for child in children:
            logged |= kill(child, moments.uniform(0.0, LONGEST_S))
        for machine in (here, there):
            found = seen(machine)
            assert len(found) == len(set(found))
            queries = machine.queries()
            assert queries.bounds().calls == len(found)
            assert queries.store_problem is None
    here.upload()
    there.upload()
    for machine in (here, there, third):
        found = seen(machine)
        assert len(found) == len(set(found))
        # A killed process may have logged more than it could say.
        assert logged <= set(found)
        assert machine.queries().bounds().calls == len(found)
        assert machine.queries().contents(EVER.until).duplicates == 0


@pytest.mark.slow
def test_several_uploads_of_one_machine_at_once_are_one(
    tmp_path: Path, each_log_store: str
) -> None:
    here, there = (Machine(tmp_path / name, each_log_store) for name in ("here", "there"))
    for number in range(8):
        records = [record(f"{number}-{each}", each) for each in range(20)]
        here.put(*records, name=f"api-1-{number}-0.jsonl")
    with ThreadPoolExecutor(4) as pool:
        done = [one.result() for one in [pool.submit(here.upload) for _ in range(4)]]
    assert all(one.segments + one.known == 8 for one in done)
    for machine in (here, there):
        assert machine.queries().bounds().calls == 160
        assert len(set(seen(machine))) == len(seen(machine)) == 160
    assert here.delete().deleted == 8
    assert len(seen(here)) == 160

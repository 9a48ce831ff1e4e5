"""Compactions that are killed while processes write and read: no call is lost, none counts
twice."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.clock import system_clock
from core.servinglog.archive.compaction import compact
from core.servinglog.archive.place import ARCHIVE
from core.servinglog.queries import ServingLogQueries
from core.servinglog.windows import Window, WindowChoice, window_of
from tests.kills import kill_count
from tests.servinglog_records import START

ROUNDS = kill_count(100)
EVER = Window(window_of(WindowChoice.ALL, START).since, START.replace(year=2100))


class Child:
    """A process of a module, and the words that it said."""

    def __init__(self, module: str, *arguments: object) -> None:
        self.said: list[str] = []
        self._child = start(module, *map(str, arguments))
        self._reading = threading.Thread(target=self._listen)
        self._reading.start()

    def kill(self) -> None:
        self._child.kill()
        self._reading.join()
        assert self._child.wait() == -signal.SIGKILL

    def _listen(self) -> None:
        assert self._child.stdout is not None
        with self._child.stdout as said:
            for line in said:
                if line.endswith("\n"):
                    self.said += line.split()


def start(module: str, *arguments: str) -> "subprocess.Popen[str]":
    child = subprocess.Popen(
        [sys.executable, "-m", f"tests.integration.{module}", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


@contextmanager
def logging_by_two(folder: Path, seed: int) -> Iterator[list[Child]]:
    loggers = [Child("logging_process", folder, seed + number) for number in range(2)]
    try:
        yield loggers
    finally:
        for one in loggers:
            one.kill()


def check(queries: ServingLogQueries, sums: ServingLogQueries, loggers: list[Child]) -> int:
    """Every query sees each call once that was written before it began; the number of calls."""
    before = {one for logger in loggers for one in list(logger.said)}
    found = list(queries.slowest(EVER, limit=10**9)["request_id"])
    assert len(found) == len(set(found))
    assert before <= set(found)
    for calls in (sums.summary(EVER).calls, queries.bounds().calls, queries.summary(EVER).calls):
        # What was written since is more, and never less.
        assert calls >= len(found)
    assert len(found) >= len(before)
    assert queries.contents(EVER.until).duplicates == 0
    return len(found)


@pytest.mark.kills
def test_killed_compactions_lose_no_call_and_double_none(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)  # shown when the test fails
    moments = random.Random(seed)
    queries, sums = ServingLogQueries(tmp_path), ServingLogQueries(tmp_path, exact_rows=0)
    with logging_by_two(tmp_path, seed) as loggers:
        for _ in range(ROUNDS):
            compacting = Child("compacting_process", tmp_path)
            begun = moments.randrange(1, 4)
            while len(compacting.said) < begun:
                check(queries, sums, loggers)
            time.sleep(moments.uniform(0.0, max(map(float, compacting.said)) or 0.2))
            compacting.kill()
            check(queries, sums, loggers)
            check(ServingLogQueries(tmp_path), ServingLogQueries(tmp_path, exact_rows=0), loggers)
    said = {one for logger in loggers for one in logger.said}
    compact(tmp_path, system_clock())
    found = check(queries, sums, loggers)
    # A killed process may have written more than it could say: one segment, and one live call.
    assert len(said) <= found <= len(said) + 2 * 20
    assert (sums.summary(EVER).calls, queries.bounds().calls) == (found, found)
    assert sums.summary(EVER).bound > 0
    assert not list(tmp_path.glob("api-*.jsonl"))
    assert (tmp_path / ARCHIVE / "manifest.json").exists()

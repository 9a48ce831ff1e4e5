"""Backups made while two processes work, and backups and restores that are killed: what was told as
done before the backup began is in it, and whatever is in it fits together."""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.backup.archive import read_backup
from core.config import STATE_IN_HOME, Settings
from tests.kills import kill_count
from tests.patience import PATIENT_S
from tests.postgres_server import drop_database, new_database
from tests.state_checks import broken_invariants, place_of, state_rows

ROOT = Path(__file__).parents[2]
BUSY = Path(__file__).with_name("busy_process.py")
BACKUPS = 5
KILLS = 100


class BusySite:
    """Two processes that bring in, score and decide; `told` is what they reported as done."""

    def __init__(self, settings: Settings) -> None:
        self.told: list[tuple[str, str]] = []
        self._listeners: list[threading.Thread] = []
        self._processes = [self._start(settings, name) for name in ("one", "two")]

    def _start(self, settings: Settings, name: str) -> "subprocess.Popen[str]":
        command = [sys.executable, str(BUSY), str(settings.home), settings.state_url, name]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        listener = threading.Thread(target=self._listen, args=(process,), daemon=True)
        listener.start()
        self._listeners.append(listener)
        return process

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                what, name = line.split()
                self.told.append((what, name))

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        for listener in self._listeners:
            listener.join()


def names(told: list[tuple[str, str]], what: str) -> set[str]:
    return {name for kind, name in told if kind == what}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "core.cli", *map(str, arguments)]


def environment(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "MODCONSOLE_HOME": str(settings.home),
        "MODCONSOLE_STATE_URL": settings.state_url,
        "MODCONSOLE_BACKEND": "fake",
    }


def run(settings: Settings, *arguments: object) -> str:
    done = subprocess.run(
        command(*arguments),
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def busy(tmp_path: Path, each_state_url: str) -> Iterator[tuple[Settings, BusySite]]:
    settings = Settings(home=tmp_path / "home", state_url=each_state_url, backend="fake")
    site = BusySite(settings)
    yield settings, site
    site.stop()


def wait_for(site: BusySite, decisions: int) -> None:
    moment = threading.Event()
    for _ in range(int(PATIENT_S * 20)):
        if len(names(site.told, "decided")) >= decisions:
            return
        moment.wait(0.05)
    raise AssertionError(f"only {site.told[-5:]} was told")


@pytest.mark.slow
def test_a_backup_in_mid_load_has_all_that_was_told_before_it(
    busy: tuple[Settings, BusySite], tmp_path: Path
) -> None:
    settings, site = busy
    wanted = 0
    for number in range(BACKUPS):
        wait_for(site, wanted + 8)
        before = list(site.told)
        path = tmp_path / f"{number}.tar"
        run(settings, "backup", path)
        wanted = len(names(site.told, "decided"))
        assert len(site.told) > len(before), "the load went on during the backup"
        url = STATE_IN_HOME
        if not settings.keeps_state_in_home:
            url = new_database(settings.state_url, is_copy=False)
        restored = Settings(home=tmp_path / f"home-{number}", state_url=url, backend="fake")
        run(restored, "restore", path)
        place = place_of(restored)
        stored = {name for (name,) in state_rows(place, "SELECT source_id FROM comments")}
        assert names(before, "stored") <= stored
        decided = {name for (name,) in state_rows(place, "SELECT id FROM decisions")}
        assert names(before, "decided") <= decided
        assert broken_invariants(place) == {}
        assert "each follows from the one before it" in run(restored, "audit", "verify")
        if url != STATE_IN_HOME:
            drop_database(url)


def kill_after(settings: Settings, seconds: float, *arguments: object) -> bool:
    """Whether the command still ran when it was killed."""
    process = subprocess.Popen(
        command(*arguments),
        env=environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


@pytest.mark.kills
@pytest.mark.timeout(120 + 30 * kill_count(KILLS))
def test_a_killed_backup_or_restore_leaves_nothing_that_passes_for_whole(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", backend="fake")
    site = BusySite(settings)
    wait_for(site, 8)
    site.stop()
    whole = tmp_path / "whole.tar"
    run(settings, "backup", whole)
    moments, hit = random.Random(), {"backup": 0, "restore": 0}
    for number in range(kill_count(KILLS)):
        path, copy = tmp_path / f"{number}.tar", tmp_path / f"copy-{number}"
        again = Settings(home=copy, backend="fake")
        hit["backup"] += kill_after(settings, moments.uniform(0.3, 2.5), "backup", path)
        if path.exists():
            read_backup(path)
        hit["restore"] += kill_after(again, moments.uniform(0.3, 2.5), "restore", whole)
        if (copy / "state.db").exists():
            assert broken_invariants(copy / "state.db") == {}
        else:
            run(again, "restore", whole)
        stored = "SELECT count(*) FROM decisions"
        assert state_rows(copy / "state.db", stored) == state_rows(settings.state_path, stored)
    print(f"killed while they ran: {hit}")
    run(settings, "audit", "verify")

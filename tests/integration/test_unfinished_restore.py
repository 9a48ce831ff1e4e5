"""A restore that did not finish: nobody can open its home, and its end never replaces what came in
since. Each command is a process of its own."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.backup.erasure_list import ErasureList
from tests.integration.backups import AT, small_backup
from tests.patience import PATIENT_S

ROOT = Path(__file__).parents[2]
# Kills itself at the N-th rename or removal of the restore, so that each step is hit.
KILLED_AT = """
import os, signal, sys
from pathlib import Path
left = int(sys.argv.pop(1))
def counting(real):
    def call(*given, **more):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **more)
    return call
for name in ("replace", "unlink", "rmdir"):
    setattr(Path, name, counting(getattr(Path, name)))
from core.cli.main import main
sys.exit(main())
"""
OTHERS = (
    ("up",),
    ("serve",),
    ("dashboard",),
    ("ingest", "--sample"),
    ("audit", "verify"),
    ("schedule", "list"),
    ("backup", "another.tar"),
)


class Site:
    """A backup with a comment of sam, and an empty home."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "elsewhere"
        self.backup = small_backup(folder)
        self.junk = folder / "junk"
        self.junk.write_text("x\n")
        self.erasures = folder / "erasures.jsonl"
        ErasureList(self.erasures).add("test", "sam", AT)

    def run(
        self, *arguments: object, program: tuple[str, ...] = ("-m", "core.cli"), **more: str
    ) -> "subprocess.CompletedProcess[str]":
        own = {"PYTHONPATH": str(ROOT), "MODCONSOLE_HOME": str(self.home)}
        return subprocess.run(
            [sys.executable, *program, *map(str, arguments)],
            env=os.environ | own | {"MODCONSOLE_BACKEND": "fake"} | more,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENT_S,
        )

    def restore(self, listed: Path | None = None) -> "subprocess.CompletedProcess[str]":
        return self.run("restore", self.backup, "--erasures", listed or self.erasures)

    def killed(self, step: int) -> bool:
        """Whether the restore was killed before it ended."""
        command = ("restore", self.backup, "--erasures", self.erasures)
        done = self.run(*command, program=("-c", KILLED_AT, str(step)))
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        return done.returncode != 0

    def authors(self) -> list[str | None]:
        with closing(sqlite3.connect(self.home / "state.db")) as connection:
            return [name for (name,) in connection.execute("SELECT author FROM comments")]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_list_that_cannot_be_read_is_refused_before_anything_is_written(site: Site) -> None:
    done = site.restore(site.junk)
    assert done.returncode == 2
    assert "is no line of a list of erasures" in done.stderr
    assert not site.home.exists()


def test_nothing_opens_a_home_that_is_not_whole(site: Site) -> None:
    assert site.killed(2)
    command = f"`modconsole restore {site.backup} --erasures {site.erasures}`"
    for other in OTHERS:
        done = site.run(*other)
        assert (other, done.returncode) == (other, 2)
        assert command in done.stderr, other
        assert done.stderr.count("\n") == 1, other
    told = site.run("doctor")
    assert told.returncode == 2
    assert " ".join(told.stdout.split()).count(command) == 1
    assert site.restore().returncode == 0
    assert site.run("audit", "verify").returncode == 0


@pytest.mark.slow
def test_wherever_a_restore_is_killed_nobody_who_was_erased_is_in_an_open_home(site: Site) -> None:
    hits = 0
    while site.killed(hits):
        hits += 1
        opened = site.run("audit", "verify").returncode == 0
        assert not (opened and "sam" in site.authors()), f"killed at step {hits}"
        if not opened:  # else it was cut off as it took its own folder away: the site is whole
            assert site.restore().returncode == 0, f"killed at step {hits}"
        assert "sam" not in site.authors()
        subprocess.run(["rm", "-r", str(site.home)], check=True)
    assert hits >= 8


@pytest.mark.parametrize("is_marked", [True, False])
def test_a_state_that_was_opened_since_is_never_replaced(site: Site, is_marked: bool) -> None:
    """By a version that did not refuse the home: with the mark of this one's restore, or none."""
    assert site.restore().returncode == 0
    digest = subprocess.check_output(["sha256sum", site.home / "state.db"], text=True).split()[0]
    assert site.run("ingest", "--sample").returncode == 0
    count = len(site.authors())
    (site.home / ".restoring").mkdir()
    (site.home / ".restoring" / ("placed" if is_marked else "home")).write_text(digest)
    done = site.restore()
    assert done.returncode == 2
    assert "was opened after the restore that was cut off" in done.stderr
    assert len(site.authors()) == count


def test_a_state_that_a_process_has_open_is_not_replaced(site: Site) -> None:
    assert site.restore().returncode == 0
    (site.home / ".restoring").mkdir()
    digest = subprocess.check_output(["sha256sum", site.home / "state.db"], text=True).split()[0]
    (site.home / ".restoring" / "placed").write_text(digest)
    with closing(sqlite3.connect(site.home / "state.db")) as connection:
        connection.execute("SELECT count(*) FROM comments").fetchone()
        done = site.restore()
    assert done.returncode == 2
    assert "another process has" in done.stderr
    assert site.restore().returncode == 0


def test_two_restores_into_one_home_do_not_mix(site: Site) -> None:
    from core.backup.unfinished import restoring_alone

    with restoring_alone(site.home / ".restoring"):
        done = site.restore()
    assert done.returncode == 1
    assert "another process restores" in done.stderr


def test_the_restored_list_has_what_the_given_one_had(site: Site) -> None:
    assert site.restore().returncode == 0
    own = ErasureList(site.home / "erasures.jsonl")
    assert own.listed({("test", "sam"), ("test", "kim")}) == {("test", "sam")}


def test_a_list_named_by_its_setting_counts_as_given(site: Site) -> None:
    done = site.run("restore", site.backup, MODCONSOLE_ERASURES_FILE=str(site.erasures))
    assert done.returncode == 0
    assert "Erased again: 1 comments, 0 titles and 0 reports of those on " in done.stdout
    assert "--erasures" not in done.stdout
    assert "sam" not in site.authors()

"""Commands whose output can't be written end with a code and one line at most, no traceback."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.cli.output import ExitCode

pytestmark = pytest.mark.slow

FULL = Path("/dev/full")
TEXT = "Hello and what a lovely morning.\n"
WRITE = ("score", "in.csv", "--out", "out.csv")
COMMANDS = [
    WRITE,
    ("score", "in.csv", "--id-column", "text", "--out", "out.duckdb"),
    ("score",),
    ("explain", "You idiot."),
    ("doctor",),
    ("--help",),
    ("score", "--help"),
]
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text(f"text\n{TEXT}")
    return tmp_path


def run(
    folder: Path, command: Sequence[str], out: int, error: int = subprocess.PIPE, *, flags: str = ""
) -> "subprocess.CompletedProcess[str]":
    environ = {name: v for name, v in os.environ.items() if not name.startswith("MODCONSOLE_")}
    environ |= {"MODCONSOLE_HOME": str(folder / "home"), "MODCONSOLE_BACKEND": "fake"}
    environ["PYTHONUNBUFFERED"] = flags
    return subprocess.run(
        [sys.executable, "-m", "core.cli", *command],
        cwd=folder,
        env=environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=out,
        stderr=error,
        text=True,
        check=False,
    )


@needs_full
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("flags", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_full_disk_is_one_line(folder: Path, command: Sequence[str], flags: str) -> None:
    with FULL.open("w") as full:
        done = run(folder, command, full.fileno(), flags=flags)
    assert done.returncode == ExitCode.INCOMPLETE
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert lines == ["modconsole: the output can't be written: No space left on device"]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("flags", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_reader_that_went_away_is_no_fault(
    folder: Path, command: Sequence[str], flags: str
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run(folder, command, writing, flags=flags)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr.strip()) == (ExitCode.NOBODY_READS, "")


@needs_full
def test_the_work_is_done_all_the_same(folder: Path) -> None:
    with FULL.open("w") as full:
        run(folder, WRITE, full.fileno())
    assert TEXT.strip() in (folder / "out.csv").read_text()


@needs_full
def test_with_nowhere_to_complain_there_is_the_code(folder: Path) -> None:
    with FULL.open("w") as full:
        done = run(folder, WRITE, full.fileno(), full.fileno())
        assert done.returncode == ExitCode.INCOMPLETE
        done = run(folder, ("score", "none.csv", "--out", "x.csv"), full.fileno(), full.fileno())
        assert done.returncode == ExitCode.WRONG_USE

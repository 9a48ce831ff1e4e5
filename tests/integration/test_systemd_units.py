"""The service and the timer of docs/tables.md, as systemd reads and runs them."""

import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from core.cli.output import ExitCode
from tests.integration.prediction_tables import put_comments, rows_of

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NAMES = ("modconsole-score.service", "modconsole-score.timer")
SITE = "/srv/console"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A folder with both units and, where they look for it, the console."""
    command = tmp_path / "bin" / "modconsole"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m core.cli "$@"\n')
    command.chmod(0o755)
    for name in NAMES:
        text = (EXAMPLES / name).read_text()
        (tmp_path / name).write_text(text.replace(SITE, str(tmp_path)))
    return tmp_path


def options_of(unit: Path) -> RawConfigParser:
    found = RawConfigParser(strict=True, delimiters="=")
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(unit)
    return found


def test_systemd_finds_no_fault_in_the_units(units: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here: apt-get install systemd")
    paths = [units / name for name in NAMES]
    done = subprocess.run(
        ["systemd-analyze", "verify", *paths],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.slow
def test_the_command_of_the_service_scores_the_table(units: Path) -> None:
    service = options_of(units / NAMES[0])["Service"]
    put_comments(units / "hn.duckdb", {1: "Fine.", 2: "You idiot."})
    given = dict([service["Environment"].split("=", maxsplit=1)])
    done = subprocess.run(
        service["ExecStart"].split(),
        cwd=service["WorkingDirectory"],
        env=given | {"PATH": "/usr/bin:/bin", "MODCONSOLE_BACKEND": "fake"} | python_path(),
        check=False,
    )
    assert done.returncode == ExitCode.DONE
    assert rows_of(units / "hn.duckdb", "SELECT id, action FROM predictions ORDER BY id") == [
        (1, "approve"),
        (2, "hold"),
    ]


def python_path() -> dict[str, str]:
    return {"PYTHONPATH": str(EXAMPLES.parents[1])}


def test_the_service_is_tried_again_but_not_after_wrong_use() -> None:
    options = options_of(EXAMPLES / NAMES[0])
    service = options["Service"]
    assert (service["Type"], service["Restart"]) == ("oneshot", "on-failure")
    assert int(service["RestartPreventExitStatus"]) == ExitCode.WRONG_USE
    # Without a limit a service that fails is started for ever.
    assert int(options["Unit"]["StartLimitBurst"]) == 4

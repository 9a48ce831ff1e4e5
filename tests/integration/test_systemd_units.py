"""The service and the timer of docs/tables.md, as systemd reads and runs them."""

import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from core.cli.main import main, make_parser
from core.cli.output import ExitCode
from core.config import STATE_IN_HOME, Settings
from core.environment import load_settings
from tests.factories import make_services
from tests.integration.prediction_tables import put_comments, rows_of

ROOT = Path(__file__).parents[2]
EXAMPLES, DEPLOY = ROOT / "docs" / "examples", ROOT / "deploy" / "systemd"
NAMES = ("modconsole-score.service", "modconsole-score.timer")
SITE, INSTALLED = "/srv/console", "/opt/modconsole/bin/modconsole"
SERVERS = ("serve", "author", "dashboard")


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
    for unit in DEPLOY.glob("modconsole*.*"):
        text = unit.read_text().replace(INSTALLED, str(units / "bin" / "modconsole"))
        (units / unit.name).write_text(text)
    paths = [*units.glob("*.service"), *units.glob("*.timer")]
    assert len(paths) == 6
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


@pytest.mark.parametrize("name", ["modconsole@.service", "modconsole-jobs.service"])
def test_servers_are_kept_apart_and_not_started_again_for_wrong_settings(name: str) -> None:
    service = options_of(DEPLOY / name)["Service"]
    assert int(service["RestartPreventExitStatus"]) == ExitCode.WRONG_USE
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert service["CapabilityBoundingSet"] == ""
    assert float(service["TimeoutStopSec"].removesuffix("s")) > Settings().api_drain_s


def test_each_command_of_the_units_is_one() -> None:
    named = [f"modconsole@{name}" for name in SERVERS]
    assert all(name in (DEPLOY / "modconsole@.service").read_text() for name in named)
    starts = [
        line.removeprefix("ExecStart=").split()
        for unit in DEPLOY.glob("*.service")
        for line in unit.read_text().splitlines()
        if line.startswith(f"ExecStart={INSTALLED}")
    ]
    given = [words[1:] for words in starts if words[1] != "%i"]
    assert {words[0] for words in given} == {"schedule", "backup"}
    for words in [*given, *([name] for name in SERVERS)]:
        make_parser().parse_args(words)  # ends the process for what is no command


@pytest.mark.parametrize("stopped_after", [1, 2, 3])
def test_a_night_that_was_stopped_does_not_keep_the_next_from_its_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_after: int
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    make_services(tmp_path / "home", state_url=STATE_IN_HOME).close()
    unit = (DEPLOY / "modconsole-backup.service").read_text().splitlines()
    found = [line.partition("=") for line in unit if line.startswith("Exec")]
    assert [name for name, _, _ in found] == ["ExecStartPre", *["ExecStart"] * 3]
    commands = [line.replace("/var/lib/modconsole", str(tmp_path)).split() for *_, line in found]
    for words in (*commands[:stopped_after], *commands):
        if words[0] == INSTALLED:
            assert main(words[1:]) == ExitCode.DONE
        else:
            subprocess.run(words, check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "home"]


def test_the_environment_is_a_whole_site(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (DEPLOY / "environment").read_text().splitlines()
    given = dict(line.split("=", maxsplit=1) for line in lines if not line.startswith("#"))
    settings = load_settings(given)
    assert settings.sign_in == "oidc"
    assert settings.home == Path("/var/lib/modconsole/home")
    state = options_of(DEPLOY / "modconsole@.service")["Service"]["StateDirectory"]
    assert settings.home.parent == Path("/var/lib") / state


def test_the_service_is_tried_again_but_not_after_wrong_use() -> None:
    options = options_of(EXAMPLES / NAMES[0])
    service = options["Service"]
    assert (service["Type"], service["Restart"]) == ("oneshot", "on-failure")
    assert int(service["RestartPreventExitStatus"]) == ExitCode.WRONG_USE
    # Without a limit a service that fails is started for ever.
    assert int(options["Unit"]["StartLimitBurst"]) == 4

"""Checks of this site: its settings, home and ports."""

import os
import shutil
import socket
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from core.backup.unfinished import command_to_end
from core.config import CHOICES, SECRETS, Settings
from core.doctor.checks import CheckResult, CheckState
from core.errors import ConfigError, MissingExtra, StoreError
from core.first_run.not_set import not_set_yet
from core.processes.console import Server, servers

ANSWER_WITHIN_S = 2.0
LEAST_FREE_MB = 500


def check_settings(environ: Mapping[str, str] = os.environ) -> CheckResult:
    """The settings that differ from their defaults. Only numbers and values from a fixed list are
    shown: a path, an address or a name may be private."""
    shown = []
    for variable, value in sorted(environ.items()):
        if variable.startswith("MODCONSOLE_"):
            name = variable.removeprefix("MODCONSOLE_").lower()
            is_plain = value in CHOICES.get(name, ()) or value.replace(".", "", 1).isdigit()
            is_shown = is_plain and name not in SECRETS
            shown.append(f"{variable}={value}" if is_shown else f"{variable}=(set)")
    return CheckResult("settings", CheckState.OK, ", ".join(shown) or "all are defaults")


def check_home(settings: Settings) -> CheckResult:
    """Whether the home can be written, how full its disk is, and whether a state exists."""
    home = settings.home
    folder = next(each for each in (home, *home.absolute().parents) if each.exists())
    shown = without_user(home.absolute())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        advice = "make it writable, or set MODCONSOLE_HOME to another folder"
        return CheckResult(
            "home", CheckState.STOPS_THE_CONSOLE, f"{shown} can't be written", advice
        )
    if command := command_to_end(settings.restoring_dir):
        fact = f"{shown} is not whole: a restore into it did not finish"
        return CheckResult("home", CheckState.STOPS_THE_CONSOLE, fact, f"run `{command}`")
    free_mb = shutil.disk_usage(folder).free / 2**20
    state = settings.state_path
    holds = f"state {state.stat().st_size / 2**20:.1f} MiB" if state.is_file() else "no state yet"
    fact = f"{shown}, {holds}, {free_mb / 1024:.1f} GiB free"
    if free_mb < LEAST_FREE_MB:
        return CheckResult("home", CheckState.STOPS_THE_CONSOLE, fact, "free space on that disk")
    return CheckResult("home", CheckState.OK, fact)


def check_state(settings: Settings) -> list[CheckResult]:
    """Whether the database of the state answers, if it is on a server. Its address may be private
    and isn't shown."""
    if settings.keeps_state_in_home:
        return _check_schema(settings)
    from core.store.sql.postgres.database import server_version

    try:
        fact = f"PostgreSQL {server_version(settings.state_url)} answers"
        return [CheckResult("state", CheckState.OK, fact)]
    except (ConfigError, MissingExtra) as error:
        return [CheckResult("state", CheckState.STOPS_THE_CONSOLE, str(error))]
    except StoreError as error:
        reason = str(error).partition(": ")[2]
        fact = f"PostgreSQL can't be used: {reason.partition(': ')[0]}"
        advice = "start the server, or set MODCONSOLE_STATE_URL to another"
        return [CheckResult("state", CheckState.STOPS_THE_CONSOLE, fact, advice)]


def _check_schema(settings: Settings) -> list[CheckResult]:
    """What the next start does to the tables; other faults of the file are told by that start."""
    from core.store.sql.migrate import HEAD
    from core.store.sql.sqlite.state_file import schema_of

    found = schema_of(settings.state_path)
    if found is None or found == HEAD:
        return []
    if found > HEAD:
        fact = f"schema {found} is of a newer version; this one knows {HEAD}"
        return [CheckResult("state", CheckState.STOPS_THE_CONSOLE, fact, "install that version")]
    fact = f"the next start changes it from schema {found} to {HEAD}, and keeps a copy beside it"
    return [
        CheckResult("state", CheckState.COULD_BE_BETTER, fact, "back up first: docs/upgrades.md")
    ]


def check_ports(settings: Settings) -> list[CheckResult]:
    """Whether each server's port is free, or a running console answers there."""
    return [_check_port(server) for server in servers(settings)]


def _check_port(server: Server) -> CheckResult:
    about = f"port {server.port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", server.port))
            return CheckResult(about, CheckState.OK, f"free, for: {server.title}")
        except OSError:
            pass
    if _answers(server):
        return CheckResult(
            about, CheckState.OK, f"a running console answers there ({server.title})"
        )
    return CheckResult(
        about,
        CheckState.STOPS_THE_CONSOLE,
        f"taken by another program, needed for: {server.title}",
        f"stop that program, or set MODCONSOLE_{server.setting} to another port",
    )


def _answers(server: Server) -> bool:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_WITHIN_S)
    try:
        connection.request("GET", server.health_path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def without_user(path: Path) -> str:
    """The path with `~` for the user's folder, because reports are pasted where others read
    them."""
    own = Path.home()
    return f"~/{path.relative_to(own)}" if path.is_relative_to(own) else str(path)


def check_set_up(settings: Settings) -> CheckResult:
    """What a site that people use has not set yet."""
    missing = not_set_yet(settings)
    if not missing:
        return CheckResult("set up", CheckState.OK, "nothing is missing")
    names = ", ".join(each.name for each in missing)
    return CheckResult(
        "set up",
        CheckState.COULD_BE_BETTER,
        f"not set yet: {names}",
        "`modconsole init` asks for it and says what each is for",
    )

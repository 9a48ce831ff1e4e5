"""The entry point of the command line. `modconsole COMMAND --help` explains each command."""

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from functools import partial

from core.bootstrap.home import check_is_restored
from core.cli import (
    audit,
    backup,
    bench,
    cascade,
    costs,
    digest,
    doctor,
    drift,
    erase,
    estimate,
    explain,
    ingest,
    init,
    keys,
    loadtest,
    logs,
    objectives,
    outbox,
    people,
    policy,
    quality,
    sbom,
    schedule,
    score,
    servers,
    state,
    statements,
    training,
    transparency,
    up,
    withdraw,
)
from core.cli.arguments import Commands
from core.cli.output import ExitCode, complain, exit_code_of, exit_code_with_output
from core.config import Settings
from core.doctor.installation import console_version
from core.environment import load_settings
from core.errors import ConsoleError
from core.store.sql.migrate import HEAD

FAMILIES = (
    up,
    init,
    ingest,
    withdraw,
    erase,
    score,
    schedule,
    explain,
    servers,
    training,
    cascade,
    keys,
    people,
    logs,
    estimate,
    loadtest,
    objectives,
    costs,
    state,
    backup,
    audit,
    statements,
    transparency,
    outbox,
    digest,
    policy,
    quality,
    drift,
    bench,
    doctor,
    sbom,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code, one of `ExitCode`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal in an old encoding must not end a command whose work is done.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return exit_code_with_output(partial(_run, arguments))


def _run(arguments: Sequence[str] | None) -> int:
    parsed = make_parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, Settings], int] = parsed.run
    try:
        settings = load_settings()
        if parsed.needs_whole_home:
            check_is_restored(settings)
        return command(parsed, settings)
    except ConsoleError as error:
        complain(error)
        return exit_code_of(type(error))
    except KeyboardInterrupt:
        complain("interrupted; what was committed is kept. The same command goes on from there.")
        return ExitCode.INTERRUPTED


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands and options; docs/cli.md is generated from it."""
    parser = argparse.ArgumentParser(
        prog="modconsole", description="A moderation console for the comments of a site."
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"moderation-console {console_version()}, schema {HEAD} of the state",
        help="say which version this is, and exit",
    )
    commands = Commands(parser)
    for family in FAMILIES:
        family.add_commands(commands)
    return parser

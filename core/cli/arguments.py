"""How the modules of this package declare their commands: name, help and the function to run."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime

from core.config import Settings

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
Run = Callable[[argparse.Namespace, Settings], int]


class Commands:
    """The commands of a parser; each module adds its own with `add`."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(
        self, name: str, run: Run, text: str, more: str, *, needs_whole_home: bool = True
    ) -> argparse.ArgumentParser:
        """Add a command and return its parser, to add flags to. `text` is shown in the list of
        commands, `text` and `more` in the command's help. Without `needs_whole_home` it runs in a
        home whose restore did not finish, too."""
        command = self._commands.add_parser(name, help=text, description=f"{text} {more}")
        command.set_defaults(run=run, needs_whole_home=needs_whole_home)
        return command


def positive(text: str) -> int:
    """The argparse type of a flag that takes an integer of 1 or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def moment(text: str) -> datetime:
    """The argparse type of a time, given in UTC; without a time zone it is read as UTC."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def add_span(command: argparse.ArgumentParser, what: str) -> None:
    """Adds `--since` and `--until`; without them the span is everything until now, and `until` is
    None. `what` begins their help."""
    command.add_argument(
        "--since",
        type=moment,
        default=BEGINNING,
        metavar="TIME",
        help=f"{what} at TIME or later, such as 2026-11-01 or 2026-11-01T12:00+01:00 (without a "
        "time zone it is UTC; default: all)",
    )
    command.add_argument(
        "--until", type=moment, metavar="TIME", help=f"{what} before TIME (default: now)"
    )

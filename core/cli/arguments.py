"""How a command family declares its commands: name, help and the function that runs it."""

import argparse
from collections.abc import Callable

from core.config import Settings

Run = Callable[[argparse.Namespace, Settings], int]


class Commands:
    """The commands of one parser; each family adds its own."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(self, name: str, run: Run, text: str, more: str) -> argparse.ArgumentParser:
        """Its parser, for its flags. `text` stands in the list of commands, `more` only in the
        command's own help."""
        command = self._commands.add_parser(name, help=text, description=f"{text} {more}")
        command.set_defaults(run=run)
        return command


def positive(text: str) -> int:
    """The type of a flag that takes 1 or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number

"""`modconsole init`: asks what a new site needs, and writes its settings."""

import argparse
import shlex
from pathlib import Path

from core.cli.arguments import Commands
from core.cli.output import ExitCode, printable
from core.config import Settings
from core.environment import load_settings
from core.errors import ConfigError, InvalidInput
from core.first_run.environment_file import (
    check_writable,
    read_environment_file,
    write_environment_file,
)
from core.first_run.not_set import not_set_yet
from core.first_run.questions import HOME, QUESTIONS, SettingQuestion, check_answer, default_of

FILE = Path("modconsole.env")


def add_commands(commands: Commands) -> None:
    """Declares `init`."""
    command = commands.add(
        "init",
        run_init,
        "Ask what a new site needs, and write its settings into a file.",
        "Each question shows what holds now; Enter keeps it. An answer that can't be is asked "
        "again, and nothing is written before the last one. Settings of an existing file stay as "
        "they are. Then it says what is not set yet. A shell and systemd read the file; only this "
        "account can. See docs/deploy.md.",
        needs_whole_home=False,
    )
    command.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=FILE,
        metavar="FILE",
        help="the file of environment variables (default: %(default)s)",
    )


def run_init(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole init`."""
    file: Path = arguments.file
    check_writable(file)
    values = read_environment_file(file)
    load_settings(values)
    # Written also if Enter keeps it: `var` would be another folder for each current one.
    home = values.get(HOME.variable) or str(_home_for(file, settings))
    values = check_answer(values, HOME, home)
    print(f"{len(QUESTIONS)} questions. Enter keeps what is in [brackets].")
    for number, question in enumerate(QUESTIONS, 1):
        values = _answered(number, question, values)
    write_environment_file(file, values)
    print(f"\nWritten: {printable(str(file))}")
    print(f"Start with: set -a; . {shlex.quote(str(file.absolute()))}; modconsole up")
    missing = not_set_yet(load_settings(values))
    if missing:
        print("\nNot set yet:")
        print("\n".join(f"- {one.what} {one.how}" for one in missing))
    return ExitCode.DONE


def _home_for(file: Path, settings: Settings) -> Path:
    """That of the environment, else a folder beside the file."""
    given = settings.home
    return given if given != Settings().home else file.absolute().parent / given


def _answered(number: int, question: SettingQuestion, values: dict[str, str]) -> dict[str, str]:
    now = values.get(question.variable, default_of(question))
    while True:
        print(f"\n{number}. {question.text}")
        try:
            answer = input(printable(f"[{now}] ")).strip()
        except EOFError:
            raise InvalidInput(
                "The questions ended before the last answer; nothing is written."
            ) from None
        if not answer:
            return values
        try:
            return check_answer(values, question, answer)
        except ConfigError as error:
            print(printable(str(error)))

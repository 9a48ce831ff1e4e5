"""`modconsole statements`: exports statements of reasons for the EU's transparency database."""

import argparse
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from core.batch.statement_files import check_statements_out, paths_of, write_statements
from core.bootstrap.services import build_services
from core.cli.arguments import Commands, add_span
from core.cli.output import ExitCode, print_facts
from core.config import Settings
from core.moderation.permissions import SYSTEM
from core.services.statements import export_statements
from core.setting_values import NOT_SET


def add_commands(commands: Commands) -> None:
    """Declares `statements`."""
    command = commands.add(
        "statements",
        run_statements,
        "Export a statement of reasons for each removal, and for each hold that gives a reason.",
        "The statements are those that the EU's transparency database takes (DSA Article 24(5)). "
        "Each line of FILE is the body of one call of its API, with at most 100 statements. Beside "
        "it, FILE.chain.jsonl says which statement follows which and how each restriction ended, "
        "and FILE.refused.jsonl has the statements that break a rule of the database, with the "
        "field and the rule; then the exit code is 1. Nothing is sent. The export of spans that "
        "follow each other has each statement once. See docs/transparency.md.",
    )
    command.add_argument("act", choices=("export",), metavar="export", help="the one thing to do")
    add_span(command, "restrictions that began")
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="named .jsonl")


def run_statements(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole statements`."""
    check_statements_out(arguments.out)
    with closing(build_services(settings, worker="statements", creates=False)) as services:
        lines = export_statements(
            services.context,
            SYSTEM,
            arguments.since,
            arguments.until or services.clock.now(),
            rules_url="" if settings.rules_url == NOT_SET else settings.rules_url,
        )
        counts = write_statements(lines, arguments.out)
    _, refused, _ = paths_of(arguments.out)
    sent, calls = _counted(counts.sent, "statement"), _counted(counts.calls, "call")
    print(f"{sent} in {calls} are in {arguments.out}.")
    if counts.refused:
        print(f"{_counted(counts.refused, 'statement')} can't be sent; {refused} says why.")
    print_facts(asdict(counts))
    return ExitCode.INCOMPLETE if counts.refused else ExitCode.DONE


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"

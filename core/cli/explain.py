"""`modconsole explain`."""

import argparse
import json
import sys

from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.explanation import as_data, as_lines
from core.config import Settings
from core.errors import ConsoleError
from core.moderation.permissions import SYSTEM
from core.moderation.scores import Label


def add_commands(commands: Commands) -> None:
    """Declares `explain`."""
    command = commands.add(
        "explain",
        run_explain,
        "Show which words moved a score.",
        "The comment is scored again without each of its words, and each word by itself. For the "
        "labels that its decision acted on, prints the weight of each word and which words to "
        "remove for a milder decision. Without TEXT and --comment, reads standard input.",
    )
    command.add_argument("text", nargs="?", metavar="TEXT", help="a text, HTML or plain")
    command.add_argument(
        "--comment", metavar="ID", help="a stored comment: its id on its site, or its reference"
    )
    command.add_argument("--source", default="site", help="name of the site that the ID is from")
    command.add_argument(
        "--label", type=Label, choices=tuple(Label), metavar="LABEL", help=", ".join(Label)
    )
    command.add_argument("--json", action="store_true", help="print everything as JSON")


def run_explain(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole explain`: explains a TEXT, a stored comment, or a text on standard input."""
    from core.services.explain import explain_revision, explain_text, find_comment

    if arguments.comment and arguments.text:
        raise ConsoleError("give a TEXT or --comment ID, not both")
    if not arguments.comment and not arguments.text and sys.stdin.isatty():
        raise ConsoleError("give a TEXT, --comment ID, or a text on standard input")
    services = build_services(settings, worker="explain")
    context, label = services.context, arguments.label
    if arguments.comment:
        revision_id = find_comment(context, arguments.source, arguments.comment)
        explained = explain_revision(context, SYSTEM, services.explainer, revision_id, label)
    else:
        text = arguments.text or sys.stdin.buffer.read().decode("utf-8", "replace")
        explained = explain_text(context, services.explainer, text, label)
    if arguments.json:
        print(json.dumps(as_data(explained), indent=2, ensure_ascii=False))
    else:
        print("\n".join(as_lines(explained)))
    return 0

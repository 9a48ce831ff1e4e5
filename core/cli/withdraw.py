"""`modconsole withdraw`."""

import argparse

from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.config import Settings
from core.moderation.permissions import SYSTEM
from core.services.withdraw import withdraw_comment


def add_commands(commands: Commands) -> None:
    """Declares `withdraw`."""
    command = commands.add(
        "withdraw",
        run_withdraw,
        "Withdraw a comment that was deleted on its site.",
        "Its text is hidden everywhere, its case and a pending appeal are closed, and its author "
        "reads on the look-up that it was withdrawn. Doing it again changes nothing; a comment "
        "that is ingested again comes back as a new revision.",
    )
    command.add_argument("comment_id", metavar="ID", help="the comment's id on its site")
    command.add_argument("--source", default="site", help="name of the site that the ID is from")


def run_withdraw(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole withdraw`: raises NotFound for a comment that was never stored."""
    services = build_services(settings, worker="withdraw", creates=False)
    done = withdraw_comment(services.context, SYSTEM, arguments.source, arguments.comment_id)
    when = f"{done.withdrawn_at:%Y-%m-%d %H:%M:%S} UTC"
    print(f"Withdrawn, {when}." if done.is_new else f"It was withdrawn already, {when}.")
    services.close()
    return ExitCode.DONE

"""`modconsole digest`: what waits for a lead, shown or sent once a day."""

import argparse
from contextlib import closing

from core.bootstrap.digest import digest_channels, site_quiet_hours
from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode, print_facts
from core.config import Settings
from core.errors import ConfigError
from core.moderation.permissions import SYSTEM
from core.services.digest import read_digest, send_digest


def add_commands(commands: Commands) -> None:
    """Declares `digest`."""
    command = commands.add(
        "digest",
        run_digest,
        "Show what waits for a lead, or send it to them once a day.",
        "What was escalated or reopened, what waits too long, and appeals. With --send it leaves "
        "by the webhook and as a mail, at most once a day each, and never in "
        "MODCONSOLE_QUIET_HOURS: so a job may ask each hour. Exit code 1 if a receiver did not "
        "take it; the next run tries again. See docs/outbox.md.",
    )
    command.add_argument("--send", action="store_true", help="send that of today, if it was not")


def run_digest(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole digest`."""
    if arguments.send and not settings.channels:
        raise ConfigError("a digest needs MODCONSOLE_WEBHOOK_URL or MODCONSOLE_SMTP_HOST")
    with closing(build_services(settings, worker="digest", creates=False)) as services:
        if arguments.send:
            channels, quiet = digest_channels(settings), site_quiet_hours(settings)
            tried = send_digest(services.context, SYSTEM, channels, quiet)
            told = {name: failure.why if failure else "sent" for name, failure in tried.items()}
            print_facts({"channels": told})
            return ExitCode.INCOMPLETE if any(tried.values()) else ExitCode.DONE
        digest = read_digest(services.context, SYSTEM)
    if not digest.items and not digest.appeals:
        print("Nothing waits for a lead today.")
    print_facts(
        {
            "day": digest.day,
            "waiting": {item.kind.value: str(item.count) for item in digest.items},
            "appeals": digest.appeals,
            "overdue_appeals": digest.overdue_appeals,
        }
    )
    return ExitCode.DONE

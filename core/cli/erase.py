"""`modconsole erase`: erases what an author wrote, or what is old enough."""

import argparse
from collections.abc import Iterable
from contextlib import closing

from core.backup.erasure_list import ErasureList
from core.bootstrap.services import Services, build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode, print_facts, printable, progress_bar
from core.config import Settings
from core.errors import ConfigError, InvalidInput
from core.moderation.erasure import KEPT_FOR_EVER, ErasureCount
from core.moderation.permissions import SYSTEM
from core.services.erasure import count_erasable, erase_author, erase_expired


def add_commands(commands: Commands) -> None:
    """Declares `erase`."""
    command = commands.add(
        "erase",
        run_erase,
        "Erase what an author wrote, or what is older than MODCONSOLE_RETENTION_DAYS.",
        "`erase author NAME` takes the name and the words of one author of a site: texts, titles, "
        "notes and appeals about them, and reports by that name; without `--yes` it only counts "
        "them. `erase expired` takes comments on which nothing happened for so long. Ids, times, "
        "scores and decisions stay, so that figures and the audit log stay as they are. Nothing "
        "that is erased can be brought back. See docs/erasure.md.",
    )
    command.add_argument("act", choices=("author", "expired"), metavar="ACT", help="what to erase")
    command.add_argument("author", nargs="?", metavar="NAME", help="of `author`: the name")
    command.add_argument("--source", default="site", help="name of the site that the NAME is from")
    command.add_argument("--yes", action="store_true", help="of `author`: erase, don't only count")


def run_erase(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole erase`."""
    is_expired = arguments.act == "expired"
    if is_expired == (arguments.author is not None):
        raise InvalidInput("`erase author` needs a NAME, and `erase expired` takes none")
    if is_expired and settings.retention_days == KEPT_FOR_EVER:
        raise ConfigError("MODCONSOLE_RETENTION_DAYS is 0, so nothing is ever old enough")
    with closing(build_services(settings, worker="erase")) as services:
        if is_expired:
            days = settings.retention_days
            return _show(erase_expired(services.context, SYSTEM, days))
        return _erase_author(services, arguments)


def _erase_author(services: Services, arguments: argparse.Namespace) -> int:
    named = (arguments.source, arguments.author)
    if arguments.yes:
        # A wrong name is refused here; then noted first, since what is cut off is repeated.
        count_erasable(services.context, SYSTEM, *named)
        noted = ErasureList(services.settings.erasures_path)
        noted.add(*named, services.clock.now())
        code = _show(erase_author(services.context, SYSTEM, *named))
        services.policy_history.forget()
        return code
    found = count_erasable(services.context, SYSTEM, *named)
    who = printable(f"{arguments.author} of {arguments.source}")
    print(f"{who}: {_described(found)}. Nothing is erased yet; --yes erases.")
    _print_counts(found)
    return ExitCode.DONE


def _show(batches: Iterable[ErasureCount]) -> int:
    total = ErasureCount()
    with progress_bar("comments", keep=False) as advance:
        for erased in batches:
            total += erased
            advance(total.comments)
    print(f"Erased: {_described(total)}.")
    _print_counts(total)
    return ExitCode.DONE


def _described(count: ErasureCount) -> str:
    return (
        f"comments {count.comments:,}, titles {count.threads:,}, reports on others' comments "
        f"{count.reports:,}"
    )


def _print_counts(count: ErasureCount) -> None:
    print_facts({"comments": count.comments, "titles": count.threads, "reports": count.reports})

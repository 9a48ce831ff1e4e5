"""`modconsole erase` and `modconsole export`: what is kept of an author, or what is old enough."""

import argparse
import json
import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from core.backup.erasure_list import ErasureList
from core.bootstrap.services import Services, build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode, print_facts, printable, progress_bar
from core.config import Settings
from core.errors import ConfigError, InvalidInput, StoreError
from core.moderation.erasure import ErasureCount
from core.moderation.permissions import SYSTEM
from core.private_files import open_private_file
from core.services.author_data import export_author
from core.services.context import Context
from core.services.erasure import alike_names, count_erasable, erase_author, erase_expired

MOST_ALIKE = 5
SOURCE_HELP = "name of the site that the NAME is from (default: %(default)s)"


def add_commands(commands: Commands) -> None:
    """Declares `erase`."""
    command = commands.add(
        "erase",
        run_erase,
        "Erase what an author wrote, or what is older than the site keeps it.",
        "`erase author NAME` takes the name and the words of one author of a site: texts, titles, "
        "notes and appeals about them, and reports by that name; without `--yes` it only counts "
        "them. `erase expired` takes comments on which nothing happened for so long, "
        "and addresses of authors and names of reporters after days of their own. Ids, times, "
        "scores and decisions stay, so that figures and the audit log stay as they are. Nothing "
        "that is erased can be brought back. See docs/erasure.md.",
    )
    command.add_argument("act", choices=("author", "expired"), metavar="ACT", help="what to erase")
    command.add_argument("author", nargs="?", metavar="NAME", help="of `author`: the name")
    command.add_argument("--source", default="site", help=SOURCE_HELP)
    command.add_argument("--yes", action="store_true", help="of `author`: erase, don't only count")

    command = commands.add(
        "export",
        run_export,
        "Write what is kept of one author to a file, for that person.",
        "`export author NAME --out FILE` writes a line of JSON for each of the author's threads, "
        "reports and comments: every text, the decisions on it with reasons, notes and scores, and "
        "the appeals. No name of staff and no internal note is in it. See docs/erasure.md.",
    )
    command.add_argument("act", choices=("author",), metavar="ACT", help="author")
    command.add_argument("author", metavar="NAME", help="the name")
    command.add_argument("--source", default="site", help=SOURCE_HELP)
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="the new file")


def run_export(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole export`. A file that is there already is not replaced."""
    out: Path = arguments.out
    if out.exists():
        raise InvalidInput(f"{out} is there already")
    count = 0
    with closing(build_services(settings, worker="export", creates=False)) as services:
        named = (arguments.source, arguments.author)
        if count_erasable(services.context, SYSTEM, *named) == ErasureCount():
            _refuse_alike(services.context, named)
            print(printable(f"{_nobody(named)}. There is nothing to export."))
            return ExitCode.DONE
        records = export_author(services.context, SYSTEM, *named)
        try:
            with os.fdopen(open_private_file(out, os.O_WRONLY | os.O_EXCL), "w") as file:
                for record in records:
                    file.write(json.dumps(record, ensure_ascii=True) + "\n")
                    count += 1
        except OSError as error:
            raise StoreError(f"{out} can't be written: {error.strerror}") from error
    print(f"{count:,} threads, reports and comments are in {out}.")
    return ExitCode.DONE


def run_erase(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole erase`."""
    is_expired = arguments.act == "expired"
    if is_expired == (arguments.author is not None):
        raise InvalidInput("`erase author` needs a NAME, and `erase expired` takes none")
    if is_expired and settings.retention.is_for_ever:
        raise ConfigError("MODCONSOLE_RETENTION_DAYS is 0, so nothing is ever old enough")
    with closing(build_services(settings, worker="erase", creates=False)) as services:
        if is_expired:
            return _show_expired(erase_expired(services.context, SYSTEM, settings.retention))
        return _erase_author(services, arguments)


def _erase_author(services: Services, arguments: argparse.Namespace) -> int:
    named = (arguments.source, arguments.author)
    found = count_erasable(services.context, SYSTEM, *named)
    noted = ErasureList(services.settings.erasures_path)
    if found == ErasureCount():
        return _end_without_a_name(services, named, is_noted=named in noted.listed({named}))
    if arguments.yes:
        # Noted first, since what is cut off is repeated.
        noted.add(*named, services.clock.now())
        code = _show(erase_author(services.context, SYSTEM, *named))
        services.policy_history.forget()
        return code
    who = printable(f"{arguments.author} of {arguments.source}")
    print(f"{who}: {_described(found)}. Nothing is erased yet; --yes erases.")
    _print_counts(found)
    return ExitCode.DONE


def _end_without_a_name(services: Services, named: tuple[str, str], *, is_noted: bool) -> int:
    """A name that was erased is noted already, and any other is none to note. An erasure that was
    cut off after the last comment is brought to its end."""
    if not is_noted:
        _refuse_alike(services.context, named)
    else:
        _summed(erase_author(services.context, SYSTEM, *named))
        services.policy_history.forget()
    before = "; that name was erased before" if is_noted else ""
    print(printable(f"{_nobody(named)}{before}. There is nothing to erase."))
    _print_counts(ErasureCount())
    return ExitCode.DONE


def _nobody(named: tuple[str, str]) -> str:
    return f"Nobody of the exact name {named[1]} at the source {named[0]}"


def _refuse_alike(context: Context, named: tuple[str, str]) -> None:
    """Raises InvalidInput if another name may be meant: a request would seem done that is not."""
    if alike := alike_names(context, SYSTEM, *named):
        shown = ", ".join(f"{name} at {source}" for source, name in alike[:MOST_ALIKE])
        raise InvalidInput(f"{_nobody(named)}. There is {shown}: is that meant?")


def _show(batches: Iterable[ErasureCount]) -> int:
    total = _summed(batches)
    print(f"Erased: {_described(total)}.")
    _print_counts(total)
    return ExitCode.DONE


def _show_expired(batches: Iterable[ErasureCount]) -> int:
    total = _summed(batches)
    counts = {"comments": total.comments, "addresses": total.addresses, "reports": total.reports}
    print(
        f"Erased: comments {total.comments:,}, addresses of authors {total.addresses:,}, names of "
        f"reporters {total.reports:,}."
    )
    print_facts(counts)
    return ExitCode.DONE


def _summed(batches: Iterable[ErasureCount]) -> ErasureCount:
    total = ErasureCount()
    with progress_bar("comments", keep=False) as advance:
        for erased in batches:
            total += erased
            advance(total.comments)
    return total


def _described(count: ErasureCount) -> str:
    return (
        f"comments {count.comments:,}, titles {count.threads:,}, reports on others' comments "
        f"{count.reports:,}"
    )


def _print_counts(count: ErasureCount) -> None:
    print_facts({"comments": count.comments, "titles": count.threads, "reports": count.reports})

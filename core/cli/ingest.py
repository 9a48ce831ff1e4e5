"""`modconsole ingest`."""

import argparse
from pathlib import Path

from core.bootstrap.services import Services, build_services
from core.bootstrap.sources import (
    bundled_source,
    file_source,
    hackernews_source,
    search_source,
)
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, complain, exit_code_of, progress_bar
from core.config import Settings
from core.errors import ConsoleError, InvalidInput, SourceUnavailable
from core.moderation.permissions import SYSTEM
from core.services.ingest import IngestReport, ingest
from core.sources.base import CommentSource

LONGEST_NAME = 40


def add_commands(commands: Commands) -> None:
    """`ingest`."""
    command = commands.add(
        "ingest",
        run_ingest,
        "Bring comments in.",
        "From files (JSON, JSON lines, CSV, TSV, each also with .gz, or Parquet), or live from "
        "Hacker News. Rows have id and text, and may have author, created_at and parent_id, in "
        "any case and by other common names (comment_id, body, user, timestamp, in_reply_to); "
        "rows of Hacker News are known by their own. Comments are also found inside the answers "
        "of APIs (comments, hits, items, data) and under other comments (children, replies). "
        "Bringing in the same rows again changes nothing but to fill in an author, time or parent "
        "that was unknown; rows marked `deleted` withdraw their comment. Comments wait until "
        "`modconsole score`.",
    )
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files to read")
    command.add_argument("--source", default="site", help="name of the site plain rows are from")
    command.add_argument(
        "--hackernews", type=positive, metavar="N", help="the N newest Hacker News comments"
    )
    command.add_argument(
        "--search", metavar="WORDS", help="Hacker News comments that hold these words (Algolia)"
    )
    command.add_argument("--sample", action="store_true", help="the bundled sample")


def run_ingest(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole ingest`: a source that can't be read does not keep the others from being read."""
    services = build_services(settings, worker="ingest")
    sources = _sources(arguments, settings)
    if not sources:
        raise ConsoleError("name a FILE, or --hackernews N, --search WORDS or --sample")
    codes = [_outcome(services, source) for source in sources]
    with services.context.store.read() as reader:
        waiting = reader.count_waiting()
    print(f"{waiting:,} comments wait for `modconsole score`.")
    return max(codes)


def _sources(arguments: argparse.Namespace, settings: Settings) -> list[CommentSource]:
    sources = [file_source(path, arguments.source) for path in arguments.files]
    if arguments.hackernews:
        sources.append(hackernews_source(settings, arguments.hackernews))
    if arguments.search:
        sources.append(search_source(settings, arguments.search))
    if arguments.sample:
        sources.append(bundled_source())
    return sources


def _outcome(services: Services, source: CommentSource) -> ExitCode:
    try:
        report = ingest_source(services, source)
    except (InvalidInput, SourceUnavailable) as error:
        complain(error)
        return exit_code_of(type(error))
    if not report.rejected:
        return ExitCode.DONE
    complain(f"mend what was rejected and ingest {source.name} again: what is stored stays")
    return ExitCode.INCOMPLETE


def ingest_source(services: Services, source: CommentSource) -> IngestReport:
    """Store what the source gives and print what became of its rows."""
    report = IngestReport()
    with progress_bar("rows", title=source.name, keep=False) as advance:
        for report in ingest(services.context, SYSTEM, source.read()):
            advance(report.rows)
    print(f"{source.name}: {describe_ingest(report)}")
    if source.unread:
        names = ", ".join(f"`{shown_name(name)}`" for name in source.unread)
        print(f"  Nothing was read from {names}.")
    for line in report.rejections:
        complain(line)
    if report.rejected > len(report.rejections):
        more = report.rejected - len(report.rejections)
        complain(f"... and {more:,} more rejected rows")
    return report


def shown_name(name: str) -> str:
    """A column's name as it may stand in a line: short, and without what moves the cursor."""
    printable = "".join(char if char.isprintable() else "?" for char in name)
    return printable if len(printable) <= LONGEST_NAME else printable[:LONGEST_NAME] + "..."


def describe_ingest(report: IngestReport) -> str:
    """Every row accounted for, in a line."""
    parts = [f"{report.stored:,} stored"]
    for count, words in (
        (report.edited, "edited"),
        (report.unchanged, "already known"),
        (report.withdrawn, "withdrawn"),
        (report.threads, "thread titles"),
    ):
        if count:
            parts.append(f"{count:,} {words}")
    parts += [f"{count:,} skipped ({reason})" for reason, count in report.skipped.most_common()]
    if report.rejected:
        parts.append(f"{report.rejected:,} rejected")
    line = f"{report.rows:,} rows: " + ", ".join(parts)
    if report.completed:
        line += f"; author, time or parent filled in for {report.completed:,}"
    return line

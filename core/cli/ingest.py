"""`modconsole ingest`."""

import argparse
import sys
from pathlib import Path

from core.bootstrap.services import Services, build_services
from core.bootstrap.sources import (
    bundled_source,
    file_source,
    hackernews_source,
    search_source,
)
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, progress_bar
from core.config import Settings
from core.errors import ConsoleError
from core.moderation.permissions import SYSTEM
from core.services.ingest import IngestReport, ingest
from core.sources.base import CommentSource


def add_commands(commands: Commands) -> None:
    """`ingest`."""
    command = commands.add(
        "ingest",
        run_ingest,
        "Bring comments in.",
        "From files (JSONL as Hacker News gives it by Firebase or Algolia, or plain rows with "
        "id, text, author, created_at, parent_id; CSV; Parquet; .gz), or live from Hacker News. "
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
    """`modconsole ingest`: 2 when any row was rejected; the others are stored all the same."""
    services = build_services(settings, worker="ingest")
    sources = [file_source(path, arguments.source) for path in arguments.files]
    if arguments.hackernews:
        sources.append(hackernews_source(settings, arguments.hackernews))
    if arguments.search:
        sources.append(search_source(settings, arguments.search))
    if arguments.sample:
        sources.append(bundled_source())
    if not sources:
        raise ConsoleError("name a FILE, or --hackernews N, --search WORDS or --sample")
    reports = [ingest_source(services, source) for source in sources]
    with services.context.store.read() as reader:
        waiting = reader.count_waiting()
    print(f"{waiting:,} comments wait for `modconsole score`.")
    return ExitCode.WRONG_USE if any(report.rejected for report in reports) else ExitCode.DONE


def ingest_source(services: Services, source: CommentSource) -> IngestReport:
    """Store what the source gives and print what became of its rows."""
    report = IngestReport()
    with progress_bar("rows", title=source.name, keep=False) as advance:
        for report in ingest(services.context, SYSTEM, source.read()):
            advance(report.rows)
    print(f"{source.name}: {describe_ingest(report)}")
    for line in report.rejections:
        print(f"modconsole: {line}", file=sys.stderr)
    if report.rejected > len(report.rejections):
        more = report.rejected - len(report.rejections)
        print(f"modconsole: ... and {more:,} more rejected rows", file=sys.stderr)
    return report


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

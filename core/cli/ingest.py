"""`modconsole ingest`."""

import argparse
from contextlib import ExitStack

from core.bootstrap.services import Services, build_services
from core.bootstrap.sources import (
    bundled_source,
    hackernews_source,
    named_source,
    search_source,
)
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, complain, exit_code_of, printable, progress_bar
from core.config import Settings
from core.errors import ConsoleError, InvalidInput, SourceUnavailable
from core.moderation.permissions import SYSTEM
from core.services.ingest import IngestReport, ingest
from core.sources.base import CommentSource

LONGEST_NAME = 40


def add_commands(commands: Commands) -> None:
    """Declares `ingest`."""
    command = commands.add(
        "ingest",
        run_ingest,
        "Read comments into the store.",
        "From files (JSON, JSON lines, CSV, TSV, each also with .gz, or Parquet), from a database "
        "(FILE.duckdb, md:NAME, postgresql://..., sqlite:///FILE), or live from Hacker News. Rows "
        "have id and text, and may have author, created_at and parent_id, in any case and with "
        "other common names (comment_id, body, user, timestamp, in_reply_to); rows of Hacker News "
        "are recognised by their own names. Comments are also found inside answers of APIs "
        "(comments, hits, items, data) and under other comments (children, replies). Reading the "
        "same rows again changes nothing except that an unknown author, time or parent is filled "
        "in; rows marked `deleted` withdraw their comment. Comments wait until `modconsole score`.",
    )
    command.add_argument("sources", nargs="*", metavar="SOURCE", help="files or databases to read")
    command.add_argument("--table", help="the table of a database to read, or `schema.table`")
    command.add_argument("--query", metavar="SQL", help="a SELECT on a database to read")
    command.add_argument("--source", default="site", help="name of the site that the rows are from")
    command.add_argument(
        "--hackernews", type=positive, metavar="N", help="the N newest Hacker News comments"
    )
    command.add_argument(
        "--search", metavar="WORDS", help="Hacker News comments with these words (Algolia)"
    )
    command.add_argument("--sample", action="store_true", help="the bundled sample")


def run_ingest(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole ingest`: a source that can't be read does not stop the others."""
    services = build_services(settings, worker="ingest")
    with ExitStack() as opened:
        sources = _sources(arguments, settings, opened)
        if not sources:
            raise ConsoleError("name a SOURCE, or --hackernews N, --search WORDS or --sample")
        codes = [_outcome(services, source) for source in sources]
    with services.context.store.read() as reader:
        waiting = reader.count_waiting()
    print(f"{waiting:,} comments wait for `modconsole score`.")
    return max(codes)


def _sources(
    arguments: argparse.Namespace, settings: Settings, opened: ExitStack
) -> list[CommentSource]:
    sources = [
        named_source(text, arguments.source, opened, table=arguments.table, query=arguments.query)
        for text in arguments.sources
    ]
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
    complain(f"correct the rejected rows and ingest {source.name} again: stored rows are kept")
    return ExitCode.INCOMPLETE


def ingest_source(services: Services, source: CommentSource) -> IngestReport:
    """Store the source's comments and print the outcome of its rows."""
    report = IngestReport()
    with progress_bar("rows", title=printable(source.name), keep=False) as advance:
        for report in ingest(services.context, SYSTEM, source.read()):
            advance(report.rows)
    print(printable(f"{source.name}: {describe_ingest(report)}"))
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
    """A column's name for one line of output: shortened, with unprintable characters replaced."""
    shown = printable(name.replace("\n", "?"))
    return shown if len(shown) <= LONGEST_NAME else shown[:LONGEST_NAME] + "..."


def describe_ingest(report: IngestReport) -> str:
    """The outcome of all rows, in one line."""
    parts = [f"{report.stored:,} stored"]
    for count, words in (
        (report.edited, "edited"),
        (report.unchanged, "already known"),
        (report.withdrawn, "withdrawn"),
        (report.erased, "left out, since they were erased"),
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

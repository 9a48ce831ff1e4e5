"""`modconsole score SOURCE --out FILE`: scores rows into a file of its own."""

import argparse
import os
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from core.bootstrap.home import is_in_home
from core.cli.output import ExitCode, complain, print_facts, progress_bar
from core.cli.score_flags import given_flags
from core.config import Settings
from core.errors import ConsoleError
from core.sources.tables.selection import check_choice, check_no_choice

if TYPE_CHECKING:
    from core.batch.chunks import Table
    from core.batch.run_folder import RunFolder
    from core.batch.score_file import FileReport
    from core.inference.base import BackendInfo

MOST_REASONS = 5
FOR_FILES = {"--out", "--table", "--query", "--run"}


def score_into_file(arguments: argparse.Namespace, settings: Settings, out: Path) -> ExitCode:
    """The command with a file as OUT."""
    from core.batch.score_file import score_rows
    from core.bootstrap.services import file_scorer

    if others := [flag for flag in given_flags(arguments) if flag not in FOR_FILES]:
        raise ConsoleError(f"{others[0]} needs a database as OUT")
    with ExitStack() as opened:
        if is_in_home(out, settings):  # what is written there is closed to other accounts
            opened.callback(os.umask, os.umask(0o077))
        name, table = _open_rows(arguments, out, opened)
        scorer = file_scorer(settings)
        opened.callback(scorer.close)
        folder = _run_folder(arguments, out, scorer.backend.info, opened)
        with progress_bar("rows") as advance:
            report = score_rows(
                table,
                name,
                out,
                scorer,
                is_raw=arguments.raw,
                progress=advance,
                folder=folder,
            )
    return _told(report, name)


def _told(report: "FileReport", name: str) -> ExitCode:
    print(f"{report.rows:,} rows, {report.failed:,} of them not scored, in {report.out}")
    if report.not_whole:
        print(f"  {report.not_whole:,} were too long to be read whole: see `unread_chars`")
    for reason, count in Counter(report.reasons).most_common(MOST_REASONS):
        print(f"  {count:,}: {reason}")
    print_facts(
        {
            "read_count": report.rows,
            "scored_count": report.scored,
            "failed_count": report.failed,
            "out": str(report.out),
        }
    )
    if report.rows and not report.scored:
        complain(f"no row of {name} could be scored; the column `error` says why")
        return ExitCode.NOTHING_SCORED
    if report.failed == report.without_text + report.not_assessed:
        return ExitCode.DONE
    complain("the column `error` says why rows failed; correct them and score it again")
    return ExitCode.INCOMPLETE


def _run_folder(
    arguments: argparse.Namespace, out: Path, info: "BackendInfo", opened: ExitStack
) -> "RunFolder | None":
    if arguments.run_name is None:
        return None
    from core.batch.run_folder import run_folder
    from core.bootstrap.tables import Files, source_of

    source = source_of(arguments.source)
    if not isinstance(source, Files):
        raise ConsoleError(
            "--run goes with files or with a database as OUT: a database may give its rows in "
            "another order the next time"
        )
    there = [(str(path), path.stat()) for path in source.paths]
    task = {
        "files": [[name, stat.st_size, stat.st_mtime_ns] for name, stat in there],
        "text_column": arguments.text_column,
        "model_version": info.model_version,
        "labels": sorted(info.labels),
    }
    return opened.enter_context(run_folder(out, arguments.run_name, task))


def _open_rows(arguments: argparse.Namespace, out: Path, opened: ExitStack) -> tuple[str, "Table"]:
    """The rows for a file as OUT, with all of their columns, and a name for them. Open until the
    stack is closed."""
    from core.batch.chunks import open_tables
    from core.batch.predictions.inputs import database_table
    from core.batch.score_file import DEFAULT_CHUNK_ROWS
    from core.batch.sinks import check_out
    from core.bootstrap.tables import Files, source_of
    from core.sources.tables.opening import open_database

    source = source_of(arguments.source)
    if isinstance(source, Files):
        check_no_choice(arguments.source, arguments.table, arguments.query)
        for path in source.paths:
            check_out(path, out)
        name = source.paths[0].name if len(source.paths) == 1 else arguments.source
        return name, open_tables(source.paths, arguments.text_column, DEFAULT_CHUNK_ROWS)
    check_choice(arguments.table, arguments.query)
    check_out(None, out)
    database = open_database(source, is_written=False)
    opened.callback(database.close)
    return database_table(
        database, arguments.text_column, table=arguments.table, query=arguments.query
    )

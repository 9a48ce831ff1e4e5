"""`modconsole score`: what waits in the store, or a table on its own."""

import argparse
import os
from pathlib import Path

from core.bootstrap.home import is_in_home
from core.bootstrap.services import Services, build_services
from core.cli.arguments import Commands
from core.cli.output import progress_bar
from core.config import Settings
from core.errors import ConsoleError
from core.services.rescore import RescoringReport, rescore_failed
from core.services.score import ScoringReport, score_waiting


def add_commands(commands: Commands) -> None:
    """`score`."""
    command = commands.add(
        "score",
        run_score,
        "Score comments.",
        "Without FILE: everything that waits in the store, and lets the policy decide. With FILE: "
        "that table on its own, touching no state; OUT has one row for one row, in order, with a "
        "column for each label the model assesses and `error` where a row could not be scored.",
    )
    command.add_argument("file", nargs="?", type=Path, metavar="FILE", help="CSV, JSONL or Parquet")
    command.add_argument("--text-column", default="text", help="column that holds the text")
    command.add_argument(
        "--out", type=Path, metavar="OUT", help="file to write, e.g. scores.parquet"
    )


def run_score(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole score [FILE]`."""
    if arguments.file is None:
        if arguments.out is not None:
            raise ConsoleError("--out goes with a FILE")
        score_stored(build_services(settings, worker="score"))
        return 0
    if arguments.out is None:
        raise ConsoleError("--out OUT is needed with a FILE")
    from core.batch.score_file import score_file
    from core.bootstrap.services import file_scorer

    if is_in_home(arguments.out, settings):
        os.umask(0o077)  # as everything there, for this account alone

    with progress_bar("rows") as advance:
        report = score_file(
            arguments.file,
            arguments.text_column,
            arguments.out,
            file_scorer(settings),
            progress=advance,
        )
    print(f"{report.rows:,} rows, {report.failed:,} of them not scored, in {arguments.out}")
    return 0


def score_stored(services: Services) -> None:
    """Score what waits in the store and print what was decided."""
    _rescore(services)
    report: ScoringReport | None = None
    with services.context.store.read() as reader:
        waiting = reader.count_waiting()
    if not waiting:
        print("Nothing waits to be scored.")
        return
    with progress_bar("comments", title="Scoring", total=waiting) as advance:
        for report in score_waiting(services.context, services.scorer):
            advance(report.decided)
    if report is None:
        return
    done = ", ".join(f"{count:,} {action}" for action, count in report.actions.most_common())
    print(f"Scored {report.decided:,} comments: {done}.")
    if report.failed:
        print(f"{report.failed:,} could not be scored and are held for a person.")


def _rescore(services: Services) -> None:
    """What was decided without scores while no backend answered."""
    with services.context.store.read() as reader:
        if not reader.failed_revisions(1, None):
            return
    report = RescoringReport()
    for current in rescore_failed(services.context, services.scorer):
        report = current
    print(
        f"Of those decided without scores before, {report.decided:,} are scored now; "
        f"{len(report.failed):,} still can't be."
    )

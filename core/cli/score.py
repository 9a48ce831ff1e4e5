"""`modconsole score`: scores the comments that wait in the store, or the rows of a file."""

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from core.bootstrap.services import Services, build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode, complain, print_facts, progress_bar
from core.cli.score_file import score_into_file
from core.cli.score_flags import add_flags, given_flags
from core.cli.score_ray import ENGINES, check_for_ray
from core.cli.score_table import score_into_table
from core.config import Settings
from core.errors import BackendError, ConsoleError
from core.moderation.languages import UNNAMED, language_name
from core.services.rescore import RescoringReport, has_unscored, rescore
from core.services.score import ScoringReport, score_waiting


def add_commands(commands: Commands) -> None:
    """Declares `score`."""
    command = commands.add(
        "score",
        run_score,
        "Score comments.",
        "Without SOURCE: scores all comments that wait in the store and decides on them by the "
        "policy. With SOURCE: scores only its rows and changes no state. A file OUT has the same "
        "rows in the same order, a column for each label that the model scores, "
        "`detected_language` (its code, where it is sure), `unread_chars`, which says how many "
        "characters at the end of a long text were not read, and `error`, which says why a row "
        "has no scores. A database OUT has a row for each id: scores, action and reason by the "
        "policy, `text_hash`, `scored_at` and `run_id`; the next run scores only rows that are "
        "new, changed or failed. Beside it stands a table of runs. The last line of standard "
        "output is JSON with the counts, unless an error ended the run before a row was scored.",
    )
    command.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help="a file (CSV, TSV, JSON, JSON lines or Parquet), a folder or pattern of Parquet "
        "files, or a database: FILE.duckdb, md:NAME, postgresql://..., sqlite:///FILE",
    )
    command.add_argument("--text-column", default="text", help="column that holds the text")
    command.add_argument(
        "--out", metavar="OUT", help="a file (.parquet, .csv or .jsonl) or a database to write"
    )
    command.add_argument(
        "--raw",
        action="store_true",
        help="leave cells of a CSV as they are; without it, a text that a spreadsheet would run as "
        "a formula (it begins with = + - @, a tab or a carriage return and is no number) gets an "
        "apostrophe before it",
    )
    command.add_argument(
        "--engine",
        choices=ENGINES,
        default="process",
        help="process (this one) or ray: Parquet files into a database, by Ray Data with a process "
        "for each processor; needs the extra [ray]",
    )
    add_flags(command)


def run_score(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole score [SOURCE]`."""
    if arguments.source is not None:
        return _score_source(arguments, settings)
    more = {"--raw": arguments.raw, "--engine": arguments.engine == "ray"}
    if given := [*given_flags(arguments), *(flag for flag, is_given in more.items() if is_given)]:
        raise ConsoleError(f"{given[0]} goes with a SOURCE")
    scored = _score(build_services(settings, worker="score"))
    if scored.failure is not None and not scored.decided:
        raise scored.failure
    print_facts({"scored_count": scored.decided - scored.failed, "failed_count": scored.failed})
    if scored.failure is not None:
        complain(f"{scored.failure}; the rest waits: run `modconsole score` again")
        return ExitCode.INCOMPLETE
    if not scored.failed:
        return ExitCode.DONE
    complain("make sure that the backend answers and run `modconsole score` again to retry them")
    return ExitCode.INCOMPLETE if scored.decided > scored.failed else ExitCode.NOTHING_SCORED


def _score_source(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    if arguments.out is None:
        raise ConsoleError("--out OUT is needed with a SOURCE")
    from core.sources.tables.address import database_address

    sink = database_address(arguments.out)
    if arguments.engine == "ray":
        check_for_ray(arguments, sink)
    if sink is not None:
        return score_into_table(arguments, settings, sink)
    return score_into_file(arguments, settings, Path(arguments.out))


@dataclass(slots=True)
class _Scored:
    """The totals of a run over the store. `failed` counts comments without scores; `failure` is the
    error that stopped the run."""

    decided: int = 0
    failed: int = 0
    failure: BackendError | None = None


def score_stored(services: Services) -> None:
    """Score the comments that wait in the store and print the decisions. Raises BackendError."""
    if (failure := _score(services).failure) is not None:
        raise failure


def _score(services: Services) -> _Scored:
    scored = _Scored()
    try:
        _rescore(services, scored)
        _score_new(services, scored)
    except BackendError as error:
        scored.failure = error
    return scored


def _score_new(services: Services, scored: _Scored) -> None:
    with services.context.store.read() as reader:
        waiting = reader.count_waiting()
    if not waiting:
        print("Nothing waits to be scored.")
        return
    report = ScoringReport(total=waiting)
    try:
        with progress_bar("comments", title="Scoring", total=waiting) as advance:
            for report in score_waiting(services.context, services.scorer):
                advance(report.decided)
    finally:
        scored.decided += report.decided
        scored.failed += report.failed
        if report.decided:
            done = ", ".join(f"{n:,} {action}" for action, n in report.actions.most_common())
            print(f"Scored {report.decided:,} comments: {done}.")
        if report.languages:
            print(_languages_line(report.languages))
        if report.failed:
            print(f"{report.failed:,} could not be scored and are held for a person.")


def _languages_line(languages: Counter[str]) -> str:
    named = [(code, n) for code, n in languages.most_common() if code != UNNAMED]
    counts = [f"{n:,} {language_name(code)}" for code, n in named]
    if languages[UNNAMED]:
        counts.append(f"{languages[UNNAMED]:,} not named")
    total = f"{languages.total():,} of them"
    return f"{total} are not assessed because of their language: {', '.join(counts)}."


def _rescore(services: Services, scored: _Scored) -> None:
    """Scores the comments that were decided on without scores, or with those of their beginning."""
    with services.context.store.read() as reader:
        if not has_unscored(reader, services.scorer):
            return
    report = RescoringReport()
    try:
        for current in rescore(services.context, services.scorer):
            report = current
    finally:
        scored.decided += report.decided + len(report.failed)
        scored.failed += len(report.failed)
    if report.decided or report.failed:
        print(
            "Comments without scores before, or not read to their end: "
            f"{report.decided:,} are scored now, {len(report.failed):,} still can't be."
        )

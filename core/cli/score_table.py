"""`modconsole score SOURCE --out DATABASE`: scores rows into a table of predictions."""

import argparse
import getpass
import json
import socket
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.cli.output import ExitCode, complain, print_facts, progress_bar
from core.cli.score_ray import score_on_ray
from core.config import Settings
from core.errors import BackendError, ConsoleError
from core.identifiers import new_id
from core.sources.tables.selection import check_choice, check_no_choice

if TYPE_CHECKING:
    from core.batch.predictions.inputs import Columns, Input
    from core.batch.predictions.rehearsal import Rehearsal
    from core.batch.predictions.runs import Run
    from core.batch.predictions.scoring_run import RunReport
    from core.bootstrap.tables import Files
    from core.inference.scorer import Scorer
    from core.sources.tables.address import DatabaseAddress
    from core.sources.tables.base import Database

MOST_REASONS = 5


def score_into_table(
    arguments: argparse.Namespace, settings: Settings, sink: "DatabaseAddress"
) -> ExitCode:
    """The command with a database as OUT."""
    from core.batch.predictions.scoring_run import RunPlan, ScoringRun
    from core.bootstrap.services import file_scorer
    from core.bootstrap.tables import Files, policy_of
    from core.clock import system_clock

    clock = system_clock()
    interval_us = _interval_us(arguments)
    plan = RunPlan(_out_table(arguments), arguments.all, interval_us, arguments.limit)
    with ExitStack() as opened:
        database = _open_sink(sink, opened, is_written=not arguments.dry_run)
        source = _source(arguments, sink, database, opened)
        rows = _input(arguments, source, interval_us, clock.now())
        scorer = file_scorer(settings)
        opened.callback(scorer.close)
        if database is None or arguments.dry_run:
            from core.batch.predictions.rehearsal import rehearse

            _tell_rehearsal(
                rehearse(
                    plan, rows.batches, rows.id_type, database=database, scorer=scorer, clock=clock
                )
            )
            return ExitCode.DONE
        run = ScoringRun(
            plan,
            _described(arguments, rows, scorer, clock.now()),
            rows.id_type,
            database=database,
            scorer=scorer,
            policy=policy_of(settings, clock.now()),
            clock=clock,
        )
        try:
            with progress_bar("rows", total=rows.total) as advance:
                if isinstance(source, Files) and arguments.engine == "ray":
                    score_on_ray(
                        run,
                        source,
                        _columns(arguments),
                        settings,
                        read_at=clock.now(),
                        total=rows.total,
                        interval_us=interval_us,
                        progress=advance,
                    )
                else:
                    run.score(rows.batches, advance)
        except BackendError as error:
            if not run.report.run.scored_count:
                raise
            complain(f"{error}; run the same command again to score the rest")
        _tell(run.report, f"{database.name}, table `{_out_table(arguments)}`")
        return _code(run.report)


def _open_sink(
    sink: "DatabaseAddress", opened: ExitStack, *, is_written: bool
) -> "Database | None":
    """Open until the stack is closed. None if it is not to be written and not there."""
    from core.sources.tables.opening import open_database

    if not is_written and sink.path is not None and not sink.path.exists():
        return None
    database = open_database(sink, is_written=is_written)
    opened.callback(database.close)
    return database


def _source(
    arguments: argparse.Namespace,
    sink: "DatabaseAddress",
    database: "Database | None",
    opened: ExitStack,
) -> "Files | Database":
    from core.bootstrap.tables import Files, source_of
    from core.sources.tables.opening import open_database

    source = source_of(arguments.source)
    if isinstance(source, Files):
        check_no_choice(arguments.source, arguments.table, arguments.query)
        return source
    check_choice(arguments.table, arguments.query)
    if database is not None and source.is_same(sink):
        return database  # DuckDB opens a file once in a process
    reading = open_database(source, is_written=False)
    opened.callback(reading.close)
    return reading


def _input(
    arguments: argparse.Namespace,
    source: "Files | Database",
    interval_us: tuple[int, int] | None,
    now: datetime,
) -> "Input":
    from core.batch.predictions.inputs import database_input, files_input
    from core.bootstrap.tables import Files

    columns = _columns(arguments)
    if isinstance(source, Files):
        rows = files_input(source.paths, columns, read_at=now, interval_us=interval_us)
        if arguments.engine == "process":
            return rows
        from core.batch.predictions.on_ray import count_ids

        return replace(rows, total=count_ids(source.paths, rows.name, columns.id))
    return database_input(
        source, columns, table=arguments.table, query=arguments.query, interval_us=interval_us
    )


def _columns(arguments: argparse.Namespace) -> "Columns":
    from core.batch.predictions.inputs import Columns

    return Columns(arguments.id_column or "id", arguments.text_column, arguments.time_column)


def _out_table(arguments: argparse.Namespace) -> str:
    return arguments.out_table or "predictions"


def _interval_us(arguments: argparse.Namespace) -> tuple[int, int] | None:
    given = [arguments.time_column, arguments.start, arguments.end]
    if not any(given):
        return None
    if not all(given):
        raise ConsoleError("an interval needs --time-column, --from and --to")
    if arguments.limit is not None:
        raise ConsoleError("--limit can't go with an interval, which is replaced as a whole")
    if arguments.start >= arguments.end:
        raise ConsoleError("--from must be before --to")
    from core.batch.predictions.inputs import microseconds

    return microseconds(arguments.start), microseconds(arguments.end)


def _described(
    arguments: argparse.Namespace, rows: "Input", scorer: "Scorer", now: datetime
) -> "Run":
    from core.batch.predictions.runs import Run

    names = ("table", "query", "id_column", "text_column", "time_column", "all", "limit")
    task = {name: value for name in names if (value := getattr(arguments, name))}
    for name in ("start", "end"):
        if (time := getattr(arguments, name)) is not None:
            task[name] = time.astimezone(UTC).isoformat()
    info = scorer.backend.info
    return Run(
        run_id=new_id(),
        name=arguments.run_name or f"{rows.name} to {_out_table(arguments)}",
        started_by=f"{getpass.getuser()}@{socket.gethostname()}",
        started_at=now,
        source=rows.name,
        task=json.dumps(task, sort_keys=True),
        backend=info.name,
        model_version=info.model_version,
    )


def _tell_rehearsal(found: "Rehearsal") -> None:
    from core.servinglog.estimates.wording import lasting, range_of

    print(
        f"{found.read_count:,} rows read; {found.to_score:,} of them would be scored, with "
        f"{found.chars:,} characters. Nothing was written."
    )
    if found.time is not None:
        print(
            f"  That would take about {lasting(found.time.median_ms)}, {range_of(found.time)} in 9 "
            f"of 10 cases: estimated from {found.time.calls} calls with the first rows."
        )
    elif found.sample_rows:
        print(f"  That would take about {lasting(found.sample_ms)}: they were scored for it.")
    print_facts(
        {
            "read_count": found.read_count,
            "to_score_count": found.to_score,
            "char_count": found.chars,
        }
    )


def _tell(report: "RunReport", place: str) -> None:
    run = report.run
    print(
        f"{run.read_count:,} rows read: {run.scored_count:,} scored, {run.failed_count:,} failed, "
        f"{run.unchanged_count:,} unchanged since the last run; in {place}"
    )
    for reason, count in report.reasons.most_common(MOST_REASONS):
        print(f"  {count:,}: {reason}")
    print_facts(_facts(report))


def _facts(report: "RunReport") -> dict[str, object]:
    run = report.run
    names = ("run_id", "name", "state", "read_count", "scored_count", "failed_count")
    more = ("unchanged_count", "unusable_count", "model_version", "policy_version", "run_s")
    return {name: getattr(run, name) for name in (*names, *more)}


def _code(report: "RunReport") -> ExitCode:
    run = report.run
    if run.state != "done":
        return ExitCode.INCOMPLETE
    has_failed = report.retry_count or (
        run.failed_count + run.unusable_count and not run.unchanged_count
    )
    if has_failed and not run.scored_count:
        complain("no row could be scored; the column `error` says why")
        return ExitCode.NOTHING_SCORED
    if not report.retry_count and not run.unusable_count:
        return ExitCode.DONE
    complain("some rows failed; the column `error` says why, and the next run tries them again")
    return ExitCode.INCOMPLETE

"""`modconsole logs compact` and `logs stats`: the archive of the serving log."""

import argparse
from datetime import timedelta

from core.bootstrap.services import build_services
from core.bootstrap.state import check_has_log
from core.cli.arguments import positive
from core.cli.output import ExitCode, complain
from core.clock import system_clock
from core.config import LOG_STORE_NONE, Settings
from core.errors import ConfigError, InvalidInput
from core.servinglog.answers import LogSize

ACTS = ("compact", "stats")


def add_archive_flags(command: argparse.ArgumentParser) -> None:
    """The flags of `compact`, beside --keep-days."""
    command.add_argument(
        "--keep-sums-days",
        type=positive,
        metavar="DAYS",
        help="of `compact`: afterwards forget calls older than this (without it their sums are "
        "kept for ever)",
    )


def check_no_archive_flags(arguments: argparse.Namespace) -> None:
    """Raises InvalidInput."""
    if arguments.keep_sums_days is not None:
        raise InvalidInput("--keep-sums-days goes with `logs compact`")


def run_archive(arguments: argparse.Namespace, settings: Settings) -> int:
    """`compact` or `stats`."""
    if arguments.wanted is not None or arguments.again:
        raise InvalidInput(f"`logs {arguments.act}` takes no ID and no --again")
    if arguments.act == "compact":
        return _compact(settings, arguments.keep_days, arguments.keep_sums_days)
    if arguments.keep_days is not None:
        raise InvalidInput("--keep-days goes with `logs upload` and `logs compact`")
    check_no_archive_flags(arguments)
    return _stats(settings)


def _compact(settings: Settings, keep_days: int | None, keep_sums_days: int | None) -> int:
    from core.servinglog.archive.compaction import compact
    from core.servinglog.telemetry.export import why_unsent

    if settings.log_store != LOG_STORE_NONE:
        raise ConfigError(
            "With MODCONSOLE_LOG_STORE the shared store is the archive: use `logs upload "
            "--keep-days`"
        )
    if keep_sums_days is not None and keep_sums_days < (keep_days or keep_sums_days):
        raise InvalidInput("--keep-sums-days must not be less than --keep-days")
    done = compact(
        settings.serving_log_dir,
        system_clock(),
        keep_rows=None if keep_days is None else timedelta(days=keep_days),
        keep_sums=None if keep_sums_days is None else timedelta(days=keep_sums_days),
        why_awaited=why_unsent(settings.telemetry_dir, system_clock()),
    )
    if done is None:
        complain("another process compacts this log")
        return ExitCode.INCOMPLETE
    print(
        f"{done.segments:,} segments with {done.rows:,} rows and {done.duplicates:,} duplicates "
        "are in the archive."
    )
    if keep_days is not None:
        print(f"{done.deleted_hours:,} hours older than {keep_days:,} days are now sums only.")
    for why in done.left:
        complain(f"left as it is: {why}")
    return ExitCode.DONE


def _stats(settings: Settings) -> int:
    check_has_log(settings)
    services = build_services(settings, worker="logs")
    try:
        log = services.serving_log_queries
        contents, size = log.contents(system_clock().now()), log.size()
    finally:
        services.close()
    print(
        f"{contents.lines:,} lines: {contents.readable:,} readable, {contents.unreadable:,} "
        f"unreadable, {contents.duplicates:,} duplicates, {contents.future:,} dated in the future"
    )
    print("\n".join(_size_lines(size)))
    for problem in contents.problems:
        why = problem.failure or f"{problem.unreadable:,} unreadable lines"
        complain(f"{problem.segment}: {why}")
    if contents.store_problem is not None:
        complain(contents.store_problem)
    return ExitCode.DONE


def _size_lines(size: LogSize) -> list[str]:
    span = (
        "no calls"
        if size.first_at is None or size.last_at is None
        else f"{size.calls:,} calls from {size.first_at.isoformat(timespec='seconds')} to "
        f"{size.last_at.isoformat(timespec='seconds')}"
    )
    each = f", {size.row_bytes / size.rows:.1f} bytes each" if size.rows else ""
    return [
        span,
        f"in the archive: {size.rows:,} rows in {size.hours:,} hours{each}; "
        f"{size.summed_rows:,} rows are kept as sums only",
        f"not in the archive yet: {size.segments:,} segments with {size.segment_bytes:,} bytes",
    ]

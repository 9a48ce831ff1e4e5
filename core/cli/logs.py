"""`modconsole logs`: what is in the serving log, other servers' logs, and where it is kept."""

import argparse

from core.cli.arguments import Commands, positive
from core.cli.logs_archive import (
    ACTS,
    add_archive_flags,
    check_no_archive_flags,
    run_archive,
)
from core.cli.logs_export import add_export_flags, check_no_export_flags, run_export
from core.cli.logs_find import run_find
from core.cli.logs_import import add_import_flags, check_no_import_flags, run_import
from core.cli.logs_tail import add_tail_flags, check_no_tail_flags, run_tail
from core.cli.logs_upload import run_upload
from core.config import Settings
from core.errors import InvalidInput


def add_commands(commands: Commands) -> None:
    """Declares `logs`."""
    command = commands.add(
        "logs",
        run_logs,
        "Show the serving log, find a request in it, import other logs, and keep it small.",
        "`logs find ID` prints every call made for a request, with its phases, or why it was "
        "refused. ID is the `x-request-id` of the API's answer, a trace id (the 32 digits in "
        "`traceparent`), or the id of one call. `logs tail` prints the newest calls and refusals, "
        "`logs stats` what the log holds. `logs compact` moves the segments that are finished into "
        "the log's archive: rows by hour as Parquet, and sums by minute and hour; it may be "
        "stopped and run again at any time, each hour for example. `logs upload` copies the "
        "segments that are finished to MODCONSOLE_LOG_STORE as Parquet; what is there already is "
        "left out, and it may be stopped and run again at any time. `logs export` sends them to an "
        "OpenTelemetry collector, as spans and metrics: docs/telemetry.md. `logs import FILE…` "
        "adds calls from the logs of other servers, with the mode `import`; "
        "docs/serving_log_import.md describes the formats.",
    )
    command.add_argument(
        "act",
        choices=("find", "tail", "stats", "compact", "upload", "export", "import"),
        metavar="ACT",
        help="find, tail, stats, compact, upload, export or import",
    )
    command.add_argument(
        "wanted",
        nargs="?",
        metavar="ID|FILE",
        help="of `find`: id of a request, a trace or a call; of `import`: a file",
    )
    command.add_argument(
        "--again",
        action="store_true",
        help="of `upload`: upload also what is in the ledger, for a store that lost objects",
    )
    command.add_argument(
        "--keep-days",
        type=positive,
        metavar="DAYS",
        help="of `upload`: afterwards delete segments older than this whose rows were read back "
        "from the store; of `compact`: afterwards delete rows older than this, and keep their "
        "sums (without it none is deleted)",
    )
    add_archive_flags(command)
    add_export_flags(command)
    add_tail_flags(command)
    add_import_flags(command)


def run_logs(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole logs`."""
    if arguments.act != "import":
        check_no_import_flags(arguments)
    if arguments.act != "tail":
        check_no_tail_flags(arguments)
    if arguments.act != "export":
        check_no_export_flags(arguments)
    if arguments.act not in ACTS:
        check_no_archive_flags(arguments)
    if arguments.act == "import":
        return run_import(arguments, settings)
    if arguments.act == "tail":
        return run_tail(arguments, settings)
    if arguments.act == "export":
        return run_export(arguments, settings)
    if arguments.act in ACTS:
        return run_archive(arguments, settings)
    is_find = arguments.act == "find"
    if (arguments.wanted is not None) != is_find:
        raise InvalidInput("`logs find` needs an ID, and `logs upload` takes none")
    if is_find and (arguments.again or arguments.keep_days is not None):
        raise InvalidInput("--again and --keep-days go with `logs upload`")
    return run_find(arguments.wanted, settings) if is_find else run_upload(arguments, settings)

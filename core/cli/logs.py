"""`modconsole logs`: finds a request in the serving log, imports other logs, or uploads the log."""

import argparse
from datetime import timedelta

from core.bootstrap.services import build_services
from core.cli.arguments import Commands, positive
from core.cli.logs_import import add_import_flags, check_no_import_flags, run_import
from core.cli.output import ExitCode, complain
from core.clock import system_clock
from core.config import Settings
from core.errors import InvalidInput
from core.moderation.permissions import SYSTEM
from core.services.traffic import find_request
from core.servinglog.record import RefusalRecord, ServingRecord

PHASES = ("queue", "first_stage", "tokenize", "compute", "network")


def add_commands(commands: Commands) -> None:
    """Declares `logs`."""
    command = commands.add(
        "logs",
        run_logs,
        "Find a request in the serving log, import other logs, or upload it to a store.",
        "`logs find ID` prints every call made for a request, with its phases, or why it was "
        "refused. ID is the `x-request-id` of the API's answer, a trace id (the 32 digits in "
        "`traceparent`), or the id of one call. `logs upload` copies the segments that are "
        "finished to MODCONSOLE_LOG_STORE as Parquet; what is there already is left out, and it "
        "may be stopped and run again at any time. `logs import FILE…` adds calls from the logs of "
        "other servers, with the mode `import`; docs/serving_log_import.md describes the formats.",
    )
    command.add_argument(
        "act", choices=("find", "upload", "import"), metavar="ACT", help="find, upload or import"
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
        "from the store (without it none is deleted)",
    )
    add_import_flags(command)


def run_logs(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole logs`."""
    if arguments.act == "import":
        return run_import(arguments, settings)
    check_no_import_flags(arguments)
    is_find = arguments.act == "find"
    if (arguments.wanted is not None) != is_find:
        raise InvalidInput("`logs find` needs an ID, and `logs upload` takes none")
    if is_find and (arguments.again or arguments.keep_days is not None):
        raise InvalidInput("--again and --keep-days go with `logs upload`")
    return _find(arguments.wanted, settings) if is_find else _upload(arguments, settings)


def _find(wanted: str, settings: Settings) -> int:
    services = build_services(settings, worker="logs")
    try:
        found = find_request(SYSTEM, services.serving_log_queries, wanted)
    finally:
        if services.serving_log_queries.store_problem is not None:
            complain(services.serving_log_queries.store_problem)
        services.close()
    for refusal in found.refusals:
        print(_refusal_line(refusal))
    for call in found.calls:
        print("\n".join(_call_lines(call)))
    return ExitCode.DONE


def _upload(arguments: argparse.Namespace, settings: Settings) -> int:
    from core.bootstrap.log_store import open_log_store
    from core.servinglog.shared.retention import delete_uploaded
    from core.servinglog.shared.upload import upload_segments

    store, clock, folder = open_log_store(settings), system_clock(), settings.serving_log_dir
    done = upload_segments(folder, store, clock, again=arguments.again)
    print(
        f"{done.segments:,} segments with {done.rows:,} rows are in {store.name}; {done.known:,} "
        "were there before."
    )
    if done.unreadable:
        print(f"{done.unreadable:,} lines of them can't be read, and are not there.")
    for why in done.failed:
        complain(why)
    if arguments.keep_days is not None:
        old = delete_uploaded(folder, store, clock, keep=timedelta(days=arguments.keep_days))
        print(f"{old.deleted:,} segments older than {arguments.keep_days:,} days were deleted.")
        for why in old.kept:
            complain(f"not deleted: {why}")
    return ExitCode.INCOMPLETE if done.failed else ExitCode.DONE


def _refusal_line(refusal: RefusalRecord) -> str:
    reason = refusal.reason.replace("_", " ")
    return f"{refusal.refused_at.isoformat(timespec='milliseconds')}  refused: {reason}"


def _call_lines(call: ServingRecord) -> list[str]:
    outcome = f"failed: {call.error_kind}" if call.error_kind else "answered"
    timed = [(name, getattr(call, f"{name}_ms")) for name in PHASES]
    phases = ", ".join(f"{name.replace('_', ' ')} {ms:.1f}" for name, ms in timed if ms is not None)
    tokens = "tokens unknown" if call.tokens is None else f"{call.tokens:,} tokens"
    return [
        f"{call.started_at.isoformat(timespec='milliseconds')}  {call.backend}, "
        f"{call.mode.replace('_', ' ')}: {outcome} after {call.total_ms:.1f} ms "
        f"({phases or 'phases unknown'})",
        f"  {call.batch_size} comments ({call.error_count} failed, {call.cache_hits} from the "
        f"cache), {tokens}, {call.truncated_count} cut off, {call.attempts} attempts",
        f"  {call.model_version}, {call.runtime} {call.precision}, "
        f"{call.location.replace('_', ' ')}",
        f"  call {call.request_id}, request {call.caller_request_id or '-'}, "
        f"trace {call.trace_id or '-'}",
    ]

"""`modconsole logs find`: the entries of one request in the serving log."""

import argparse

from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.config import Settings
from core.moderation.permissions import SYSTEM
from core.services.traffic import find_request
from core.servinglog.record import RefusalRecord, ServingRecord

PHASES = ("queue", "first_stage", "tokenize", "compute", "network")


def add_commands(commands: Commands) -> None:
    """Declares `logs`."""
    command = commands.add(
        "logs",
        run_logs,
        "Find a request in the serving log.",
        "`logs find ID` prints every call made for a request, with its phases, or why it was "
        "refused. ID is the `x-request-id` of the API's answer, a trace id (the 32 digits in "
        "`traceparent`), or the id of one call.",
    )
    command.add_argument("act", choices=("find",), metavar="ACT", help="find")
    command.add_argument("wanted", metavar="ID", help="id of a request, a trace or a call")


def run_logs(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole logs`."""
    services = build_services(settings, worker="logs")
    try:
        found = find_request(SYSTEM, services.serving_log_queries, arguments.wanted)
    finally:
        services.close()
    for refusal in found.refusals:
        print(_refusal_line(refusal))
    for call in found.calls:
        print("\n".join(_call_lines(call)))
    return ExitCode.DONE


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

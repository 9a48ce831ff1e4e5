"""`modconsole logs find`: the records of a request."""

from core.bootstrap.services import build_services
from core.bootstrap.state import check_has_log
from core.cli.output import ExitCode, complain
from core.config import Settings
from core.moderation.permissions import SYSTEM
from core.services.traffic import find_request
from core.servinglog.record import RefusalRecord, ServingRecord

PHASES = ("queue", "first_stage", "tokenize", "compute", "network")


def run_find(wanted: str, settings: Settings) -> int:
    """Prints what has that id. Raises NotFound."""
    check_has_log(settings)
    services = build_services(settings, worker="logs")
    try:
        found = find_request(SYSTEM, services.serving_log_queries, wanted)
    finally:
        if services.serving_log_queries.store_problem is not None:
            complain(services.serving_log_queries.store_problem)
        services.close()
    for refusal in found.refusals:
        print(refusal_line(refusal))
    for call in found.calls:
        print("\n".join(_call_lines(call)))
    return ExitCode.DONE


def refusal_line(refusal: RefusalRecord) -> str:
    """When, and why."""
    reason = refusal.reason.replace("_", " ")
    return f"{refusal.refused_at.isoformat(timespec='milliseconds')}  refused: {reason}"


def call_line(call: ServingRecord) -> str:
    """When, by what, and how long it took."""
    outcome = f"failed: {call.error_kind}" if call.error_kind else "answered"
    timed = [(name, getattr(call, f"{name}_ms")) for name in PHASES]
    phases = ", ".join(f"{name.replace('_', ' ')} {ms:.1f}" for name, ms in timed if ms is not None)
    return (
        f"{call.started_at.isoformat(timespec='milliseconds')}  {call.backend}, "
        f"{call.mode.replace('_', ' ')}: {outcome} after {call.total_ms:.1f} ms "
        f"({phases or 'phases unknown'})"
    )


def _call_lines(call: ServingRecord) -> list[str]:
    tokens = "tokens unknown" if call.tokens is None else f"{call.tokens:,} tokens"
    return [
        call_line(call),
        f"  {call.batch_size} comments ({call.error_count} failed, {call.cache_hits} from the "
        f"cache), {tokens}, {call.truncated_count} cut off, {call.attempts} attempts",
        f"  {call.model_version}, {call.runtime} {call.precision}, "
        f"{call.location.replace('_', ' ')}",
        f"  call {call.request_id}, request {call.caller_request_id or '-'}, "
        f"trace {call.trace_id or '-'}",
    ]

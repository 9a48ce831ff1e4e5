"""The phases of one call, in the order in which it goes through them. Pure.

`sql/phases.sql` sums up the same phases of many calls.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.servinglog.record import ServingRecord

IN_PROCESS = "in_process"


class Phase(StrEnum):
    """What a call's time was spent on. A phase that nobody told is part of one of the last three:
    what the server told as a whole, what is known of a call to a server that tells nothing, and the
    rest."""

    CLIENT_QUEUE = "client queue"
    QUEUE = "queue, here or there"
    FIRST_STAGE = "first stage"
    NETWORK = "network"
    SERVER_QUEUE = "server queue"
    TOKENIZE = "tokenize"
    COMPUTE = "compute"
    SERVER = "server, not told apart"
    NOT_TOLD = "network and server, not told apart"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """One phase of a call, in milliseconds."""

    phase: Phase
    ms: float


def phases(call: ServingRecord) -> tuple[PhaseTime, ...]:
    """Those that are known or left over, more than 0 ms each; they add up to the call's time, or to
    more where clocks disagree."""
    known = _known(call)
    rest = call.total_ms - sum(ms for ms in known.values())
    tells_nothing = call.location != IN_PROCESS and call.server_ms is None
    left = Phase.NOT_TOLD if tells_nothing and call.network_ms is None else Phase.OTHER
    found = known | {left: rest}
    return tuple(PhaseTime(phase, found[phase]) for phase in Phase if found.get(phase, 0.0) > 0.0)


def unknown_phases(call: ServingRecord) -> tuple[Phase, ...]:
    """Those of which the log doesn't know whether the call spent any time in them."""
    of_servers = (Phase.NETWORK, Phase.SERVER_QUEUE)
    found = {
        Phase.NETWORK: call.network_ms,
        Phase.SERVER_QUEUE: call.server_queue_ms,
        Phase.TOKENIZE: call.tokenize_ms,
        Phase.COMPUTE: call.compute_ms,
    }
    is_here = call.location == IN_PROCESS
    return tuple(
        phase for phase, ms in found.items() if ms is None and not (is_here and phase in of_servers)
    )


def _known(call: ServingRecord) -> dict[Phase, float]:
    # Before it was recorded apart, a server's queue was part of the queue of such calls.
    is_unsplit = (
        call.location != IN_PROCESS and call.server_ms is None and call.network_ms is not None
    )
    queue = max(0.0, (call.queue_ms or 0.0) - (call.server_queue_ms or 0.0))
    told = [call.server_queue_ms, call.tokenize_ms, call.compute_ms]
    server = None if call.server_ms is None else call.server_ms - sum(ms or 0.0 for ms in told)
    return {
        Phase.CLIENT_QUEUE: (0.0 if is_unsplit else queue) + (call.wait_ms or 0.0),
        Phase.QUEUE: queue if is_unsplit else 0.0,
        Phase.FIRST_STAGE: call.first_stage_ms or 0.0,
        Phase.NETWORK: call.network_ms or 0.0,
        Phase.SERVER_QUEUE: call.server_queue_ms or 0.0,
        Phase.TOKENIZE: call.tokenize_ms or 0.0,
        Phase.COMPUTE: call.compute_ms or 0.0,
        Phase.SERVER: max(0.0, server or 0.0),
    }

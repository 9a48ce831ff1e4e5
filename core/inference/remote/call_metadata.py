"""The timings and counts of one request to a server, and of several sent at the same time."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.inference.base import CallMetadata
from core.inference.remote.caller import CompletedCall
from core.inference.remote.wire_format import ServerMetadata
from core.servinglog.record import MAX_COUNT, fits_in


def measured(called: CompletedCall[Any], metadata: ServerMetadata) -> CallMetadata:
    """The server's own timings; the rest of the measured time counts as network. A time longer than
    the answer took counts as not told."""
    elapsed_ms = called.response.elapsed_ms

    def told(part_ms: float | None) -> float | None:
        return part_ms if part_ms is not None and fits_in(part_ms, elapsed_ms) else None

    server_ms, queue_ms = told(metadata.server_ms), told(metadata.queue_ms)
    network_ms = None if server_ms is None else max(0.0, elapsed_ms - server_ms)
    return CallMetadata(
        total_ms=elapsed_ms,
        tokenize_ms=told(metadata.tokenize_ms),
        compute_ms=told(metadata.compute_ms),
        queue_ms=queue_ms,
        network_ms=network_ms,
        tokens=metadata.tokens,
        attempts=called.attempts,
        server_ms=server_ms,
        server_queue_ms=queue_ms,
        wait_ms=called.wait_ms,
        request_id=metadata.request_id or called.request_id,
        model_revision=metadata.model_revision,
    )


def summed(calls: Sequence[CallMetadata]) -> CallMetadata:
    """Of requests sent at the same time: the phases of the slowest, the counts of all."""
    if not calls:
        return CallMetadata(0.0)
    slowest = max(calls, key=lambda call: call.total_ms)
    tokens = sum(call.tokens or 0 for call in calls)
    is_told = any(call.tokens is not None for call in calls) and tokens <= MAX_COUNT
    return replace(
        slowest,
        tokens=tokens if is_told else None,
        attempts=sum(call.attempts for call in calls),
    )

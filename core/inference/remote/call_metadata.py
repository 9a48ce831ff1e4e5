"""The timings and counts of one request to a server, and of several sent at the same time."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.inference.base import CallMetadata
from core.inference.remote.caller import CompletedCall
from core.inference.remote.wire_format import ServerMetadata


def measured(called: CompletedCall[Any], metadata: ServerMetadata) -> CallMetadata:
    """The server's own timings; the rest of the measured time counts as network."""
    elapsed_ms = called.response.elapsed_ms
    network_ms = None if metadata.server_ms is None else max(0.0, elapsed_ms - metadata.server_ms)
    return CallMetadata(
        total_ms=elapsed_ms,
        tokenize_ms=metadata.tokenize_ms,
        compute_ms=metadata.compute_ms,
        queue_ms=metadata.queue_ms,
        network_ms=network_ms,
        tokens=metadata.tokens,
        attempts=called.attempts,
        server_ms=metadata.server_ms,
        server_queue_ms=metadata.queue_ms,
        wait_ms=called.wait_ms,
        request_id=metadata.request_id or called.request_id,
        model_revision=metadata.model_revision,
    )


def summed(calls: Sequence[CallMetadata]) -> CallMetadata:
    """Of requests sent at the same time: the phases of the slowest, the counts of all."""
    if not calls:
        return CallMetadata(0.0)
    slowest = max(calls, key=lambda call: call.total_ms)
    counts = [call.tokens for call in calls if call.tokens is not None]
    return replace(
        slowest,
        tokens=sum(counts) if counts else None,
        attempts=sum(call.attempts for call in calls),
    )

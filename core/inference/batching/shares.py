"""Splits the answer to a shared batch: each call gets its own results and its part of the cost."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.inference.base import BatchResult, CallMetadata
from core.inference.batching.batch_queue import Waiting


def share_out(
    answer: BatchResult, batch: Sequence[Waiting], *, began: float, ended: float
) -> Iterator[BatchResult]:
    """One result for each call, in order. `began` and `ended` are seconds of the queue's clock.

    A call's time is its own wait plus the time of the whole batch. Counts add up over the calls to
    those of the backend: tokens are divided by the calls' estimates; all other counts go to the
    first call, because the backend does not say which text they belong to.
    """
    start = 0
    tokens = _tokens(answer.call.tokens, [caller.tokens for caller in batch])
    for number, caller in enumerate(batch):
        stop = start + len(caller.texts)
        call = replace(
            answer.call if number == 0 else _without_counts(answer.call),
            total_ms=(ended - caller.queued_at) * 1000.0,
            queue_ms=(began - caller.queued_at) * 1000.0 + (answer.call.queue_ms or 0.0),
            tokens=tokens[number],
        )
        yield BatchResult(answer.results[start:stop], call)
        start = stop


def _without_counts(call: CallMetadata) -> CallMetadata:
    return replace(
        call,
        cache_hits=0,
        first_stage_count=0,
        audit_count=0,
        audit_missed=0,
        flag_count=0,
        request_id=None,
    )


def _tokens(total: int | None, estimates: Sequence[int]) -> list[int | None]:
    """`total` divided in proportion to the estimates, in whole numbers that add up to it."""
    if total is None:
        return [None] * len(estimates)
    whole, so_far, given = sum(estimates), 0, 0
    shares: list[int | None] = []
    for estimate in estimates:
        so_far += estimate
        upto = total * so_far // whole
        shares.append(upto - given)
        given = upto
    return shares

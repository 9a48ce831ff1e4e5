"""The batch queue: order and size of batches, and no call lost."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.inference.base import BatchResult, CallMetadata, TextResult
from core.inference.batching.batch_queue import (
    BatchQueue,
    Waiting,
    estimate_tokens,
    most_tokens,
)
from core.inference.batching.shares import share_out
from core.inference.fake import FakeBackend


def caller(tokens: int = 10, *, at: float = 0.0, texts: int = 1) -> Waiting:
    return Waiting(["x"] * texts, tokens, at)


def queue_of(*callers: Waiting, max_tokens: int = 100, wait_s: float = 5.0) -> BatchQueue:
    queue = BatchQueue(max_tokens=max_tokens, wait_s=wait_s)
    for each in callers:
        queue.add(each)
    return queue


def test_an_idle_queue_never_waits() -> None:
    assert queue_of(caller()).ready_in(0.0, is_idle=True) == 0.0


def test_while_others_are_scored_the_first_call_waits_for_a_limited_time() -> None:
    queue = queue_of(caller(at=1.0), caller(at=3.0))
    assert queue.ready_in(2.0, is_idle=False) == 4.0
    assert queue.ready_in(6.0, is_idle=False) == 0.0
    assert queue.ready_in(60.0, is_idle=False) == 0.0


def test_a_full_batch_is_scored_at_once() -> None:
    assert queue_of(caller(60), caller(40)).ready_in(0.0, is_idle=False) == 0.0


def test_an_empty_queue_is_never_ready() -> None:
    assert queue_of().ready_in(0.0, is_idle=True) is None


def test_a_batch_is_filled_by_tokens() -> None:
    queue = queue_of(caller(50), caller(40), caller(20), caller(5))
    assert [each.tokens for each in queue.take()] == [50, 40]
    assert [each.tokens for each in queue.take()] == [20, 5]
    assert len(queue) == 0


def test_the_first_call_is_taken_whatever_its_size() -> None:
    queue = queue_of(caller(5000), caller(1))
    assert [each.tokens for each in queue.take()] == [5000]


def test_cancelled_calls_are_dropped() -> None:
    gone, stays = caller(1), caller(2)
    queue = queue_of(gone, stays)
    gone.future.cancel()
    assert queue.take() == [stays]
    assert queue.text_count == 0


@given(st.lists(st.tuples(st.integers(1, 150), st.booleans()), max_size=30))
def test_every_call_is_taken_once_in_order_and_no_batch_is_too_big(
    drawn: list[tuple[int, bool]],
) -> None:
    callers = [caller(tokens) for tokens, _ in drawn]
    queue = queue_of(*callers)
    for each, (_, gives_up) in zip(callers, drawn, strict=True):
        if gives_up:
            each.future.cancel()
    taken: list[Waiting] = []
    while len(queue):
        batch = queue.take()
        taken += batch
        assert len(batch) <= 1 or sum(each.tokens for each in batch) <= 100
    assert taken == [c for c, (_, up) in zip(callers, drawn, strict=True) if not up]
    assert queue.ready_in(0.0, is_idle=True) is None


@given(st.lists(st.integers(1, 4), min_size=1, max_size=9), st.integers(0, 5000))
def test_shares_add_up_to_the_batch(sizes: list[int], tokens: int) -> None:
    batch = [caller(7 * size, at=1.0, texts=size) for size in sizes]
    results = tuple(TextResult(model_version=str(number)) for number in range(sum(sizes)))
    call = CallMetadata(9.0, compute_ms=8.0, tokens=tokens, cache_hits=1)
    shares = list(share_out(BatchResult(results, call), batch, began=3.0, ended=4.0))
    assert tuple(result for share in shares for result in share.results) == results
    assert [len(share.results) for share in shares] == sizes
    assert sum(share.call.tokens or 0 for share in shares) == tokens
    assert sum(share.call.cache_hits for share in shares) == 1
    for share in shares:
        assert (share.call.queue_ms, share.call.total_ms) == (2000.0, 3000.0)
        assert share.call.compute_ms == 8.0


def test_unknown_tokens_stay_unknown() -> None:
    answer = BatchResult((TextResult(),), CallMetadata(1.0))
    (share,) = share_out(answer, [caller()], began=0.0, ended=1.0)
    assert share.call.tokens is None


def test_tokens_are_estimated_from_the_length_up_to_what_is_read() -> None:
    assert estimate_tokens(["a" * 40], most=256) == 12
    assert estimate_tokens(["a" * 40_000, ""], most=256) == 258
    assert estimate_tokens(["a" * 40_000], most=0) == 10_002


def test_the_most_tokens_are_those_of_all_windows_and_unknown_without_a_limit() -> None:
    info = replace(FakeBackend().info, max_tokens=128, max_windows=90)
    assert most_tokens(info) == 128 * 90
    assert most_tokens(replace(info, max_tokens=0)) == 0

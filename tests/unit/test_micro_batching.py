"""Micro-batching: concurrent calls share a batch; each fails only by its own texts.

No test depends on time: a backend that blocks until released shows which calls are in flight.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import Clock, system_clock
from core.errors import BackendError, Overloaded
from core.inference.base import BatchResult, ErrorKind
from core.inference.batching.micro_batcher import MicroBatcher
from core.inference.fake import POISON, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.scores import Label
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode
from tests.patience import PATIENT_S


class Held(FakeBackend):
    """Blocks every call until `let_go`; `calls` are the texts of each."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []
        self.arrived = threading.Semaphore(0)
        self.let_go = threading.Event()

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.calls.append(list(texts))
        self.arrived.release()
        assert self.let_go.wait(PATIENT_S)
        return super().score(texts)


class Counted(FakeBackend):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.calls.append(list(texts))
        return super().score(texts)


@contextmanager
def batching(
    backend: FakeBackend, *, wait_s: float = 0.0, concurrency: int = 1, max_tokens: int = 1000,
    clock: Clock | None = None, observe: Callable[[int, int], None] = lambda *_: None,
) -> Iterator[MicroBatcher]:  # fmt: skip
    batcher = MicroBatcher(
        backend, clock or system_clock(), max_tokens=max_tokens, wait_s=wait_s,
        concurrency=concurrency, observe=observe,
    )  # fmt: skip
    try:
        yield batcher
    finally:
        if isinstance(backend, Held):
            backend.let_go.set()
        batcher.close()


def await_waiting(batcher: MicroBatcher, count: int) -> None:
    while batcher.waiting_texts < count:
        pass


def frozen_clock() -> Clock:
    """A clock that never advances: waiting for a time on it never ends."""
    return Clock(now=system_clock().now, monotonic=lambda: 0.0)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_sequential_calls_never_wait(concurrency: int) -> None:
    backend = Counted()
    # An hour of waiting for company, on a clock that never moves: it would never be over.
    with batching(backend, wait_s=3600.0, concurrency=concurrency, clock=frozen_clock()) as batcher:
        for number in range(20):
            batcher.score([f"text {number}"])
    assert backend.calls == [[f"text {number}"] for number in range(20)]


def test_calls_that_come_while_one_is_scored_go_together() -> None:
    backend, seen = Held(), []
    with (
        batching(backend, observe=lambda *size: seen.append(size)) as batcher,
        ThreadPoolExecutor(4) as pool,
    ):
        first = pool.submit(batcher.score, ["first"])
        assert backend.arrived.acquire(timeout=PATIENT_S)
        others = [pool.submit(batcher.score, [f"{n} idiot", f"{n}"]) for n in range(3)]
        await_waiting(batcher, 6)
        backend.let_go.set()
        assert len(first.result(PATIENT_S).results) == 1
        for each in others:
            scores = [r.scores[Label.INSULT] for r in each.result(PATIENT_S).results]
            assert scores == [0.95, 0.02]
    assert [len(call) for call in backend.calls] == [1, 6]
    assert [texts for texts, _ in seen] == [1, 6]


def test_a_second_batch_waits_for_more_texts_until_nothing_is_being_scored() -> None:
    backend = Held()
    with (
        batching(backend, wait_s=1.0, concurrency=2, clock=frozen_clock()) as batcher,
        ThreadPoolExecutor(2) as pool,
    ):
        first = pool.submit(batcher.score, ["first"])
        assert backend.arrived.acquire(timeout=PATIENT_S)
        second = pool.submit(batcher.score, ["second"])
        await_waiting(batcher, 1)
        assert backend.calls == [["first"]]
        backend.let_go.set()
        first.result(PATIENT_S)
        second.result(PATIENT_S)
    assert backend.calls == [["first"], ["second"]]


def test_a_bad_text_fails_its_own_caller_alone() -> None:
    backend = Held()
    with batching(backend) as batcher, ThreadPoolExecutor(8) as pool:
        first = pool.submit(batcher.score, ["first"])
        assert backend.arrived.acquire(timeout=PATIENT_S)
        texts = ["fine", f"a {POISON}", "good", "well", "nice"]
        calls = [pool.submit(batcher.score, [text]) for text in texts]
        await_waiting(batcher, 5)
        backend.let_go.set()
        first.result(PATIENT_S)
        failed = [call.exception(PATIENT_S) is not None for call in calls]
    assert failed == [False, True, False, False, False]


def test_a_backend_that_is_down_is_asked_once_for_all() -> None:
    backend = Held()
    with batching(backend) as batcher, ThreadPoolExecutor(4) as pool:
        first = pool.submit(batcher.score, ["first"])
        assert backend.arrived.acquire(timeout=PATIENT_S)
        calls = [pool.submit(batcher.score, [f"{n}"]) for n in range(3)]
        await_waiting(batcher, 3)
        backend.is_down = True
        backend.let_go.set()
        for call in [first, *calls]:
            with pytest.raises(BackendError, match="told to be down"):
                call.result(PATIENT_S)
    assert len(backend.calls) == 2


def test_an_unforeseen_error_reaches_the_caller_and_the_next_call_is_served() -> None:
    class Broken(FakeBackend):
        def score(self, texts: Sequence[str]) -> BatchResult:
            if texts == ["bug"]:
                raise KeyError("a bug")
            return super().score(texts)

    with batching(Broken()) as batcher:
        with pytest.raises(KeyError):
            batcher.score(["bug"])
        assert len(batcher.score(["fine"]).results) == 1


def test_an_answer_to_another_number_of_texts_is_an_error() -> None:
    class Forgetful(FakeBackend):
        def score(self, texts: Sequence[str]) -> BatchResult:
            return BatchResult((), super().score(texts).call)

    with batching(Forgetful()) as batcher, pytest.raises(BackendError, match="gave 0 results"):
        batcher.score(["one"])


def test_a_task_that_is_cancelled_is_never_scored() -> None:
    backend = Held()

    async def main(batcher: MicroBatcher) -> None:
        first = asyncio.create_task(batcher.score_soon(["first"]))
        await asyncio.to_thread(backend.arrived.acquire)
        gone = asyncio.create_task(batcher.score_soon(["gone"]))
        stays = asyncio.create_task(batcher.score_soon(["stays"]))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        backend.let_go.set()
        await asyncio.gather(first, stays)

    with batching(backend) as batcher:
        asyncio.run(main(batcher))
    assert backend.calls == [["first"], ["stays"]]


def test_a_call_that_is_late_is_refused_unscored() -> None:
    backend = Counted()

    async def main(batcher: MicroBatcher) -> None:
        asked: list[float] = []
        with pytest.raises(Overloaded):
            await batcher.score_soon(["late"], is_late=lambda at: asked.append(at) is None)
        assert len(asked) == 1
        await batcher.score_soon(["in time"], is_late=lambda _: False)

    with batching(backend) as batcher:
        asyncio.run(main(batcher))
    assert backend.calls == [["in time"]]


def test_closing_scores_queued_calls_and_refuses_new_ones() -> None:
    backend = Held()
    with batching(backend, wait_s=3600.0, clock=frozen_clock()) as batcher:
        with ThreadPoolExecutor(3) as pool:
            calls = [pool.submit(batcher.score, ["being scored"])]
            assert backend.arrived.acquire(timeout=PATIENT_S)
            calls.append(pool.submit(batcher.score, ["in line"]))
            await_waiting(batcher, 1)
            closing = pool.submit(batcher.close)
            backend.let_go.set()
            closing.result(PATIENT_S)
            assert [len(call.result(PATIENT_S).results) for call in calls] == [1, 1]
        with pytest.raises(BackendError, match="stopped"):
            batcher.score(["late"])


def test_the_scorer_in_front_records_each_caller_with_its_wait() -> None:
    log, backend = MemoryLog(), Held()
    with batching(backend) as batcher, ThreadPoolExecutor(3) as pool:
        scorer = Scorer(batcher, log, system_clock())
        first = pool.submit(scorer.score, ["first"], Mode.REALTIME)
        assert backend.arrived.acquire(timeout=PATIENT_S)
        others = [pool.submit(scorer.score, ["a b", "c"], Mode.REALTIME) for _ in range(2)]
        await_waiting(batcher, 4)
        backend.let_go.set()
        for each in [first, *others]:
            each.result(PATIENT_S)
    assert sorted(record.batch_size for record in log.records) == [1, 2, 2]
    assert sum(record.tokens or 0 for record in log.records) == 1 + 3 + 3
    assert all(record.queue_ms is not None for record in log.records)


def test_a_poisoned_list_behind_the_scorer_fails_by_one_text() -> None:
    log = MemoryLog()
    with batching(FakeBackend()) as batcher:
        results = Scorer(batcher, log, system_clock()).score(["a", POISON, "b"], Mode.REALTIME)
    assert [result.error_kind for result in results] == [None, ErrorKind.BACKEND, None]


WORDS = st.sampled_from(["idiot", "moron", "damn", "hello", "kill", POISON])


@given(
    calls=st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=12),
    max_tokens=st.integers(1, 40),
    concurrency=st.integers(1, 3),
)
@settings(max_examples=60)
def test_every_caller_gets_what_it_would_alone(
    calls: list[list[str]], max_tokens: int, concurrency: int
) -> None:
    async def main(batcher: MicroBatcher) -> list[BatchResult | BaseException]:
        tasks = (batcher.score_soon(texts) for texts in calls)
        return await asyncio.gather(*tasks, return_exceptions=True)

    with batching(FakeBackend(), max_tokens=max_tokens, concurrency=concurrency) as batcher:
        answers = asyncio.run(main(batcher))
    for texts, answer in zip(calls, answers, strict=True):
        if POISON in texts:
            assert isinstance(answer, BackendError)
        else:
            assert isinstance(answer, BatchResult)
            assert answer.results == FakeBackend().score(texts).results

"""Micro-batching: concurrent calls of many threads and tasks are scored in shared batches."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from core.clock import Clock
from core.errors import BackendError, Overloaded
from core.inference.base import OUTAGES, Backend, BackendInfo, BatchResult, check_count
from core.inference.batching.batch_queue import BatchQueue, Waiting, estimate_tokens, most_tokens
from core.inference.batching.shares import share_out

STOP_WITHIN_S = 2.0
"""How long `close` waits: a backend that hangs must not keep the process from ending."""
Observer = Callable[[int, int], None]
"""Called for every batch with its number of texts and its estimated tokens."""


class MicroBatcher:
    """A backend that wraps `backend`. The caller still loads and closes the wrapped one.

    At most `concurrency` batches are scored at once, each on its own thread. A call that arrives
    while nothing is being scored starts at once. A batch that fails is split and scored again, so
    that only the call whose texts caused the failure gets the error.
    """

    def __init__(
        self,
        backend: Backend,
        clock: Clock,
        *,
        max_tokens: int,
        wait_s: float,
        concurrency: int,
        observe: Observer = lambda _texts, _tokens: None,
    ) -> None:
        self._backend = backend
        self._now = clock.monotonic
        self._observe = observe
        self._queue = BatchQueue(max_tokens=max_tokens, wait_s=wait_s)
        self._changed = threading.Condition()
        self._busy = 0
        self._is_closed = False
        self._most = most_tokens(backend.info)
        self._threads = [
            threading.Thread(target=self._work, name=f"batch-{number}", daemon=True)
            for number in range(concurrency)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def info(self) -> BackendInfo:
        return self._backend.info

    @property
    def waiting_texts(self) -> int:
        """Texts queued and not being scored yet."""
        with self._changed:
            return self._queue.text_count

    def load(self) -> None:
        """Loads the wrapped backend."""
        self._backend.load()

    def score(self, texts: Sequence[str]) -> BatchResult:
        """For threads: waits for the answer."""
        return self._submit(texts, is_late=None).result()

    async def score_soon(
        self,
        texts: Sequence[str],
        *,
        is_late: Callable[[float], bool] | None = None,
    ) -> BatchResult:
        """For tasks: a task that is cancelled while it waits is never scored.

        When their turn comes, `is_late` is called with the time they were queued at (seconds of the
        clock); if it returns true, Overloaded is raised. Raises BackendError.
        """
        return await asyncio.wrap_future(self._submit(texts, is_late=is_late))

    def health(self) -> str | None:
        return self._backend.health()

    def close(self) -> None:
        """Queued requests are still scored, within STOP_WITHIN_S; new ones are refused."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        stop_by = time.monotonic() + STOP_WITHIN_S
        for thread in self._threads:
            thread.join(max(0.0, stop_by - time.monotonic()))

    def _submit(
        self, texts: Sequence[str], *, is_late: Callable[[float], bool] | None
    ) -> "Future[BatchResult]":
        tokens = estimate_tokens(texts, most=self._most)
        with self._changed:
            if self._is_closed:
                raise BackendError("scoring has been stopped")
            caller = Waiting(texts, tokens, self._now(), is_late)
            self._queue.add(caller)
            self._changed.notify()
        return caller.future

    def _work(self) -> None:
        while (batch := self._next_batch()) is not None:
            try:
                kept = [caller for caller in batch if not self._is_refused(caller)]
                if kept:
                    self._observe(
                        sum(len(each.texts) for each in kept),
                        sum(each.tokens for each in kept),
                    )
                    self._score(kept)
            finally:
                with self._changed:
                    self._busy -= 1
                    # With no batch running, the first waiting call need not wait for others to
                    # join.
                    self._changed.notify()

    def _next_batch(self) -> list[Waiting] | None:
        """Blocks until a batch is due. None once the batcher is closed and its queue is empty."""
        with self._changed:
            while True:
                ready_in = self._queue.ready_in(self._now(), is_idle=self._busy == 0)
                if ready_in == 0.0 or (ready_in is not None and self._is_closed):
                    self._busy += 1
                    return self._queue.take()
                if ready_in is None and self._is_closed:
                    return None
                self._changed.wait(ready_in)

    def _is_refused(self, caller: Waiting) -> bool:
        if caller.is_late is None or not caller.is_late(caller.queued_at):
            return False
        caller.future.set_exception(Overloaded("Too many requests wait; try again later."))
        return True

    def _score(self, batch: Sequence[Waiting]) -> None:
        began = self._now()
        try:
            answer = self._ask([text for caller in batch for text in caller.texts])
        except BackendError as error:
            if len(batch) == 1 or self._is_out(error):
                _fail(batch, error)
                return
            middle = len(batch) // 2
            self._score(batch[:middle])
            self._score(batch[middle:])
        except Exception as error:  # noqa: BLE001  # the thread's edge: passed on to the callers
            _fail(batch, error)
        else:
            for caller, share in zip(
                batch, share_out(answer, batch, began=began, ended=self._now()), strict=True
            ):
                caller.future.set_result(share)

    def _ask(self, texts: Sequence[str]) -> BatchResult:
        answer = self._backend.score(texts)
        check_count(self._backend.info.name, answer, texts)
        return answer

    def _is_out(self, error: BackendError) -> bool:
        """Whether the backend can't be used now, whatever the texts."""
        return error.kind in OUTAGES or self._backend.health() is not None


def _fail(batch: Sequence[Waiting], error: Exception) -> None:
    for caller in batch:
        caller.future.set_exception(error)

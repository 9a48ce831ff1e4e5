"""Calls that come at once, scored together: a backend that many threads and tasks share."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from core.clock import Clock
from core.errors import BackendError, Overloaded
from core.inference.base import OUTAGES, Backend, BackendInfo, BatchResult, check_count
from core.inference.batching.line import BatchQueue, Waiting, estimate_tokens
from core.inference.batching.shares import share_out

STOP_WITHIN_S = 2.0
"""A backend that never answers must not keep the process from ending."""
Observer = Callable[[int, int], None]
"""Told of every batch: its texts and its estimated tokens."""


class MicroBatcher:
    """A backend in front of `backend`, which stays its owner's to load and close.

    At most `concurrency` batches are scored at once, on a thread each. A caller that comes while
    one of those is free and nothing is being scored waits for nobody. A batch that fails is split
    between its callers, so that each of them fails by its own texts only.
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
        self._most = backend.info.max_tokens
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
        """Texts in line, not being scored yet."""
        with self._changed:
            return self._queue.text_count

    def load(self) -> None:
        """Loads the wrapped backend."""
        self._backend.load()

    def score(self, texts: Sequence[str]) -> BatchResult:
        """For threads: waits for the answer."""
        return self._submit(texts, is_alone=False, is_late=None).result()

    async def score_soon(
        self,
        texts: Sequence[str],
        *,
        is_alone: bool = False,
        is_late: Callable[[float], bool] | None = None,
    ) -> BatchResult:
        """For tasks: a task that is cancelled while it waits is never scored.

        `is_alone` scores these texts with nobody else's. When their turn comes, `is_late` is told
        since when they wait (seconds of the clock); true raises Overloaded. Raises BackendError.
        """
        return await asyncio.wrap_future(self._submit(texts, is_alone=is_alone, is_late=is_late))

    def health(self) -> str | None:
        return self._backend.health()

    def close(self) -> None:
        """Who is in line is scored still, within STOP_WITHIN_S; who comes later is refused."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        stop_by = time.monotonic() + STOP_WITHIN_S
        for thread in self._threads:
            thread.join(max(0.0, stop_by - time.monotonic()))

    def _submit(
        self, texts: Sequence[str], *, is_alone: bool, is_late: Callable[[float], bool] | None
    ) -> "Future[BatchResult]":
        tokens = estimate_tokens(texts, most=self._most)
        with self._changed:
            if self._is_closed:
                raise BackendError("scoring has been stopped")
            caller = Waiting(texts, tokens, self._now(), is_alone, is_late)
            self._queue.add(caller)
            self._changed.notify()
        return caller.future

    def _work(self) -> None:
        while (batch := self._next_batch()) is not None:
            try:
                patient = [caller for caller in batch if not self._sent_away(caller)]
                if patient:
                    self._observe(
                        sum(len(each.texts) for each in patient),
                        sum(each.tokens for each in patient),
                    )
                    self._score(patient)
            finally:
                with self._changed:
                    self._busy -= 1
                    # Whoever waits for company may find itself alone now.
                    self._changed.notify()

    def _next_batch(self) -> list[Waiting] | None:
        """Waits for one; None when there will be no more."""
        with self._changed:
            while True:
                ready_in = self._queue.ready_in(self._now(), is_idle=self._busy == 0)
                if ready_in == 0.0 or (ready_in is not None and self._is_closed):
                    self._busy += 1
                    return self._queue.take()
                if ready_in is None and self._is_closed:
                    return None
                self._changed.wait(ready_in)

    def _sent_away(self, caller: Waiting) -> bool:
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
        except Exception as error:  # noqa: BLE001  # a thread's edge: told to who waits for it
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

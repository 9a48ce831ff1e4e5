"""Writes of many requests on one thread: those that wait at the same time share a commit.

A thread for each request would spend more on passing the turn and Python's lock around than a write
takes.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from core.store.base import Store

T = TypeVar("T")

MOST_TOGETHER = 32
OPEN_AT_MOST_S = 0.02
"""After this time a group commits even if writes wait, so that other processes can write."""
STOP_WITHIN_S = 2.0


@dataclass(slots=True, eq=False)
class _Write:
    """`work` runs with the request's context variables; `future` belongs to `loop`."""

    work: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    context: Context = field(default_factory=copy_context)
    result: Any = None
    error: Exception | None = None

    def run(self) -> None:
        try:
            self.result = self.context.run(self.work)
        except Exception as error:  # noqa: BLE001  # the thread's edge: passed on to the request
            self.error = error

    def settle(self) -> None:
        if self.future.done():
            return  # the request was cancelled
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class WriteQueue:
    """First come, first served. Its thread ends with `close`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: SimpleQueue[_Write | None] = SimpleQueue()
        self._thread = Thread(target=self._serve, name="writes", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], T]) -> T:
        """Runs `work`, which writes to the store in blocks of its own, and returns its result once
        the commit is on disk. Raises what `work` raises, and StoreError."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.put(_Write(work, loop, future))
        return await future

    def close(self) -> None:
        """Waiting writes are still made, within STOP_WITHIN_S."""
        self._waiting.put(None)
        self._thread.join(STOP_WITHIN_S)

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            is_open = False
            try:
                with self._store.together():
                    is_open = True
                    self._write(group)
            except Exception as error:  # noqa: BLE001  # the thread's edge, as above
                if not is_open:
                    # Opening has waited for as long as is allowed, also on behalf of those behind.
                    group += iter(self._next, None)
                for each in group:
                    each.error = each.error or error
            _settle(group)

    def _write(self, group: list[_Write]) -> None:
        """Runs the first write of the group and those that wait meanwhile."""
        until = time.monotonic() + OPEN_AT_MOST_S
        group[0].run()
        while len(group) < MOST_TOGETHER and time.monotonic() < until:
            following = self._next()
            if following is None:
                return
            group.append(following)
            following.run()

    def _next(self) -> _Write | None:
        """The next write that waits now. The end of the queue stays in it."""
        try:
            following = self._waiting.get_nowait()
        except Empty:
            return None
        if following is None:
            self._waiting.put(None)
        return following


def _settle(group: Sequence[_Write]) -> None:
    """One call for each event loop, of which a process has one."""
    for loop in {each.loop for each in group}:
        with suppress(RuntimeError):  # the loop is closed, so nobody waits
            loop.call_soon_threadsafe(_settle_all, [each for each in group if each.loop is loop])


def _settle_all(ended: Sequence[_Write]) -> None:
    for each in ended:
        each.settle()

"""Whether comments can be stored and scored now; concurrent requests share one check."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from core.bootstrap.services import Services
from core.errors import BackendError, StoreError

T = TypeVar("T")
ANSWER_WITHIN_S = 2.0
"""Longer than a busy state takes to be told, far shorter than a remote backend's timeouts."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything works; `waiting` comments are stored but not decided yet."""

    waiting: int


class Readiness:
    """Runs the check on a separate thread, so that it answers even when all other threads are
    blocked."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._thread = CapacityLimiter(1)
        self._asking = CapacityLimiter(1)
        self._look: asyncio.Task[Ready] | None = None
        self._ask: asyncio.Task[str | None] | None = None
        self._is_store_checked = False

    async def check(self) -> Ready:
        """Raises StoreError or BackendError, within about two seconds: a check that takes longer
        goes on, and its result answers later calls."""
        self._look = _going_on(self._look, self._look_now, self._thread)
        if not await _is_over(self._look) and not self._is_store_checked:
            raise StoreError("the state does not answer the check in time")
        return _result(self._look)

    async def check_backend(self) -> None:
        """Raises BackendError, within about two seconds, if the backend can't score now."""
        self._ask = _going_on(self._ask, self._services.scorer.backend.health, self._asking)
        await _is_over(self._ask)
        if (trouble := _result(self._ask)) is not None:
            raise BackendError(trouble)

    def _look_now(self) -> Ready:
        self._is_store_checked = False
        store = self._services.context.store
        with store.read() as reader:
            waiting = reader.count_waiting()
        store.check_writable()
        self._is_store_checked = True
        trouble = self._services.scorer.backend.health()
        if trouble is not None:
            raise BackendError(trouble)
        return Ready(waiting)


def _going_on(
    task: asyncio.Task[T] | None, work: Callable[[], T], limiter: CapacityLimiter
) -> asyncio.Task[T]:
    """The check in progress, or a new one."""
    if task is None or task.done():
        task = asyncio.create_task(run_sync(work, limiter=limiter))
        task.add_done_callback(_note_error)
    return task


async def _is_over(task: asyncio.Task[T]) -> bool:
    """Waits without cancelling: if one caller disconnects, the others still get the result."""
    done, _ = await asyncio.wait({task}, timeout=ANSWER_WITHIN_S)
    return bool(done)


def _result(task: asyncio.Task[T]) -> T:
    if not task.done():
        raise BackendError("the backend does not answer the check in time")
    return task.result()


def _note_error(look: asyncio.Task[Any]) -> None:
    """An error that nobody waits for any more would be logged as never retrieved."""
    if not look.cancelled():
        look.exception()

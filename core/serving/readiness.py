"""Whether comments can be stored and scored now; concurrent requests share one check."""

import asyncio
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from core.bootstrap.services import Services
from core.errors import BackendError, StoreError

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
        goes on, and its result counts for those who ask later."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(run_sync(self._look_now, limiter=self._thread))
            self._look.add_done_callback(_note_error)
        # Waits without cancelling: if one caller disconnects, the others still get the result.
        done, _ = await asyncio.wait({self._look}, timeout=ANSWER_WITHIN_S)
        if not done:
            if self._is_store_checked:
                raise BackendError("the backend does not answer the check in time")
            raise StoreError("the state does not answer the check in time")
        return self._look.result()

    async def check_backend(self) -> None:
        """Raises BackendError, within about two seconds, if the backend can't score now."""
        if self._ask is None or self._ask.done():
            health = self._services.scorer.backend.health
            self._ask = asyncio.create_task(run_sync(health, limiter=self._asking))
            self._ask.add_done_callback(_note_error)
        done, _ = await asyncio.wait({self._ask}, timeout=ANSWER_WITHIN_S)
        if not done:
            raise BackendError("the backend does not answer the check in time")
        if (trouble := self._ask.result()) is not None:
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


def _note_error(look: asyncio.Task[Any]) -> None:
    """An error that nobody waits for any more would be logged as never retrieved."""
    if not look.cancelled():
        look.exception()

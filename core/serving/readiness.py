"""Whether comments can be stored and scored now; concurrent requests share one check."""

import asyncio
from dataclasses import dataclass

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from core.bootstrap.services import Services
from core.errors import BackendError


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
        self._look: asyncio.Task[Ready] | None = None

    async def check(self) -> Ready:
        """Raises StoreError or BackendError, within about two seconds."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(run_sync(self._look_now, limiter=self._thread))
        # Shielded: if one caller disconnects, the others still get the result.
        return await asyncio.shield(self._look)

    def _look_now(self) -> Ready:
        store = self._services.context.store
        with store.read() as reader:
            waiting = reader.count_waiting()
        store.check_writable()
        trouble = self._services.scorer.backend.health()
        if trouble is not None:
            raise BackendError(trouble)
        return Ready(waiting)

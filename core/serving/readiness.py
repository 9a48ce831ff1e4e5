"""Whether comments can be stored and scored now, asked once however many ask together."""

import asyncio
from dataclasses import dataclass

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from core.bootstrap.services import Services
from core.errors import BackendError


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything works; so many comments are stored but not decided yet."""

    waiting: int


class Readiness:
    """On a thread of its own: whatever holds up the others, this is answered."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._thread = CapacityLimiter(1)
        self._look: asyncio.Task[Ready] | None = None

    async def check(self) -> Ready:
        """Raises StoreError or BackendError, within about two seconds."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(run_sync(self._look_now, limiter=self._thread))
        # Shielded: who asked first may hang up, the others still want to know.
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

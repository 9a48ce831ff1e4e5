"""The composition root: Settings in, Services out. The only module that names concrete classes."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import Clock, system_clock
from core.config import Settings
from core.inference.base import Backend
from core.inference.batching import Scorer
from core.inference.fake import FakeBackend
from core.services.context import Context
from core.services.policy_admin import ensure_policy
from core.servinglog.record import DiscardingLog
from core.servinglog.writer import SegmentWriter
from core.store.sql import SqlStore

if TYPE_CHECKING:
    from core.servinglog.queries import ServingLogQueries

SHIPPED_MODEL = Path(__file__).parent / "inference" / "models" / "minilm-toxicity"


@dataclass(frozen=True)
class Services:
    """What one process works with. Heavy parts are made on first use."""

    settings: Settings
    clock: Clock
    context: Context
    worker: str

    @cached_property
    def scorer(self) -> Scorer:
        """The backend, loaded, with its serving log. Raises ModelNotUsable."""
        backend = make_backend(self.settings.backend)
        backend.load()
        log = SegmentWriter(self.settings.serving_log_dir, self.worker, self.clock)
        return Scorer(backend, log, self.clock)

    @cached_property
    def serving_log_queries(self) -> "ServingLogQueries":
        """Questions to the serving log of all processes."""
        from core.servinglog.queries import ServingLogQueries

        return ServingLogQueries(self.settings.serving_log_dir)

    def close(self) -> None:
        """Let go of what was made."""
        if "scorer" in self.__dict__:
            self.scorer.close()
        self.context.store.close()


def make_backend(name: str) -> Backend:
    """The backend of that configured name, not loaded."""
    if name == "fake":
        return FakeBackend()
    # Imported on use: numpy and the runtime cost a quarter of a second.
    from core.inference.local.onnx import OnnxBackend

    return OnnxBackend(SHIPPED_MODEL)


def file_scorer(settings: Settings) -> Scorer:
    """A loaded scorer that writes no serving log: scoring a file on its own touches no state."""
    backend = make_backend(settings.backend)
    backend.load()
    return Scorer(backend, DiscardingLog(), system_clock())


def build_services(settings: Settings, *, worker: str, clock: Clock | None = None) -> Services:
    """Opens the state (making it on first use) and sees that a policy is in force.

    `worker` names this process in the serving log. Raises StoreError.
    """
    clock = clock or system_clock()
    context = Context(
        store=SqlStore(settings.state_path),
        clock=clock,
        appeal_window_days=settings.appeal_window_days,
    )
    ensure_policy(context)
    return Services(settings=settings, clock=clock, context=context, worker=worker)

"""The parts of one API process, built on the services."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request

from core.addresses import is_loopback
from core.bootstrap.services import Services
from core.inference.batching.micro_batcher import MicroBatcher
from core.inference.scorer import Scorer
from core.moderation.comments import IncomingComment
from core.moderation.policies import Policy
from core.services.policies import PolicyInForce
from core.services.submit import Submitted, decide_taken, take
from core.serving.access import Access
from core.serving.admission import AdmissionControl, AdmittedRequest
from core.serving.api_keys import KeyFolder
from core.serving.key_ring import KeyRing
from core.serving.metrics import MeteredLog, Metrics
from core.serving.rate_limit import RateLimit
from core.serving.readiness import Readiness
from core.serving.scoring import Scoring
from core.serving.write_queue import WriteQueue
from core.servinglog.record import RefusalReason, RequestOrigin
from core.servinglog.refusals import RefusalTally

T = TypeVar("T")

OF_LOAD = (RefusalReason.OVERLOADED, RefusalReason.RATE_LIMITED, RefusalReason.DRAINING)
READING_THREADS = 8
ADMITTED = "modconsole.admitted"
"""Key in the ASGI scope of the `AdmittedRequest`."""


class ApiProcess:
    """Created with the application; parts that need the model are made on first use."""

    def __init__(self, services: Services) -> None:
        settings, now = services.settings, services.clock.monotonic
        self.services = services
        self.metrics = Metrics()
        self.admission = AdmissionControl(
            now,
            wait_s=settings.api_wait_ms / 1000.0,
            slots=settings.batch_concurrency,
            read_chars=settings.read_chars,
        )
        self.is_local = is_loopback(settings.api_host)
        self.access = Access(
            KeyRing(KeyFolder(settings.api_keys_dir), now),
            RateLimit(now, rate_per_s=settings.api_key_rate, burst=settings.api_key_burst),
            services.clock.now,
            is_local=self.is_local,
            drain_s=settings.api_drain_s,
        )
        self._policy = PolicyInForce(services.context.store, services.clock)
        self.readiness = Readiness(services)
        # Reads never queue behind requests that store comments.
        self._reading = CapacityLimiter(READING_THREADS)
        self._policy_reads = CapacityLimiter(1)
        self._refusals = RefusalTally(services.serving_log, services.clock)
        self.in_flight = 0

    @cached_property
    def writes(self) -> WriteQueue:
        """The queue of all writes to the store."""
        return WriteQueue(self.services.context.store)

    @cached_property
    def batcher(self) -> MicroBatcher:
        """The micro-batcher in front of the backend that decisions rest on."""
        settings, metrics = self.services.settings, self.metrics
        batcher = MicroBatcher(
            self.services.scorer.backend,
            self.services.clock,
            max_tokens=settings.batch_tokens,
            wait_s=settings.batch_wait_ms / 1000.0,
            concurrency=settings.batch_concurrency,
            observe=metrics.observe_batch,
        )
        metrics.watch("modconsole_queue_depth", "Queued texts.", lambda: batcher.waiting_texts)
        return batcher

    @cached_property
    def scorer(self) -> Scorer:
        """The scorer for code on threads: it shares batches with all other requests and updates the
        metrics."""
        log = MeteredLog(self.services.serving_log, self.metrics)
        return Scorer(self.batcher, log, self.services.clock, self.services.language_routes)

    @cached_property
    def scoring(self) -> Scoring:
        """The scorer for asyncio tasks."""
        return Scoring(self.scorer, self.batcher, self.admission)

    async def policy_in_force(self) -> Policy:
        """At most a second old. Raises StoreError."""
        kept = self._policy.kept
        if kept is None:
            kept = await run_sync(self._policy.read, limiter=self._policy_reads)
        return kept

    async def submit(self, comments: Sequence[IncomingComment]) -> list[Submitted]:
        """Store all comments or none, and decide on those without a decision. Raises InvalidRows,
        StoreError, and Conflict if another process edited one of them meanwhile."""
        context = self.services.context
        taken = await self.writes.run(lambda: take(context, comments))
        texts = [revision.text for revision in taken.waiting]
        if not texts:
            return await self.run_read(lambda: decide_taken(context, taken, None))
        scored = await self.scoring.score_stored(texts)
        return await self.writes.run(lambda: decide_taken(context, taken, scored))

    async def run_read(self, work: Callable[[], T]) -> T:
        """Run on a thread of the limit for reads."""
        return await run_sync(work, limiter=self._reading)

    def weigh(self, request: Request, texts: Iterable[str]) -> None:
        """Replace the request's estimated cost in admission control by the cost of its texts."""
        admitted: AdmittedRequest | None = request.scope.get(ADMITTED)
        if admitted is not None:
            self.admission.weigh(admitted, texts)

    def note_refusal(self, reason: RefusalReason, origin: RequestOrigin) -> None:
        """Count a refused request, for /metrics and in the serving log. A load test that is refused
        for its load shut nobody out: it counts its refusals itself. Those without a key are noted
        all the same, so that nobody hides them by calling them a test."""
        self.metrics.refused.labels(reason.value).inc()
        if not (origin.is_load_test and reason in OF_LOAD):
            self._refusals.note(reason, origin)

    def close(self) -> None:
        """Score the queued texts, then close the services."""
        self._refusals.flush()
        if "batcher" in self.__dict__:
            self.batcher.close()
        if "writes" in self.__dict__:
            self.writes.close()
        self.services.close()

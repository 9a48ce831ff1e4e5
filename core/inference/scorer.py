"""Scores texts by a backend, isolates the ones that fail, and records each call in the log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.clock import Clock
from core.errors import BackendError
from core.identifiers import new_id
from core.inference.base import (
    OUTAGES,
    Backend,
    BackendInfo,
    BatchResult,
    CallMetadata,
    ErrorKind,
    TextResult,
    check_count,
)
from core.inference.language.routes import LanguageRoutes
from core.moderation.scores import are_scores
from core.servinglog.record import ORIGIN, Mode, ServingLog, ServingRecord

# A harmless text: if it fails too, the backend is down rather than unable to take certain texts.
PROBE = "Good morning."


@dataclass(frozen=True, slots=True)
class Call:
    """A call in progress: its start by the wall clock, and by the monotonic clock for durations."""

    texts: Sequence[str]
    mode: Mode
    started_at: datetime
    begin_s: float

    def record(self, info: BackendInfo, total_ms: float) -> ServingRecord:
        """With what is known of every call, and a new id."""
        return ServingRecord(
            request_id=new_id(),
            started_at=self.started_at,
            mode=self.mode,
            backend=info.name,
            model_version=info.model_version,
            runtime=info.runtime,
            precision=info.precision,
            location=info.location,
            batch_size=len(self.texts),
            chars=sum(map(len, self.texts)),
            total_ms=total_ms,
        )


class Scorer:
    """A backend as services use it: every call, failed or not, leaves one serving record.

    With `routes`, texts in a language that the backend does not assess are not sent to it.
    """

    def __init__(
        self,
        backend: Backend,
        log: ServingLog,
        clock: Clock,
        routes: LanguageRoutes | None = None,
    ) -> None:
        self.backend = backend
        self.routes = routes
        self._log = log
        self._clock = clock

    def assesses(self, text: str) -> bool:
        """Whether the text is sent to this backend, by its language."""
        return self.routes is None or self.routes.is_for(text, self.backend.info)

    def assesses_whole(self, text: str) -> bool:
        """Whether it is sent to this backend alone, and no part of it is in a language that the
        backend does not assess."""
        return self.routes is None or self.routes.is_for_whole(text, self.backend.info)

    @property
    def languages(self) -> frozenset[str] | None:
        """The codes of the languages that this backend or another one assesses; None for any."""
        stated = self.backend.info.languages
        if self.routes is None or stated is None:
            return None
        return frozenset(stated).union(self.routes.scorers)

    def close(self) -> None:
        """Close the backend and the serving log."""
        self.backend.close()
        self._log.close()

    def health(self) -> str | None:
        """None when texts can be scored, else why not."""
        return self.backend.health()

    def score(self, texts: Sequence[str], mode: Mode) -> tuple[TextResult, ...]:
        """Results in the order and number of `texts`, by the language of each if there are routes.

        A failed call is halved and tried again until the text that causes the failure is alone;
        only that text gets an error. Raises BackendError when the backend is down, or when it fails
        on every text and on a harmless one as well.
        """
        if not texts:
            return ()
        if self.routes is None:
            return self.score_here(texts, mode)
        return self.routes.score(
            texts, mode, self.backend.info, lambda mine: self.score_here(mine, mode)
        )

    def score_here(self, texts: Sequence[str], mode: Mode) -> tuple[TextResult, ...]:
        """As `score`, by this backend whatever the languages are; at least one text."""
        results = self._isolate(texts, mode)
        if all(result.error is not None for result in results):
            self._call([PROBE], Mode.WARMUP)
        return results

    def _isolate(self, texts: Sequence[str], mode: Mode) -> tuple[TextResult, ...]:
        try:
            return self._call(texts, mode)
        except BackendError as error:
            if error.kind in OUTAGES or self.backend.health() is not None:
                raise
            if len(texts) == 1:
                return (TextResult(error=str(error), error_kind=ErrorKind(error.kind)),)
        middle = len(texts) // 2
        return self._isolate(texts[:middle], mode) + self._isolate(texts[middle:], mode)

    def begin(self, texts: Sequence[str], mode: Mode) -> "Call":
        """Start timing a call that the caller makes itself; `end` or `fail` writes its record."""
        return Call(texts, mode, self._clock.now(), self._clock.monotonic())

    def end(self, call: "Call", answer: BatchResult) -> tuple[TextResult, ...]:
        """Record the answer; its results with every score checked. Raises BackendError for an
        answer to another number of texts."""
        try:
            check_count(self.backend.info.name, answer, call.texts)
        except BackendError as error:
            self.fail(call, error)
            raise
        results = tuple(map(_checked, answer.results))
        self._record(call, replace(answer, results=results), None)
        return results

    def fail(self, call: "Call", error: BaseException) -> None:
        """Record that the call failed as a whole."""
        self._record(call, None, error)

    def _call(self, texts: Sequence[str], mode: Mode) -> tuple[TextResult, ...]:
        call = self.begin(texts, mode)
        try:
            answer = self.backend.score(texts)
        except BaseException as error:
            self.fail(call, error)
            raise
        return self.end(call, answer)

    def _record(
        self, made: "Call", answer: BatchResult | None, error: BaseException | None
    ) -> None:
        total_ms = (self._clock.monotonic() - made.begin_s) * 1000.0
        asked_by = ORIGIN.get()
        kind, attempts = ErrorKind.BACKEND.value, 1
        if isinstance(error, BackendError):
            kind, attempts = error.kind, error.attempts
        call = answer.call if answer else CallMetadata(total_ms, attempts=attempts)
        info = call.answered_by or self.backend.info
        for failed in call.failed_calls:
            self._log.write(
                replace(
                    made.record(failed.info, failed.total_ms),
                    attempts=failed.attempts,
                    error_kind=failed.error_kind,
                )
            )
        record = made.record(info, total_ms)
        self._log.write(
            replace(
                record,
                request_id=call.request_id or record.request_id,
                queue_ms=call.queue_ms,
                tokenize_ms=call.tokenize_ms,
                compute_ms=call.compute_ms,
                network_ms=call.network_ms,
                tokens=call.tokens,
                truncated_count=sum(r.unread_chars > 0 for r in answer.results) if answer else 0,
                attempts=call.attempts,
                error_count=sum(r.error is not None for r in answer.results) if answer else 0,
                error_kind=None if answer else kind,
                cache_hits=call.cache_hits,
                first_stage_ms=call.first_stage_ms,
                first_stage_count=call.first_stage_count,
                audit_count=call.audit_count,
                audit_missed=call.audit_missed,
                caller_request_id=asked_by.request_id if asked_by else None,
                trace_id=asked_by.trace_id if asked_by else None,
                flag_count=call.flag_count,
                server_ms=call.server_ms,
                server_queue_ms=call.server_queue_ms,
                wait_ms=call.wait_ms,
            )
        )


def _checked(result: TextResult) -> TextResult:
    if result.error is None and not are_scores(result.scores):
        return TextResult(error="a score is outside 0..1", error_kind=ErrorKind.BAD_SCORE)
    return result

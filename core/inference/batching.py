"""One measured use of a backend: scored, isolated on failure, written to the serving log."""

from collections.abc import Sequence
from dataclasses import replace

from core.clock import Clock, new_id
from core.errors import BackendError
from core.inference.base import Backend, BatchResult, ErrorKind, TextResult
from core.moderation.scores import are_scores
from core.servinglog.record import Mode, ServingLog, ServingRecord

# Tells a backend that is down from one that can't take certain texts.
PROBE = "Good morning."


class Scorer:
    """A backend as services use it: every call leaves one serving record, failed ones too."""

    def __init__(self, backend: Backend, log: ServingLog, clock: Clock) -> None:
        self.backend = backend
        self._log = log
        self._clock = clock

    def close(self) -> None:
        """Let go of the backend and the serving log."""
        self.backend.close()
        self._log.close()

    def score(self, texts: Sequence[str], mode: Mode) -> tuple[TextResult, ...]:
        """Results in the order and number of `texts`.

        A failed call is halved until the text that breaks it stands alone and fails alone. When the
        backend is down, or fails on every text and on a harmless one besides: BackendError.
        """
        if not texts:
            return ()
        results = self._isolate(texts, mode)
        if all(result.error is not None for result in results):
            self._call([PROBE], Mode.WARMUP)
        return results

    def _isolate(self, texts: Sequence[str], mode: Mode) -> tuple[TextResult, ...]:
        try:
            return self._call(texts, mode)
        except BackendError as error:
            if self.backend.health() is not None:
                raise
            if len(texts) == 1:
                return (TextResult(error=str(error), error_kind=ErrorKind(error.kind)),)
        middle = len(texts) // 2
        return self._isolate(texts[:middle], mode) + self._isolate(texts[middle:], mode)

    def _call(self, texts: Sequence[str], mode: Mode) -> tuple[TextResult, ...]:
        started_at, begin = self._clock.now(), self._clock.monotonic()
        answer: BatchResult | None = None
        kind: str | None = None
        try:
            answer = self.backend.score(texts)
            if len(answer.results) != len(texts):
                raise BackendError(
                    f"{self.backend.info.name} gave {len(answer.results)} results for "
                    f"{len(texts)} texts"
                )
            answer = replace(answer, results=tuple(map(_checked, answer.results)))
            return answer.results
        except BackendError as error:
            kind = error.kind
            raise
        finally:
            total_ms = (self._clock.monotonic() - begin) * 1000.0
            info, call = self.backend.info, answer.call if answer else None
            self._log.write(
                ServingRecord(
                    request_id=new_id(),
                    started_at=started_at,
                    mode=mode,
                    backend=info.name,
                    model_version=info.model_version,
                    runtime=info.runtime,
                    precision=info.precision,
                    location=info.location,
                    batch_size=len(texts),
                    chars=sum(map(len, texts)),
                    total_ms=total_ms,
                    queue_ms=call.queue_ms if call else None,
                    tokenize_ms=call.tokenize_ms if call else None,
                    compute_ms=call.compute_ms if call else None,
                    network_ms=call.network_ms if call else None,
                    tokens=call.tokens if call else None,
                    truncated_count=call.truncated_count if call else 0,
                    attempts=call.attempts if call else 1,
                    error_count=sum(r.error is not None for r in answer.results) if answer else 0,
                    error_kind=kind if answer else kind or ErrorKind.BACKEND,
                )
            )


def _checked(result: TextResult) -> TextResult:
    if result.error is None and not are_scores(result.scores):
        return TextResult(error="a score is outside 0..1", error_kind=ErrorKind.BAD_SCORE)
    return result

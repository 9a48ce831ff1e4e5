"""Scoring without storing: shared by the endpoints that follow other vendors' APIs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from anyio.to_thread import run_sync

from core.errors import BackendError, InvalidInput, TextNotScored
from core.inference.base import OUTAGES, BackendInfo, CallMetadata, ErrorKind, TextResult
from core.inference.batching.micro_batcher import MicroBatcher
from core.inference.language.mixed import as_a_whole
from core.inference.scorer import Scorer
from core.moderation.cleaning import check_text, clean_text
from core.moderation.languages import language_name
from core.moderation.policies import Policy
from core.services.submit import Scored, not_scored
from core.serving.admission import AdmissionControl
from core.servinglog.record import ORIGIN, Mode

MAX_TEXTS = 100


@dataclass(frozen=True, slots=True)
class ScoredTexts:
    """`results` in the order of the texts, each with scores; `call` is None if the texts were
    scored one by one."""

    results: Sequence[TextResult]
    call: CallMetadata | None


class Scoring:
    """Scores through the micro-batcher without blocking a thread; each call writes one record to
    the log."""

    def __init__(self, scorer: Scorer, batcher: MicroBatcher, admission: AdmissionControl) -> None:
        self._scorer = scorer
        self._batcher = batcher
        self._admission = admission

    @property
    def info(self) -> BackendInfo:
        """The backend that scores."""
        return self._batcher.info

    async def score(self, texts: Sequence[str], policy: Policy | None = None) -> ScoredTexts:
        """Raises TextNotScored naming the first text that failed, BackendError, Overloaded. A text
        with a part in a language that nothing assesses fails, unless the policy, if one is given,
        acts on the scores of the rest."""
        scored = await self._ask(texts, is_late=self._admission.should_shed)
        results = [as_a_whole(result, policy) for result in scored.results]
        return _checked(replace(scored, results=results))

    async def score_stored(self, texts: Sequence[str]) -> Scored:
        """For comments that are stored, and so never refused: a text or a backend that fails is
        told in the answer."""
        try:
            scored = await self._ask(texts)
        except BackendError as error:
            return not_scored(error, self.info, len(texts))
        return Scored(scored.results, self.info)

    async def _ask(
        self, texts: Sequence[str], *, is_late: Callable[[float], bool] | None = None
    ) -> ScoredTexts:
        if not all(map(self._scorer.assesses_whole, texts)):
            return ScoredTexts(await self._one_by_one(texts), None)
        call = self._scorer.begin(texts, _mode())
        try:
            answer = await self._batcher.score_soon(texts, is_late=is_late)
        except BackendError as error:
            self._scorer.fail(call, error)
            if error.kind in OUTAGES:
                raise
            # Slower, but it finds out which text failed.
            return ScoredTexts(await self._one_by_one(texts), None)
        return ScoredTexts(self._scorer.end(call, answer), answer.call)

    async def _one_by_one(self, texts: Sequence[str]) -> Sequence[TextResult]:
        """On a thread, which also asks the backends of other languages."""
        return await run_sync(self._scorer.score, texts, _mode())


def _mode() -> Mode:
    caller = ORIGIN.get()
    return Mode.LOAD_TEST if caller is not None and caller.is_load_test else Mode.REALTIME


def _checked(scored: ScoredTexts) -> ScoredTexts:
    """The same. Raises TextNotScored for the first text without scores."""
    for number, result in enumerate(scored.results):
        if result.language is not None and result.error_kind is ErrorKind.LANGUAGE:
            words = f"Text {number} (from 0) is in {language_name(result.language)}"
            raise TextNotScored(f"{words}, which is not assessed here.")
        if result.error is not None:
            kind = result.error_kind or "backend"
            raise TextNotScored(f"Text {number} (from 0) could not be scored ({kind}).")
    return scored


def read_text(value: object, where: str) -> str:
    """The text cleaned like a stored comment's. Raises InvalidInput."""
    if not isinstance(value, str):
        raise InvalidInput(f"{where} must be text")
    try:
        check_text(value)
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None
    text = clean_text(value)
    if not text:
        raise InvalidInput(f"{where}: nothing readable is left of the text")
    return text


def read_texts(values: Sequence[object], where: str) -> list[str]:
    """One to MAX_TEXTS texts. Raises InvalidInput naming the first invalid one."""
    if not values:
        raise InvalidInput(f"{where} holds no text")
    if len(values) > MAX_TEXTS:
        raise InvalidInput(f"{where} holds {len(values):,} texts; at most {MAX_TEXTS} a call")
    return [read_text(value, f"{where}[{number}]") for number, value in enumerate(values)]

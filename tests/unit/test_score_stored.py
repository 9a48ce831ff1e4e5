"""What the API makes of stored comments that get no scores: is it the texts, or the backend?"""

import asyncio
from collections.abc import Sequence

import pytest

from core.clock import system_clock
from core.errors import BackendError
from core.inference.base import BatchResult, ErrorKind
from core.inference.batching.micro_batcher import MicroBatcher
from core.inference.fake import FakeBackend
from core.inference.scorer import Scorer
from core.services.submit import Scored
from core.serving.admission import AdmissionControl
from core.serving.scoring import Scoring
from core.servinglog.memory import MemoryLog


class Failing(FakeBackend):
    """Can't score a call that has a text with `word` in it."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word

    def score(self, texts: Sequence[str]) -> BatchResult:
        if any(self._word in text for text in texts):
            raise BackendError("no", kind=ErrorKind.BAD_INPUT)
        return super().score(texts)


def ask(backend: FakeBackend, *texts: str) -> Scored:
    clock = system_clock()
    batcher = MicroBatcher(backend, clock, max_tokens=999, wait_s=0.0, concurrency=1)
    scorer = Scorer(batcher, MemoryLog(), clock)
    scoring = Scoring(
        scorer, batcher, AdmissionControl(clock.monotonic, wait_s=9.0, slots=1, read_chars=999)
    )
    try:
        return asyncio.run(scoring.score_stored(texts))
    finally:
        batcher.close()


@pytest.mark.parametrize("texts", [("fail",), ("fail", "fail again")])
def test_a_backend_that_scores_a_harmless_text_is_not_down(texts: tuple[str, ...]) -> None:
    scored = ask(Failing("fail"), *texts)
    assert not scored.is_down
    assert [result.error_kind for result in scored.results] == [ErrorKind.BAD_INPUT] * len(texts)


def test_a_backend_that_scores_nothing_is_down() -> None:
    assert ask(Failing(""), "hello", "there").is_down


def test_one_text_without_scores_takes_none_from_the_others() -> None:
    scored = ask(Failing("fail"), "fail", "hello")
    assert [result.error is None for result in scored.results] == [False, True]


def test_a_backend_that_raises_is_down() -> None:
    backend = FakeBackend()
    backend.is_down = True
    assert ask(backend, "hello").is_down

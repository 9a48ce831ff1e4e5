"""Every field of the answer to a trial."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.clock import Clock
from core.errors import BackendError
from core.inference.base import BackendInfo, BatchResult, ErrorKind, Location, TextResult
from core.inference.fake import FakeBackend
from core.inference.scorer import PROBE
from core.services.trials import BackendAnswer, SpareBackends
from core.servinglog.memory import MemoryLog
from tests.factories import CLEAN, HELD

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


class Far(FakeBackend):
    """A remote backend that takes two seconds and gives the test's answer."""

    def __init__(self, elapsed: list[float], location: Location = Location.REMOTE) -> None:
        super().__init__()
        self._elapsed = elapsed
        self._info = replace(self._info, name="far", location=location)
        self.closes = 0
        self.answer: Callable[[TextResult], TextResult] = lambda result: result
        self.fails = False
        self.is_short = False

    def close(self) -> None:
        self.closes += 1

    def score(self, texts: Sequence[str]) -> BatchResult:
        self._elapsed[0] += 2.0
        found = super().score(texts)
        if texts == [PROBE]:
            return found
        if self.fails:
            raise BackendError("far could not be reached", kind="connect")
        results = tuple(map(self.answer, found.results))
        return BatchResult(() if self.is_short else results, found.call)


@pytest.fixture
def elapsed() -> list[float]:
    return [100.0]


def spare(elapsed: list[float], *backends: FakeBackend) -> SpareBackends:
    made = iter(backends)
    clock = Clock(now=lambda: NOW, monotonic=lambda: elapsed[0])
    return SpareBackends(lambda _name: next(made), MemoryLog(), clock)


def ask(elapsed: list[float], far: Far, text: str = HELD) -> BackendAnswer:
    (answer,) = spare(elapsed, far).ask(["far"], text)
    return answer


def test_answer_has_its_time_scores_and_who_gave_them(elapsed: list[float]) -> None:
    far = Far(elapsed)
    answer = ask(elapsed, far)
    assert (answer.backend, answer.at, answer.total_ms) == ("far", NOW, 2_000.0)
    assert (answer.info, answer.model_version) == (far.info, "fake-1")
    assert (answer.error, answer.error_kind) == (None, None)
    assert max(answer.scores.values()) == 0.95


def test_answer_names_the_version_that_scored_and_labels_that_are_not_ours(
    elapsed: list[float],
) -> None:
    far = Far(elapsed)
    far.answer = lambda result: replace(
        result, model_version="far-7", other_scores={"profanity": 0.4}
    )
    answer = ask(elapsed, far)
    assert (answer.model_version, answer.other_scores) == ("far-7", {"profanity": 0.4})


def test_text_that_is_refused_alone_is_an_error_of_the_answer(elapsed: list[float]) -> None:
    far = Far(elapsed)
    far.answer = lambda _: TextResult(error="it is too long", error_kind=ErrorKind.BAD_INPUT)
    answer = ask(elapsed, far)
    assert (answer.error, answer.error_kind) == ("it is too long", ErrorKind.BAD_INPUT)
    assert (answer.total_ms, answer.scores, far.closes) == (2_000.0, {}, 0)


@pytest.mark.parametrize("broken", ["fails", "is_short"])
def test_call_that_failed_tells_when_which_and_why(elapsed: list[float], broken: str) -> None:
    far = Far(elapsed)
    setattr(far, broken, True)
    answer = ask(elapsed, far)
    assert (answer.backend, answer.at, answer.info) == ("far", NOW, far.info)
    assert answer.error
    assert answer.error_kind is not None
    assert (answer.total_ms, answer.scores, far.closes) == (None, {}, 1)


def test_model_of_this_process_that_failed_once_is_kept(elapsed: list[float]) -> None:
    here = Far(elapsed, location=Location.IN_PROCESS)
    bench = spare(elapsed, here)
    here.fails = True
    bench.ask(["far"], HELD)
    here.fails = False
    (answer,) = bench.ask(["far"], CLEAN)
    assert (answer.error, here.closes) == (None, 0)


class Untold(FakeBackend):
    """A model whose `info` is known only after loading."""

    def __init__(self) -> None:
        super().__init__()
        self.loads = 0

    @property
    def info(self) -> BackendInfo:
        if not self.loads:
            raise BackendError("the model was not read yet", kind="model")
        return self._info

    def load(self) -> None:
        self.loads += 1


def test_model_that_must_be_read_first_is_taken_for_one_of_this_process(
    elapsed: list[float],
) -> None:
    untold = Untold()
    (answer,) = spare(elapsed, untold).ask(["far"], HELD)
    assert (answer.error, untold.loads) == (None, 1)


def test_slower_of_two_that_ask_first_uses_the_other_ones_backend(elapsed: list[float]) -> None:
    """Both create a backend; the second one finds the first one's and closes its own."""
    first, second = Far(elapsed), Far(elapsed)
    bench = spare(elapsed, second, first)
    second.answer = lambda result: result
    slow_score = second.score

    def overtaken(texts: Sequence[str]) -> BatchResult:
        second.score = slow_score  # type: ignore[method-assign]
        bench.ask(["far"], CLEAN)
        return slow_score(texts)

    second.score = overtaken  # type: ignore[method-assign]
    (answer,) = bench.ask(["far"], HELD)
    assert answer.error is None
    assert (first.closes, second.closes) == (0, 1)
    bench.close()
    assert first.closes == 1


def test_letters_that_were_not_read_are_told(elapsed: list[float]) -> None:
    far = Far(elapsed)
    far.answer = lambda result: replace(result, unread_chars=7)
    assert ask(elapsed, far).unread_chars == 7

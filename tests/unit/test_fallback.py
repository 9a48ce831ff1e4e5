"""Fallback: the next backend answers if the one before failed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.clock import system_clock
from core.errors import BackendError
from core.inference.base import BackendInfo, BatchResult, ErrorKind, TextResult
from core.inference.fake import POISON, FakeBackend
from core.inference.resilience.fallback import FallbackBackend
from core.inference.scorer import Scorer
from core.moderation.scores import Label
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode


class Second(FakeBackend):
    """A second fake backend with another name."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    @property
    def info(self) -> BackendInfo:
        return replace(super().info, name="second", model_version="second-1")

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.asked += texts
        return super().score(texts)


class Picky(FakeBackend):
    """Refuses one particular text."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        answer = super().score(texts)
        refused = TextResult(error="too long", error_kind=ErrorKind.BAD_INPUT)
        results = [
            refused if "long" in text else result
            for text, result in zip(texts, answer.results, strict=True)
        ]
        return BatchResult(tuple(results), answer.call)


class Short(FakeBackend):
    """Returns one result too few."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        answer = super().score(texts)
        return BatchResult(answer.results[1:], answer.call)


@pytest.fixture
def second() -> Second:
    return Second()


def test_first_answers_and_the_second_is_not_asked(second: Second) -> None:
    results = FallbackBackend([FakeBackend(), second]).score(["you idiot"]).results
    assert results[0].backend is None
    assert second.asked == []


def test_second_answers_under_its_own_name_when_the_first_is_down(second: Second) -> None:
    first = FakeBackend()
    first.is_down = True
    answer = FallbackBackend([first, second]).score(["you idiot", "fine"])
    assert [result.backend for result in answer.results] == ["second", "second"]
    assert {result.model_version for result in answer.results} == {"second-1"}
    assert answer.results[0].scores[Label.INSULT] == 0.95
    assert answer.call.answered_by == second.info
    assert [(call.info.name, call.error_kind) for call in answer.call.failed_calls] == [
        ("fake", "backend")
    ]


def test_only_the_text_that_failed_goes_on(second: Second) -> None:
    results = FallbackBackend([Picky(), second]).score(["a", "long idiot", "b"]).results
    assert second.asked == ["long idiot"]
    assert [result.backend for result in results] == [None, "second", None]
    assert results[1].scores[Label.INSULT] == 0.95


def test_text_that_failed_keeps_its_error_when_the_second_is_down(second: Second) -> None:
    second.is_down = True
    results = FallbackBackend([Picky(), second]).score(["a", "long"]).results
    assert [result.error for result in results] == [None, "too long"]


def test_answer_of_the_wrong_length_is_no_answer(second: Second) -> None:
    results = FallbackBackend([Short(), second]).score(["a", "b"]).results
    assert [result.backend for result in results] == ["second", "second"]


def test_with_both_down_the_first_ones_error_is_raised(second: Second) -> None:
    first = FakeBackend()
    first.is_down = second.is_down = True
    chain = FallbackBackend([first, second])
    assert chain.health() == "told to be down"
    with pytest.raises(BackendError, match="told to be down"):
        chain.score(["a"])
    second.is_down = False
    assert chain.health() is None


def test_serving_log_has_the_one_that_failed_and_the_one_that_answered(second: Second) -> None:
    first, log = FakeBackend(), MemoryLog()
    first.is_down = True
    scorer = Scorer(FallbackBackend([first, second]), log, system_clock())
    scorer.score(["a", "b"], Mode.REALTIME)
    told = [(r.backend, r.error_kind, r.batch_size, r.mode) for r in log.records]
    assert told == [
        ("fake", "backend", 2, Mode.REALTIME),
        ("second", None, 2, Mode.REALTIME),
    ]


def test_text_that_breaks_both_is_isolated_as_ever(second: Second) -> None:
    scorer = Scorer(FallbackBackend([FakeBackend(), second]), MemoryLog(), system_clock())
    results = scorer.score(["a", POISON, "b"], Mode.BATCH)
    assert [result.error is not None for result in results] == [False, True, False]

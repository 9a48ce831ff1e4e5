"""The cache: hits, results that are never kept, and eviction."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BackendError
from core.inference.base import BackendInfo, BatchResult, ErrorKind, TextResult
from core.inference.cache import CachedBackend
from core.inference.fake import POISON, FakeBackend
from core.inference.text.form import model_text
from core.moderation.scores import Label
from tests.cutting_backend import CuttingBackend


class Counting(FakeBackend):
    """Records its calls; changing its weights changes every score."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []
        self.version = "fake-1"
        self.closed = False

    @property
    def info(self) -> BackendInfo:
        return replace(super().info, model_version=self.version)

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.asked.append(list(texts))
        answer = super().score(texts)
        if self.version == "fake-1":
            return answer
        other = tuple(TextResult(dict.fromkeys(result.scores, 0.5)) for result in answer.results)
        return replace(answer, results=other)

    def close(self) -> None:
        self.closed = True


def toxicity(answer: BatchResult) -> list[float]:
    return [result.scores[Label.TOXICITY] for result in answer.results]


def test_second_call_asks_only_for_what_is_new() -> None:
    backend = Counting()
    cached = CachedBackend(backend, entries=10)
    first = cached.score(["a", "you idiot"])
    second = cached.score(["you idiot", "b", "a"])
    assert backend.asked == [["a", "you idiot"], ["b"]]
    assert toxicity(second) == [0.92, 0.02, 0.02]
    assert (first.call.cache_hits, second.call.cache_hits) == (0, 2)
    assert second.call.tokens == 1


def test_call_answered_from_memory_alone_reaches_no_backend_and_tells_no_phase() -> None:
    backend = Counting()
    cached = CachedBackend(backend, entries=10)
    cached.score(["a"])
    call = cached.score(["a", "a"]).call
    assert len(backend.asked) == 1
    assert (call.cache_hits, call.compute_ms, call.tokens) == (2, None, None)
    assert call.total_ms > 0


def test_texts_the_model_reads_alike_are_scored_once_and_answered_each() -> None:
    backend = Counting()
    answer = CachedBackend(backend, entries=10).score(["You  idiot", "x", "You id\u200biot"])
    assert backend.asked == [["You  idiot", "x"]]
    assert toxicity(answer) == [0.92, 0.02, 0.92]
    assert answer.call.cache_hits == 1


def test_other_weights_get_no_old_answer_and_the_old_ones_no_new_one() -> None:
    backend = Counting()
    cached = CachedBackend(backend, entries=10)
    assert toxicity(cached.score(["you idiot"])) == [0.92]
    backend.version = "fake-2"
    assert toxicity(cached.score(["you idiot"])) == [0.5]
    backend.version = "fake-1"
    assert toxicity(cached.score(["you idiot"])) == [0.92]
    assert len(backend.asked) == 2


def test_answer_given_while_the_weights_changed_is_not_kept() -> None:
    class Changing(Counting):
        def score(self, texts: Sequence[str]) -> BatchResult:
            self.version = "fake-2"
            return super().score(texts)

    backend = Changing()
    cached = CachedBackend(backend, entries=10)
    cached.score(["you idiot"])
    backend.version = "fake-1"
    cached.score(["you idiot"])
    assert len(backend.asked) == 2


def test_the_version_of_answers_can_be_passed_in() -> None:
    backend, told = Counting(), ["one"]
    cached = CachedBackend(backend, entries=10, version=lambda: told[0])
    cached.score(["a"])
    told[0] = "two"
    assert cached.score(["a"]).call.cache_hits == 0


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (TextResult(error="no", error_kind=ErrorKind.BAD_SCORE), "a failure"),
        (TextResult(scores={Label.THREAT: 1.5}), "no score at all"),
        (TextResult(scores={Label.THREAT: 0.5}, backend="second"), "a stand-in's answer"),
    ],
)
def test_what_may_be_better_next_time_is_not_kept(result: TextResult, why: str) -> None:
    class Odd(Counting):
        def score(self, texts: Sequence[str]) -> BatchResult:
            return replace(super().score(texts), results=(result,) * len(texts))

    backend = Odd()
    cached = CachedBackend(backend, entries=10)
    assert cached.score(["a"]).results == cached.score(["a"]).results == (result,)
    assert len(backend.asked) == 2, why


def test_a_failed_call_fails_and_leaves_nothing() -> None:
    backend = Counting()
    cached = CachedBackend(backend, entries=10)
    with pytest.raises(BackendError, match="poison"):
        cached.score(["a", POISON])
    assert cached.score(["a"]).call.cache_hits == 0


def test_backend_that_answers_for_too_few_is_refused() -> None:
    class Forgetful(Counting):
        def score(self, texts: Sequence[str]) -> BatchResult:
            answer = super().score(texts)
            return replace(answer, results=answer.results[1:])

    with pytest.raises(BackendError, match="gave 1 results for 2 texts"):
        CachedBackend(Forgetful(), entries=10).score(["a", "b", "a"])


def test_the_least_recently_used_goes_first() -> None:
    backend = Counting()
    cached = CachedBackend(backend, entries=2)
    cached.score(["a", "b"])
    cached.score(["a"])
    cached.score(["c"])
    assert cached.score(["a", "c"]).call.cache_hits == 2
    assert cached.score(["b"]).call.cache_hits == 0


def test_a_call_with_more_texts_than_entries_answers_each() -> None:
    cached = CachedBackend(Counting(), entries=1)
    assert toxicity(cached.score(["a", "you idiot", "b"])) == [0.02, 0.92, 0.02]


def test_closing_forgets_and_closes() -> None:
    backend = Counting()
    cached = CachedBackend(backend, entries=2)
    cached.score(["a"])
    cached.close()
    assert backend.closed
    assert cached.score(["a"]).call.cache_hits == 0


def test_info_and_health_are_those_of_the_wrapped_backend() -> None:
    backend = Counting()
    cached = CachedBackend(backend, entries=2)
    cached.load()
    assert cached.info == backend.info
    assert cached.health() is None
    backend.is_down = True
    cached_health = cached.health()
    assert cached_health == "told to be down"


WORDS = st.sampled_from(["idiot", "damn", "fine", "Idiot", " idiot ", "<b>damn</b>", "", "\ud800"])


@given(st.lists(st.lists(WORDS, max_size=6), max_size=6), st.integers(1, 4))
def test_answers_are_those_of_the_backend_whatever_was_asked_before(
    calls: list[list[str]], entries: int
) -> None:
    cached = CachedBackend(FakeBackend(), entries=entries)
    for texts in calls:
        expected = FakeBackend().score([model_text(text) for text in texts]).results
        answer = cached.score(texts)
        assert answer.results == expected
        assert 0 <= answer.call.cache_hits <= len(texts)


def test_threads_that_share_it_get_their_own_answers() -> None:
    cached = CachedBackend(FakeBackend(), entries=3)
    texts = [["you idiot", "a"], ["damn", "idiot"], ["b", "c", "moron"], ["kill"]] * 50
    together = threading.Barrier(4)

    def ask(part: list[list[str]]) -> list[list[float]]:
        together.wait()
        return [toxicity(cached.score(each)) for each in part]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, [texts] * 4))
    expected = [toxicity(FakeBackend().score(each)) for each in texts]
    assert found == [expected] * 4


def test_a_text_that_was_not_read_whole_is_not_kept() -> None:
    """How much of it was not read depends on its spaces, which the key leaves out."""
    cached = CachedBackend(CuttingBackend(), entries=10)
    long = "word " * 40
    texts = ["fine", long, f"{long}       "]
    whole, cut, marked = cached.score(texts).results
    assert (whole.unread_chars, cut.unread_chars) == (0, 100)
    again = cached.score([f"{long}       ", "fine"])
    assert again.call.cache_hits == 1
    assert again.results[0].unread_chars == 107
    assert marked == cut, "within one call they share a result"

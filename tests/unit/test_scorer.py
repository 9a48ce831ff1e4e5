"""The scorer: results in order, a bad text isolated, one record per call."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.clock import Clock, system_clock
from core.errors import BackendError
from core.inference.base import BatchResult, CallMetadata, ErrorKind, TextResult
from core.inference.fake import LABELS, POISON, WORDS, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.decisions import judge
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode
from tests.policies import removing_policy

START = datetime(2026, 11, 1, tzinfo=UTC)


class TickingClock:
    """A clock that advances by a second at each reading."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 1.0
        return self.seconds


class Forgetful(FakeBackend):
    """Returns one result too few."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        answer = super().score(texts)
        return BatchResult(answer.results[:-1], answer.call)


class Stuck(FakeBackend):
    """Fails on every text although its health check succeeds."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        raise BackendError("no answer in time", kind=ErrorKind.TIMEOUT)


class Falling(FakeBackend):
    """Fails from its third call on."""

    calls = 0

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.calls += 1
        self.is_down = self.calls > 2
        return super().score(texts)


class Choosy(FakeBackend):
    """Returns an error for one text, as for a text that is too long."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        refused = TextResult(error="a bad score", error_kind=ErrorKind.BAD_SCORE)
        results = tuple(refused if text == "bad" else TextResult(unread_chars=3) for text in texts)
        return BatchResult(results, CallMetadata(5.0, tokens=7, attempts=3))


def make_scorer(backend: FakeBackend) -> tuple[Scorer, MemoryLog]:
    log = MemoryLog()
    clock = Clock(now=lambda: START, monotonic=TickingClock().monotonic)
    return Scorer(backend, log, clock), log


def test_results_keep_order_and_number() -> None:
    scorer, _ = make_scorer(FakeBackend())
    results = scorer.score(["a", "you idiot", "b", "I kill you"], Mode.BATCH)
    assert [result.scores[Label.THREAT] for result in results] == [0.02, 0.02, 0.02, 0.8]
    assert [result.scores[Label.INSULT] for result in results] == [0.02, 0.95, 0.02, 0.02]


def test_no_texts_make_no_call() -> None:
    scorer, log = make_scorer(FakeBackend())
    assert scorer.score([], Mode.BATCH) == ()
    assert log.records == []


@pytest.mark.parametrize("size", [2, 3, 8, 13])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_poisonous_text_fails_alone(size: int, place: str) -> None:
    at = {"first": 0, "middle": size // 2, "last": size - 1}[place]
    texts = [f"text {number} idiot" for number in range(size)]
    texts[at] = POISON
    scorer, _ = make_scorer(FakeBackend())
    results = scorer.score(texts, Mode.BATCH)
    assert [result.error is not None for result in results] == [text == POISON for text in texts]
    assert results[at].error_kind is ErrorKind.BACKEND
    assert results[at].scores == {}


def test_several_poisonous_texts_fail_each_alone() -> None:
    texts = ["a", POISON, "b", "c", POISON, "d", "e"]
    scorer, _ = make_scorer(FakeBackend())
    results = scorer.score(texts, Mode.BATCH)
    assert [index for index, result in enumerate(results) if result.error] == [1, 4]


def test_isolation_takes_few_calls_and_each_leaves_a_record() -> None:
    scorer, log = make_scorer(FakeBackend())
    scorer.score([*["fine"] * 63, POISON], Mode.BATCH)
    # The whole, then both halves of what failed, six times down to the one.
    assert [record.batch_size for record in log.records] == [
        64, 32, 32, 16, 16, 8, 8, 4, 4, 2, 2, 1, 1,
    ]  # fmt: skip
    assert sum(record.error_kind is not None for record in log.records) == 7


def test_backend_that_is_down_raises_and_leaves_one_record_of_its_kind() -> None:
    backend = FakeBackend()
    backend.is_down = True
    scorer, log = make_scorer(backend)
    with pytest.raises(BackendError, match="told to be down"):
        scorer.score(["a", "b", "c"], Mode.REALTIME)
    (record,) = log.records
    assert (record.error_kind, record.batch_size, record.mode) == ("backend", 3, Mode.REALTIME)
    assert record.compute_ms is None
    assert record.tokens is None


@pytest.mark.parametrize("texts", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_backend_that_fails_on_a_harmless_text_too_is_the_one_that_failed(
    texts: list[str],
) -> None:
    scorer, log = make_scorer(Stuck())
    with pytest.raises(BackendError, match="no answer in time"):
        scorer.score(texts, Mode.BATCH)
    assert {record.error_kind for record in log.records} == {"timeout"}


def test_harmless_text_is_no_part_of_the_traffic() -> None:
    scorer, log = make_scorer(FakeBackend())
    scorer.score([POISON], Mode.REALTIME)
    assert [record.mode for record in log.records] == [Mode.REALTIME, Mode.WARMUP]


@pytest.mark.parametrize("texts", [[POISON], [POISON, POISON], [POISON] * 5])
def test_texts_that_all_fail_on_a_backend_that_works_fail_one_by_one(texts: list[str]) -> None:
    scorer, _ = make_scorer(FakeBackend())
    results = scorer.score(texts, Mode.BATCH)
    assert [result.error_kind for result in results] == [ErrorKind.BACKEND] * len(texts)


def test_backend_that_goes_down_half_way_fails_the_whole_call() -> None:
    scorer, log = make_scorer(Falling())
    with pytest.raises(BackendError, match="told to be down"):
        scorer.score([POISON, "a", "b", "c"], Mode.BATCH)
    assert [record.batch_size for record in log.records] == [4, 2, 1]


def test_wrong_number_of_results_is_refused() -> None:
    scorer, log = make_scorer(Forgetful())
    with pytest.raises(BackendError, match="gave 0 results for 1 texts"):
        scorer.score(["a"], Mode.BATCH)
    assert log.records[0].error_kind == "bad_shape"


def test_closing_lets_go_of_backend_and_log() -> None:
    closed: list[str] = []

    class Backend(FakeBackend):
        def close(self) -> None:
            closed.append("backend")

    class Log(MemoryLog):
        def close(self) -> None:
            closed.append("log")

    Scorer(Backend(), Log(), Clock(now=lambda: START, monotonic=lambda: 0.0)).close()
    assert closed == ["backend", "log"]


def test_call_leaves_one_record_with_what_it_cost_and_never_the_text() -> None:
    scorer, log = make_scorer(Choosy())
    scorer.score(["SECRET", "bad"], Mode.LOAD_TEST)
    (record,) = log.records
    assert (record.batch_size, record.chars, record.error_count) == (2, 9, 1)
    assert (record.tokens, record.truncated_count, record.attempts) == (7, 1, 3)
    assert (record.backend, record.model_version, record.mode) == (
        "fake", "fake-1", Mode.LOAD_TEST,
    )  # fmt: skip
    assert record.started_at == START
    assert record.total_ms == 1000.0
    assert record.error_kind is None
    assert "SECRET" not in repr(record)


def test_two_calls_have_request_ids_of_their_own() -> None:
    scorer, log = make_scorer(FakeBackend())
    scorer.score(["a"], Mode.BATCH)
    scorer.score(["a"], Mode.BATCH)
    assert len({record.request_id for record in log.records}) == 2


def test_fake_backend_takes_the_highest_score_any_word_gives() -> None:
    scores = FakeBackend().score(["Damn IDIOT, you moron!"]).results[0].scores
    assert scores == {
        Label.TOXICITY: 0.99,
        Label.OBSCENE: 0.6,
        Label.THREAT: 0.02,
        Label.INSULT: 0.99,
        Label.IDENTITY_ATTACK: 0.02,
    }


def test_fake_backend_declares_what_it_does() -> None:
    backend = FakeBackend()
    backend.load()
    assert backend.health() is None
    assert set(backend.info.labels) == set(LABELS)
    assert set(FakeBackend().score(["x"]).results[0].scores) == set(LABELS)
    backend.is_down = True
    assert backend.health() == "told to be down"
    backend.close()


def test_fake_words_lead_to_every_action_of_a_policy_that_removes() -> None:
    policy = removing_policy(START)
    answers = FakeBackend().score(["hello", *WORDS]).results
    actions = {judge(answer.scores, policy).action for answer in answers}
    assert actions == {Action.APPROVE, Action.HOLD, Action.REMOVE}


@pytest.mark.parametrize("score", [1.0000001, -0.1, float("nan")])
def test_a_score_outside_0_to_1_is_an_error_of_that_text_alone(score: float) -> None:
    class Odd(FakeBackend):
        def score(self, texts: Sequence[str]) -> BatchResult:
            answer = super().score(texts)
            odd = TextResult(scores={Label.THREAT: score})
            return replace(answer, results=(odd, *answer.results[1:]))

    log = MemoryLog()
    scorer = Scorer(Odd(), log, system_clock())
    first, second = scorer.score(["one", "two"], Mode.BATCH)
    assert first.error_kind is ErrorKind.BAD_SCORE
    assert first.scores == {}
    assert second.error is None
    assert log.records[0].error_count == 1

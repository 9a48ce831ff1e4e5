"""The cascade: which stage scores which text, audits, and when the full model scores everything."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import Clock
from core.errors import BackendError
from core.inference.base import BatchResult, ErrorKind, TextResult
from core.inference.cascade.backend import CascadeBackend, ClearingRule, is_audited
from core.inference.cascade.word_hashes import READ_CHARS
from core.inference.fake import LABELS, POISON, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.clearing import acting_edges
from core.moderation.policies import Policy
from core.moderation.scores import Label
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode
from tests.policies import fixed_policy

START = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = fixed_policy(START)
OTHER = replace(POLICY, rules=tuple(r for r in POLICY.rules if r.label is not Label.THREAT))
NEAR, FAR = 0.15, 0.001


class StubFirstStage:
    """A first stage that gives a high score only to exclamation marks."""

    version = "stub-1"
    labels = LABELS

    def __init__(self) -> None:
        self.asked: list[str] = []

    def reads_whole(self, text: str) -> bool:
        return len(text) <= READ_CHARS

    def predict(self, texts: Sequence[str]) -> list[Mapping[Label, float]]:
        self.asked += texts
        return [dict.fromkeys(LABELS, NEAR if "!" in text else FAR) for text in texts]


class Counting(FakeBackend):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.asked += texts
        return super().score(texts)


def cascade(
    full: FakeBackend,
    *,
    audit_share: float = 0.0,
    policy: Policy = POLICY,
    pass_below: float = 0.1,
) -> CascadeBackend:
    rule = ClearingRule(acting_edges(POLICY), pass_below, audit_share)
    return CascadeBackend(full, StubFirstStage(), rule, lambda: policy)


def test_only_what_does_not_pass_reaches_the_full_model() -> None:
    full = Counting()
    answer = cascade(full).score(["fine", "you idiot!", "nice", "ok!"])
    assert full.asked == ["you idiot!", "ok!"]
    assert [r.model_version for r in answer.results] == ["stub-1", None, "stub-1", None]
    assert [r.scores[Label.TOXICITY] for r in answer.results] == [FAR, 0.92, FAR, 0.02]
    call = answer.call
    assert (call.first_stage_count, call.audit_count, call.flag_count) == (2, 0, 1)
    assert call.first_stage_ms is not None
    assert call.total_ms >= call.first_stage_ms
    assert call.tokens == 3


def test_a_text_that_the_first_stage_does_not_read_whole_is_never_cleared() -> None:
    full = Counting()
    long = "fine " * (READ_CHARS // 5) + "you idiot"
    answer = cascade(full).score(["fine", long])
    assert full.asked == [long]
    assert answer.results[1].scores[Label.TOXICITY] == 0.92
    assert answer.call.first_stage_count == 1


def test_cleared_call_never_reaches_the_full_model() -> None:
    full = FakeBackend()
    full.is_down = True
    answer = cascade(full).score(["fine", "nice"])
    assert answer.call.first_stage_count == 2
    assert (answer.call.compute_ms, answer.call.tokens) == (None, None)


def test_audited_texts_get_the_full_model_and_its_misses_count() -> None:
    full = Counting()
    answer = cascade(full, audit_share=0.999999).score(["fine", "you idiot", "ok!", "I kill you!"])
    assert full.asked == ["fine", "you idiot", "ok!", "I kill you!"]
    call = answer.call
    assert (call.first_stage_count, call.audit_count, call.audit_missed) == (0, 2, 1)
    assert call.flag_count == 2
    assert answer.results == FakeBackend().score(full.asked).results


def test_audit_that_could_not_be_scored_is_none() -> None:
    class Refusing(FakeBackend):
        def score(self, texts: Sequence[str]) -> BatchResult:
            failed = TextResult(error="no", error_kind=ErrorKind.BAD_SCORE)
            return replace(super().score(texts), results=(failed,) * len(texts))

    call = cascade(Refusing(), audit_share=0.999999).score(["fine"]).call
    assert (call.first_stage_count, call.audit_count, call.flag_count) == (0, 0, 0)


def test_share_of_audits_is_near_what_was_asked_and_fixed_by_the_text() -> None:
    texts = [f"text {number}" for number in range(20_000)]
    chosen = [is_audited(text, 0.02) for text in texts]
    assert sum(chosen) == 398  # a hash: the same for ever, 2 % of 20,000 being 400
    assert not any(is_audited(text, 0.0) for text in texts)
    assert is_audited("\ud800", 0.999999)


def test_under_a_policy_with_other_edges_the_full_model_scores_all() -> None:
    full = Counting()
    backend = cascade(full, policy=OTHER)
    answer = backend.score(["fine", "ok!"])
    assert full.asked == ["fine", "ok!"]
    assert answer.call.first_stage_ms is None
    assert backend.answer_version == "fake-1"


def test_answer_version_names_both_stages_and_the_threshold() -> None:
    names = {cascade(FakeBackend(), pass_below=at).answer_version for at in (0.1, 0.2)}
    assert names == {"fake-1+stub-1<0.1", "fake-1+stub-1<0.2"}


@given(st.lists(st.sampled_from(["fine", "ok!", "you idiot!", "damn", ""])), st.floats(0, 0.99))
def test_order_and_number_are_kept_and_counts_add_up(texts: list[str], share: float) -> None:
    full = Counting()
    answer = cascade(full, audit_share=share).score(texts)
    assert len(answer.results) == len(texts)
    for text, result in zip(texts, answer.results, strict=True):
        if result.model_version is None:
            assert result == FakeBackend().score([text]).results[0]
        else:
            assert "!" not in text
    assert answer.call.first_stage_count + len(full.asked) == len(texts)


def test_full_model_that_fails_fails_the_call_and_the_scorer_isolates_the_text() -> None:
    backend = cascade(FakeBackend())
    with pytest.raises(BackendError, match="poison"):
        backend.score(["fine", POISON])
    log = MemoryLog()
    scorer = Scorer(backend, log, Clock(now=lambda: START, monotonic=lambda: 0.0))
    good, bad = scorer.score(["fine", POISON], Mode.BATCH)
    assert (good.model_version, bad.error_kind) == ("stub-1", ErrorKind.BACKEND)
    assert [record.first_stage_count for record in log.records] == [0, 1, 0]


def test_full_model_that_answers_for_too_few_is_refused() -> None:
    class Forgetful(FakeBackend):
        def score(self, texts: Sequence[str]) -> BatchResult:
            return replace(super().score(texts), results=())

    with pytest.raises(BackendError, match="gave 0 results for 1 texts"):
        cascade(Forgetful()).score(["fine", "ok!"])


def test_serving_record_tells_of_both_stages() -> None:
    log = MemoryLog()
    backend = cascade(FakeBackend(), audit_share=0.999999)
    scorer = Scorer(backend, log, Clock(now=lambda: START, monotonic=lambda: 0.0))
    scorer.score(["you idiot", "ok!"], Mode.REALTIME)
    (record,) = log.records
    assert (record.audit_count, record.audit_missed, record.flag_count) == (1, 1, 1)
    assert record.first_stage_ms is not None
    assert record.model_version == "fake-1"


def test_info_and_health_are_those_of_the_full_model() -> None:
    full = FakeBackend()
    backend = cascade(full)
    backend.load()
    assert backend.info == full.info
    full.is_down = True
    assert backend.health() == "told to be down"
    backend.close()

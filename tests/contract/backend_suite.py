"""The contract of every backend, local or remote, as one suite to subclass."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.inference.base import Backend
from core.moderation.scores import Label, are_scores

BENIGN = "What a lovely morning it was."
ABUSIVE = "You idiot, I kill you."


class BackendSuite:
    """Subclass it as `Test…` and supply a fixture `backend`: not loaded, and closed by the
    subclass."""

    @pytest.fixture
    def opened(self, backend: Backend) -> Backend:
        backend.load()
        return backend

    def test_info_says_what_it_assesses(self, opened: Backend) -> None:
        info = opened.info
        assert info.name
        assert info.model_version
        assert info.labels
        assert len(set(info.labels)) == len(info.labels)
        assert info.location in ("in_process", "localhost", "remote")

    def test_a_second_load_does_nothing(self, opened: Backend) -> None:
        opened.load()
        assert opened.health() is None

    def test_no_texts_give_no_results(self, opened: Backend) -> None:
        assert opened.score([]).results == ()

    @pytest.mark.parametrize("count", [1, 2, 3, 33])
    def test_results_keep_order_and_number(self, opened: Backend, count: int) -> None:
        texts = [ABUSIVE if n % 3 == 1 else f"{BENIGN} {n}" for n in range(count)]
        results = opened.score(texts).results
        assert [result.error for result in results] == [None] * count
        toxic = [result.scores[Label.TOXICITY] > 0.5 for result in results]
        assert toxic == [text == ABUSIVE for text in texts]

    def test_every_label_has_a_score_and_no_other(self, opened: Backend) -> None:
        for result in opened.score([BENIGN, ABUSIVE]).results:
            assert set(result.scores) == set(opened.info.labels)
            assert are_scores(result.scores)

    def test_a_text_scores_the_same_alone_and_in_a_batch(self, opened: Backend) -> None:
        texts = [BENIGN, ABUSIVE, "damn"]
        together = opened.score(texts).results
        for text, result in zip(texts, together, strict=True):
            alone = opened.score([text]).results[0].scores
            assert result.scores == pytest.approx(alone, abs=1e-9)

    @pytest.mark.parametrize(
        "text", ["\n", "\ud800", "\x00", "🤡" * 50, 'a "quoted" \\ text', "{text}", "日本語"]
    )
    def test_any_string_is_scored(self, opened: Backend, text: str) -> None:
        result = opened.score([text]).results[0]
        assert result.error is None
        assert are_scores(result.scores)

    def test_a_call_tells_what_it_took(self, opened: Backend) -> None:
        call = opened.score([BENIGN, ABUSIVE]).call
        assert call.total_ms > 0.0
        assert call.attempts >= 1
        for told in (call.queue_ms, call.compute_ms, call.network_ms, call.tokenize_ms):
            assert told is None or told >= 0.0

    def test_threads_may_share_it(self, opened: Backend) -> None:
        texts = [ABUSIVE if n % 2 else BENIGN for n in range(12)]
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda text: opened.score([text]).results[0].scores, texts))
        assert [scores[Label.TOXICITY] > 0.5 for scores in found] == [n % 2 == 1 for n in range(12)]

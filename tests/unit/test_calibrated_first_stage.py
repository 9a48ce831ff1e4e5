"""A first stage without the full model clears only what its calibration allows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from core.inference.cascade.calibrated_first_stage import CalibratedFirstStage
from core.inference.cascade.calibration import Calibration
from core.inference.cascade.word_hashes import READ_CHARS
from core.inference.fake import LABELS, FakeBackend
from core.moderation.clearing import acting_edges
from core.moderation.default_policy import default_policy
from core.moderation.scores import Label

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = default_policy(NOW)
CALIBRATION = Calibration(
    full_version="full-1",
    first_version="first-1",
    policy_version=1,
    edges=acting_edges(POLICY),
    pass_below=0.3,
    comments=1000,
    flagged=400,
    missed=0,
    bound=0.01,
    share_cleared=0.5,
    data="test",
    made_at=NOW,
)
TEXTS = ["What a lovely morning.", "You idiot.", "damn"]


class WordList:
    """A first stage with the fake backend's scores."""

    version = "first-1"
    labels = LABELS

    def reads_whole(self, text: str) -> bool:
        return len(text) <= READ_CHARS

    def predict(self, texts: Sequence[str]) -> Sequence[Mapping[Label, float]]:
        return [result.scores for result in FakeBackend().score(texts).results]


def test_clearly_fine_is_cleared_and_the_rest_is_not() -> None:
    stage = CalibratedFirstStage(WordList(), CALIBRATION)
    assert list(stage.clears(TEXTS, POLICY)) == [True, False, False]


def test_other_edges_clear_nothing() -> None:
    other = replace(POLICY, rules=tuple(r for r in POLICY.rules if r.label is not Label.TOXICITY))
    assert acting_edges(other) != CALIBRATION.edges
    assert list(CalibratedFirstStage(WordList(), CALIBRATION).clears(TEXTS, other)) == [False] * 3


def test_other_weights_clear_nothing() -> None:
    calibration = replace(CALIBRATION, first_version="first-2")
    assert list(CalibratedFirstStage(WordList(), calibration).clears(TEXTS, POLICY)) == [False] * 3


def test_a_text_that_is_not_read_whole_is_never_cleared() -> None:
    first = CalibratedFirstStage(WordList(), CALIBRATION)
    assert first.clears(["fine " * 10, "fine " * READ_CHARS], POLICY) == [True, False]

"""The difference between two sets of scores."""

import pytest

from core.benchmarks.score_change import changes
from core.moderation.default_policy import BANDS
from core.moderation.scores import Label

HOLD, REMOVE = 0.4, 0.9


@pytest.fixture(autouse=True)
def _bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BANDS, Label.TOXICITY, (HOLD, REMOVE, "harassment"))


@pytest.mark.parametrize(
    ("before", "after", "flips"),
    [
        (HOLD - 0.01, HOLD, 1),
        (HOLD, HOLD + 0.01, 0),
        (REMOVE, REMOVE - 0.01, 1),
        (HOLD - 0.01, REMOVE, 1),
        (0.0, HOLD / 2, 0),
    ],
    ids=["now held", "held both", "no more removed", "two bands is one flip", "far but below"],
)
def test_a_flip_is_another_band_of_the_default_policy(
    before: float, after: float, flips: int
) -> None:
    found = changes([{Label.TOXICITY: before}], [{Label.TOXICITY: after}])
    assert found.flips == flips
    assert found.largest == pytest.approx(abs(before - after))


def test_without_a_band_for_removal_all_high_scores_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(BANDS, Label.TOXICITY, (HOLD, None, "harassment"))
    assert changes([{Label.TOXICITY: REMOVE}], [{Label.TOXICITY: 1.0}]).flips == 0
    assert changes([{Label.TOXICITY: 0.1}], [{Label.TOXICITY: 1.0}]).flips == 1


def test_labels_are_counted_text_by_text() -> None:
    one = {Label.TOXICITY: 0.1, Label.INSULT: 0.1}
    other = {Label.TOXICITY: 0.1, Label.INSULT: 0.3}
    found = changes([one, one, one], [one, other, one])
    assert found.labels == 6
    assert found.largest == pytest.approx(0.2)

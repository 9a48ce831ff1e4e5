"""The fitted temperature is the one applied to the logits, and ranks don't change."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.evaluation.calibration import (
    BINS,
    calibrate,
    fit_temperature,
    highest_logits,
    measure_fit,
)
from core.training.evaluation.measures import roc_auc


def outcomes(logits: np.ndarray, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).random(len(logits)) < 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_undoes_logits_that_were_stretched(temperature: float) -> None:
    honest = np.random.default_rng(6).normal(0, 2, 20_000)
    targets = outcomes(honest)
    assert fit_temperature(targets, honest * temperature) == pytest.approx(temperature, rel=0.05)


def test_one_class_alone_changes_nothing() -> None:
    assert fit_temperature(np.zeros(5, dtype=bool), np.ones(5)) == 1.0
    assert fit_temperature(np.zeros(0, dtype=bool), np.zeros(0)) == 1.0


def test_scaling_calibrates_and_keeps_the_ranks() -> None:
    honest = np.random.default_rng(7).normal(0, 2, 20_000)
    targets, loud = outcomes(honest), honest * 3
    temperature = fit_temperature(targets, loud)
    scores = 1 / (1 + np.exp(-loud / temperature))
    found = calibrate("toxicity", targets, scores, temperature)
    assert found.before.ece > 0.05 > 0.02 > found.after.ece
    assert found.before.brier > found.after.brier
    assert found.before.brier == pytest.approx(((1 / (1 + np.exp(-loud)) - targets) ** 2).mean())
    assert roc_auc(targets, scores) == roc_auc(targets, loud)


def test_bins_are_equally_full_and_their_gaps_weigh_by_rows() -> None:
    scores = np.linspace(0, 1, 150)
    found = measure_fit(np.ones(150, dtype=bool), scores)
    assert [each.rows for each in found.bins] == [10] * BINS
    assert found.ece == pytest.approx(0.5)
    assert found.brier == pytest.approx(((1 - scores) ** 2).mean())


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=60))
def test_every_row_is_in_one_bin(rows: list[tuple[bool, float]]) -> None:
    found = measure_fit(np.array([t for t, _ in rows], dtype=bool), np.array([s for _, s in rows]))
    assert sum(each.rows for each in found.bins) == len(rows)
    assert 0 <= found.ece <= 1


def test_folding_divides_the_logits_of_each_label() -> None:
    torch = pytest.importorskip("torch", reason="training needs the [train] extra")
    from core.training.evaluation.calibration import fold_temperature

    torch.manual_seed(0)
    head = torch.nn.Linear(4, 2)
    rows = torch.randn(3, 4)
    before = head(rows)
    fold_temperature(SimpleNamespace(model=SimpleNamespace(classifier=head)), [2.0, 0.5])
    assert torch.allclose(head(rows), before / torch.tensor([2.0, 0.5]), atol=1e-6)


def test_the_logit_of_a_text_is_that_of_its_highest_window() -> None:
    logits = np.array([[1.0, -3.0], [2.0, 5.0], [0.5, 6.0], [-1.0, -2.0]])
    found = highest_logits(logits, [range(1), range(1, 3), range(3, 4)])
    assert found.tolist() == [[1.0, -3.0], [2.0, 6.0], [-1.0, -2.0]]
    assert highest_logits(logits[:0], []).shape == (0, 2)


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    chance = np.random.default_rng(3)
    logits = chance.normal(0, 2, 200)
    targets = chance.random(200) < 1 / (1 + np.exp(-logits / 2))
    weights = np.where(np.arange(200) % 3, 1.0, 2.0)
    twice = np.repeat(np.arange(200), weights.astype(int))
    weighted = fit_temperature(targets, logits, weights)
    assert weighted == pytest.approx(fit_temperature(targets[twice], logits[twice]), abs=1e-3)
    assert weighted != pytest.approx(fit_temperature(targets, logits), abs=0.01)

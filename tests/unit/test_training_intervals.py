"""Confidence intervals: their coverage, and wider intervals for rows that are not independent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.evaluation.intervals import FEWEST, ranking_intervals, share_of
from core.training.evaluation.measures import average_precision, roc_auc


def sample(seed: int, rows: int = 400, places: int = 2) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    targets = chance.random(rows) < 0.3
    return targets, np.round(chance.normal(targets * 1.0), places)


def test_the_same_rows_give_the_same_interval() -> None:
    assert ranking_intervals(*sample(1)) == ranking_intervals(*sample(1))


@pytest.mark.parametrize("places", [0, 2], ids=["many ties", "few ties"])
def test_intervals_hold_the_measures_and_most_of_their_redrawn_values(places: int) -> None:
    targets, scores = sample(2, places=places)
    found = ranking_intervals(targets, scores)
    assert found
    (low, high), (low_ap, high_ap) = found
    assert low < roc_auc(targets, scores) < high
    assert low_ap < average_precision(targets, scores) < high_ap
    chance = np.random.default_rng(3)
    redrawn = [chance.integers(0, len(targets), len(targets)) for _ in range(300)]
    areas = np.array([roc_auc(targets[rows], scores[rows]) for rows in redrawn])
    averages = np.array([average_precision(targets[rows], scores[rows]) for rows in redrawn])
    assert ((areas >= low) & (areas <= high)).mean() == pytest.approx(0.95, abs=0.04)
    assert ((averages >= low_ap) & (averages <= high_ap)).mean() == pytest.approx(0.95, abs=0.04)


def test_repeated_rows_are_no_further_evidence() -> None:
    targets, scores = sample(4)
    groups = list(range(len(targets))) * 9
    repeated = np.tile(targets, 9), np.tile(scores, 9)
    (low, high), _ = ranking_intervals(targets, scores) or ((0, 0), (0, 0))
    (low_rows, high_rows), _ = ranking_intervals(*repeated) or ((0, 0), (0, 0))
    (low_groups, high_groups), _ = ranking_intervals(*repeated, groups) or ((0, 0), (0, 0))
    assert high_rows - low_rows < 0.5 * (high - low)
    assert high_groups - low_groups == pytest.approx(high - low, rel=0.15)


def test_too_few_of_a_class_say_nothing() -> None:
    targets = np.arange(200) < FEWEST - 1
    assert ranking_intervals(targets, np.linspace(0, 1, 200)) is None
    assert ranking_intervals(~targets, np.linspace(0, 1, 200)) is None


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_share_lies_in_its_interval(count: int, rows: int) -> None:
    count = min(count, rows)
    found = share_of(count, rows)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_wilsons_interval_of_a_known_case() -> None:
    found = share_of(15, 16)
    assert (found.low, found.high) == pytest.approx((0.7167, 0.9889), abs=1e-3)
    assert share_of(0, 0).value == 0.0

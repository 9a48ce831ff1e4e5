"""Ranking measures against their slow definitions, and the choice of thresholds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.manifest import Band
from core.moderation.scores import Label
from core.training.datasets import MODEL_LABELS, Example
from core.training.measures import (
    average_precision,
    measure,
    precision_at,
    recall_at,
    roc_auc,
    share_at,
)
from core.training.scoring import Scored, targets_of
from core.training.thresholds import choose_band, first_half, report_band, share_over_any

ROWS = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40).filter(
    lambda rows: len({target for target, _ in rows}) == 2
)


def arrays(rows: list[tuple[bool, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([t for t, _ in rows]), np.array([s / 10 for _, s in rows])


@given(ROWS)
def test_roc_auc_is_the_share_of_ordered_pairs(rows: list[tuple[bool, int]]) -> None:
    pairs = [(a > b) + (a == b) / 2 for t, a in rows if t for u, b in rows if not u]
    assert roc_auc(*arrays(rows)) == pytest.approx(sum(pairs) / len(pairs))


@given(ROWS)
def test_average_precision_is_the_mean_precision_at_each_positive(
    rows: list[tuple[bool, int]],
) -> None:
    at = [
        sum(t for t, s in rows if s >= edge) / sum(s >= edge for _, s in rows)
        for target, edge in rows
        if target
    ]
    assert average_precision(*arrays(rows)) == pytest.approx(sum(at) / len(at))


def test_one_class_alone_has_no_ranking() -> None:
    found = measure("set", "threat", np.array([False, False]), np.array([0.1, 0.2]))
    assert (found.rows, found.positives, found.roc_auc) == (2, 0, None)
    assert found.average_precision is None


def test_shares_at_an_edge_include_the_edge() -> None:
    targets, scores = np.array([True, False, True]), np.array([0.5, 0.5, 0.2])
    assert share_at(scores, 0.5) == pytest.approx(2 / 3)
    assert precision_at(targets, scores, 0.5) == 0.5
    assert recall_at(targets, scores, 0.5) == 0.5
    assert precision_at(targets, scores, 0.9) is None
    assert recall_at(np.array([False]), np.array([0.1]), 0.5) is None


def scored(targets: list[float | None], scores: list[float]) -> Scored:
    examples = tuple(
        Example(f"text {n}", (target,) * 5, (f"key {n}",), "set")
        for n, target in enumerate(targets)
    )
    return Scored(examples, targets_of(examples), np.repeat(np.array([scores]).T, 5, axis=1))


def test_hold_lets_the_wanted_share_through_and_remove_is_sure() -> None:
    low_rate = scored([0.0] * 1000, [n / 2000 for n in range(1000)])
    val = scored([1.0] * 100 + [0.0] * 100, [0.9] * 100 + [0.7] * 100)
    band = choose_band(Label.TOXICITY, low_rate, val)
    assert share_at(low_rate.scores[:, 0], band.hold) <= 0.012
    assert band == Band(0.5, 0.71)


def test_remove_is_out_of_reach_when_nothing_is_sure() -> None:
    low_rate = scored([0.0] * 100, [0.1] * 100)
    val = scored([0.0] * 100, [0.98] * 100)
    assert choose_band(Label.THREAT, low_rate, val).remove == 0.99


def test_report_counts_false_positives_on_clean_rows_only() -> None:
    low_rate = scored([0.0, 0.0, 1.0], [0.1, 0.9, 0.9])
    found = report_band(Label.INSULT, Band(0.5, 0.95), low_rate, low_rate)
    assert found.low_rate_held == 0.5
    assert found.low_rate_removed == 0.0
    assert found.test_hold_precision == 0.5


def test_any_label_over_its_edge_counts_once() -> None:
    edges = dict.fromkeys(MODEL_LABELS, 0.5)
    assert share_over_any(scored([0.0] * 4, [0.1, 0.5, 0.9, 0.2]), edges) == 0.5


def test_halves_are_fixed_and_even() -> None:
    half = first_half(scored([0.0] * 2000, [0.0] * 2000))
    assert half.mean() == pytest.approx(0.5, abs=0.04)

"""Ranking measures compared with slow reference implementations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.evaluation.measures import (
    average_precision,
    measure,
    precision_at,
    recall_at,
    roc_auc,
    share_at,
)

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
    assert found.roc_auc_interval is None


def test_shares_at_an_edge_include_the_edge() -> None:
    targets, scores = np.array([True, False, True]), np.array([0.5, 0.5, 0.2])
    assert share_at(scores, 0.5) == pytest.approx(2 / 3)
    assert precision_at(targets, scores, 0.5) == 0.5
    assert recall_at(targets, scores, 0.5) == 0.5
    assert precision_at(targets, scores, 0.9) is None
    assert recall_at(np.array([False]), np.array([0.1]), 0.5) is None

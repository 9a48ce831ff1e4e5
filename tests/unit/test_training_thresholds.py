"""Thresholds meet the rule, and say so if none can."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.manifest import Band
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.evaluation.scoring import ScoredRows, targets_of
from core.training.evaluation.thresholds import (
    HELD_SHARE,
    HIGHEST_EDGE,
    HOLD_PRECISION,
    LOWEST_EDGE,
    REMOVE_PRECISION,
    REMOVED_SHARE,
    SHARE_OF_TOXIC,
    Edge,
    EdgeEvidence,
    choose_bands,
    estimated_precision,
    first_half,
    gather_evidence,
)

CLEAN = np.concatenate([np.linspace(0, 0.5, 9_900), np.linspace(0.5, 0.9, 100)])


def evidence(clean: np.ndarray, positives: np.ndarray, rate: float = 0.006) -> EdgeEvidence:
    return EdgeEvidence(clean=clean, positives=(positives,), rate=rate)


def choose(each: EdgeEvidence, traffic: np.ndarray | None = None) -> tuple[Edge, Edge | None, str]:
    rows = np.zeros((1, 5)) if traffic is None else traffic
    rule, choices = choose_bands(dict.fromkeys(MODEL_LABELS, each), {"site": rows})
    choice = choices[Label.TOXICITY]
    return choice.hold, choice.remove, rule.bound_by


def test_precision_follows_from_recall_false_positives_and_rate() -> None:
    # Of 100,000 comments 1,000 are abuse; 800 of them and 990 of the others are held.
    assert estimated_precision(0.8, 0.01, 0.01) == pytest.approx(800 / 1790)
    assert estimated_precision(0.0, 0.0, 0.01) == 0.0


def test_hold_is_the_lowest_edge_that_is_precise_enough() -> None:
    hold, _, bound_by = choose(evidence(CLEAN, np.full(100, 0.95)))
    passed = (hold.at <= CLEAN).mean()
    below = (hold.at - 0.01 <= CLEAN).mean()
    assert estimated_precision(1.0, below, 0.006) < HOLD_PRECISION
    assert hold.precision == pytest.approx(
        estimated_precision(1.0, (passed * 10_000 + 0.5) / 10_001, 0.006)
    )
    assert hold.precision >= HOLD_PRECISION
    assert hold.interval[0] < hold.precision < hold.interval[1]
    assert (hold.bound, bound_by) == ("precision", "")
    assert hold.recall[0].value == 1.0


def test_remove_takes_the_stricter_of_precision_and_share() -> None:
    sure = np.concatenate([np.linspace(0, 0.4, 9_950), np.full(50, 0.7)])
    hold, remove, _ = choose(evidence(sure, np.full(100, 0.95), rate=0.5))
    assert remove
    assert (remove.at, remove.bound) == (0.71, "clean share")
    assert remove.clean.value <= REMOVED_SHARE
    _, remove, _ = choose(evidence(sure, np.full(100, 0.95), rate=0.002))
    assert remove
    assert (remove.at, remove.bound) == (0.71, "precision")
    assert remove.precision >= REMOVE_PRECISION
    assert hold.at < remove.at


def test_nothing_is_removed_where_any_edge_would_take_too_many_clean_ones() -> None:
    noisy = np.concatenate([np.zeros(900), np.full(100, 1.0)])
    _, remove, _ = choose(evidence(noisy, np.full(100, 1.0), rate=0.9))
    assert remove is None


def test_without_enough_evidence_the_hold_edge_is_the_highest_and_nothing_is_removed() -> None:
    hold, remove, _ = choose(evidence(CLEAN, np.full(100, 0.1)))
    assert (hold.bound, hold.at, hold.precision) == ("highest", 0.98, 0.0)
    assert remove is None
    _, choices = choose_bands(
        dict.fromkeys(MODEL_LABELS, evidence(CLEAN, np.full(100, 0.1))), {"site": np.zeros((1, 5))}
    )
    assert choices[Label.TOXICITY].band == Band(0.98, None)


def test_no_false_positive_seen_is_no_proof_of_none() -> None:
    few = evidence(np.zeros(100), np.full(50, 0.95))
    many = evidence(np.zeros(100_000), np.full(50, 0.95))
    assert choose(few)[1] is None
    shown = choose(many)[1]
    assert shown
    assert shown.bound == "precision"


def test_traffic_that_would_be_held_too_often_raises_every_edge() -> None:
    each = evidence(CLEAN, np.linspace(0.3, 1.0, 200))
    hold, _, bound_by = choose(each)
    busy = np.repeat(np.linspace(0, hold.at + 0.05, 300)[:, None], 5, axis=1)
    raised, _, now_bound_by = choose(each, busy)
    assert (bound_by, now_bound_by) == ("", "site")
    assert raised.at > hold.at
    assert (busy[:, 0] >= raised.at).mean() <= HELD_SHARE < (busy[:, 0] >= hold.at).mean()


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=60),
    st.lists(st.floats(0, 1), max_size=20),
    st.floats(0.0001, 0.2),
)
def test_edges_are_in_order_and_in_range(
    clean: list[float], positives: list[float], rate: float
) -> None:
    hold, remove, _ = choose(evidence(np.array(clean), np.array(positives), rate))
    assert LOWEST_EDGE <= hold.at < HIGHEST_EDGE
    if remove is not None:
        assert hold.at < remove.at <= HIGHEST_EDGE
        assert remove.precision >= REMOVE_PRECISION
        assert remove.clean.value <= REMOVED_SHARE
    assert 0 <= hold.interval[0] <= hold.interval[1] <= 1


def rows(source: str, cells: list[tuple[float | None, float | None, float]]) -> ScoredRows:
    """Rows with targets for toxicity and threat, and one score for every label."""
    examples = tuple(
        Example(f"text {n}", (toxicity, None, threat, None, None), (f"key {n}",), source)
        for n, (toxicity, threat, _) in enumerate(cells)
    )
    scores = np.repeat(np.array([[score] for *_, score in cells]), 5, axis=1)
    return ScoredRows(examples, targets_of(examples), scores)


def test_other_labels_take_clean_rows_recall_and_rate_from_where_they_are_known() -> None:
    low_rate = rows("low", [(0.0, None, 0.1), (0.0, None, 0.2), (1.0, None, 0.6)])
    wikipedia = rows("wiki", [(1.0, None, 0.7), (0.0, None, 0.3)])
    people = rows("people", [(None, 1.0, 0.8), (0.0, 0.0, 0.4)])
    found = gather_evidence(low_rate, wikipedia, people, rate=0.01)
    toxicity, threat = found[Label.TOXICITY], found[Label.THREAT]
    assert [each.tolist() for each in toxicity.positives] == [[0.6], [0.7]]
    assert [each.tolist() for each in threat.positives] == [[0.8]]
    assert toxicity.clean.tolist() == threat.clean.tolist() == [0.1, 0.2]
    assert threat.rate == pytest.approx(0.01 * SHARE_OF_TOXIC[Label.THREAT])
    assert found[Label.INSULT].positives == ()


def test_halves_are_fixed_and_even() -> None:
    half = first_half(rows("low", [(0.0, None, 0.0)] * 2000))
    assert half.mean() == pytest.approx(0.5, abs=0.04)

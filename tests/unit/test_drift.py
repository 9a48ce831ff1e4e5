"""Shares, their intervals, and whether a run differs from the one before by more than chance."""

from collections.abc import Mapping

import numpy as np
import pytest

from core.moderation.drift import (
    BINS,
    FEWEST_ROWS,
    DriftEvidence,
    LabelDrift,
    LabelScores,
    Outcome,
    OutcomeDrift,
    RunSummary,
    drift,
)
from core.moderation.scores import Label
from core.moderation.shares import newcombe, wilson, z_of

Z95 = z_of(0.05)


def summary(held: int, rows: int, scores: Mapping[Label, LabelScores] | None = None) -> RunSummary:
    return RunSummary({Outcome.APPROVE: rows - held, Outcome.HOLD: held}, scores or {})


def scored(bins: Mapping[int, int]) -> LabelScores:
    total = sum(k * count / 100 for k, count in bins.items())
    return LabelScores(tuple(bins.get(k, 0) for k in range(BINS)), total)


def held(now: RunSummary, before: RunSummary) -> OutcomeDrift:
    return next(one for one in drift(now, before).outcomes if one.outcome is Outcome.HOLD)


def toxicity(now: Mapping[int, int], before: Mapping[int, int]) -> LabelDrift:
    runs = [summary(0, 999, {Label.TOXICITY: scored(bins)}) for bins in (now, before)]
    return drift(*runs).scores[0]


@pytest.mark.parametrize(
    ("count", "rows", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_has_the_published_values(
    count: int, rows: int, low: float, high: float
) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    assert wilson(count, rows, Z95) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_has_the_published_values(
    now: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, Statistics in Medicine 17:873, table II, method 10."""
    assert newcombe(now, before, Z95) == pytest.approx((low, high), abs=5e-5)
    assert newcombe(before, now, Z95) == pytest.approx((-high, -low), abs=5e-5)


@pytest.mark.parametrize(
    ("now", "before", "evidence"),
    [
        ((200, 1000), (100, 1000), DriftEvidence.CHANGED),
        ((100, 1000), (200, 1000), DriftEvidence.CHANGED),
        ((110, 1000), (100, 1000), DriftEvidence.CHANCE),
        ((100, 100), (0, FEWEST_ROWS - 1), DriftEvidence.TOO_FEW),
        ((99, 99), (0, 1000), DriftEvidence.TOO_FEW),
        ((100, 100), (0, 100), DriftEvidence.CHANGED),
        ((1_010, 1_000_000), (1_000, 1_000_000), DriftEvidence.CHANCE),
        ((1_500, 1_000_000), (1_000, 1_000_000), DriftEvidence.CHANGED),
    ],
)
def test_a_share_changed_if_chance_does_not_explain_it(
    now: tuple[int, int], before: tuple[int, int], evidence: DriftEvidence
) -> None:
    found = held(summary(*now), summary(*before))
    assert found.evidence is evidence
    assert found.low <= found.change <= found.high
    assert (found.share, found.before) == (now[0] / now[1], before[0] / before[1])


def test_the_effect_is_cohens_h() -> None:
    """Cohen 1988, table 6.2.2: arcsine of 0.5 is 1.571 and of 0.25 is 1.047."""
    found = held(summary(500, 1000), summary(250, 1000))
    assert found.effect == pytest.approx(1.571 - 1.047, abs=5e-4)
    assert held(summary(250, 1000), summary(500, 1000)).effect == pytest.approx(-found.effect)


def test_the_distance_is_the_largest_difference_of_shares_up_to_a_score() -> None:
    found = toxicity({10: 500, 90: 500}, {10: 800, 90: 200})
    assert found.distance == pytest.approx(0.3)
    assert (found.at, found.evidence) == (0.1, DriftEvidence.CHANGED)
    assert (found.mean, found.before) == (pytest.approx(0.5), pytest.approx(0.26))
    assert toxicity({10: 800, 90: 200}, {10: 500, 90: 500}).distance == pytest.approx(-0.3)


@pytest.mark.parametrize(
    ("now", "before", "evidence"),
    [
        ({10: 500, 90: 500}, {10: 500, 90: 500}, DriftEvidence.CHANCE),
        # Smirnov's limit for an error of 0.025 is 1.480 * sqrt(2 / 1000) = 0.0662.
        ({10: 500, 90: 500}, {10: 565, 90: 435}, DriftEvidence.CHANCE),
        ({10: 500, 90: 500}, {10: 568, 90: 432}, DriftEvidence.CHANGED),
        ({10: 99}, {90: 1000}, DriftEvidence.TOO_FEW),
        ({10: 100}, {90: 100}, DriftEvidence.CHANGED),
        ({}, {90: 1000}, DriftEvidence.ONE_SIDED),
    ],
)
def test_scores_changed_if_chance_does_not_explain_it(
    now: Mapping[int, int], before: Mapping[int, int], evidence: DriftEvidence
) -> None:
    assert toxicity(now, before).evidence is evidence


def test_a_label_of_one_run_only_is_not_compared() -> None:
    one = summary(0, 500, {Label.INSULT: scored({50: 500})})
    other = summary(0, 500, {Label.THREAT: scored({20: 500})})
    threat, insult = drift(one, other).scores
    assert (threat.label, threat.mean, threat.before) == (Label.THREAT, None, pytest.approx(0.2))
    assert (insult.distance, insult.evidence) == (None, DriftEvidence.ONE_SIDED)


def test_outcomes_that_neither_run_has_are_left_out() -> None:
    found = drift(summary(0, 500), RunSummary({Outcome.NOT_SCORED: 500}, {}))
    assert [one.outcome for one in found.outcomes] == [Outcome.APPROVE, Outcome.NOT_SCORED]


def test_two_runs_over_rows_of_one_kind_are_seldom_called_different() -> None:
    """As often as one promises for all comparisons together, and no more."""
    chance = np.random.default_rng(7)

    def run() -> RunSummary:
        bins = [
            np.bincount(chance.binomial(100, chance.beta(1, 6, 400)), minlength=BINS) for _ in Label
        ]
        scores = {
            label: scored({k: int(n) for k, n in enumerate(counts)})
            for label, counts in zip(Label, bins, strict=True)
        }
        return summary(int(chance.binomial(400, 0.1)), 400, scores)

    pairs = [drift(run(), run()) for _ in range(400)]
    called = [
        any(one.evidence is DriftEvidence.CHANGED for one in (*found.outcomes, *found.scores))
        for found in pairs
    ]
    # Seven independent comparisons and one twin: below 0.05, and far above 0 without Bonferroni.
    assert sum(called) / len(called) < 0.07

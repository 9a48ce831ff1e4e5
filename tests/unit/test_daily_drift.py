"""Drift by day: known answers, and how often chance alone is called drift."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.daily_drift import (
    FEWEST_DAYS,
    FEWEST_REFERENCE_DAYS,
    FEWEST_ROWS,
    BinKind,
    DailyCounts,
    DriftVerdict,
    EffectSize,
    MeasureDrift,
    find_drift,
)

LAST, FIRST_OF_LAST = 35, 28
REFERENCE = (0, FIRST_OF_LAST)


def measure(rows, kind: BinKind = BinKind.SHARE, *, first: int = 0) -> DailyCounts:
    """A row for each day from `first` on."""
    counts = np.asarray(rows, np.int64)
    width = counts.shape[1]
    values = np.arange(width) / max(1, width - 1)
    days = np.arange(first, first + len(counts), dtype=np.int64)
    return DailyCounts("flags", kind, days, counts, values)


def of_shares(*shares: float, rows: int = 1_000) -> DailyCounts:
    return measure([[rows - round(share * rows), round(share * rows)] for share in shares])


def found(*measures: DailyCounts) -> tuple[MeasureDrift, ...]:
    return find_drift(measures, FIRST_OF_LAST, LAST, REFERENCE)


def test_a_share_that_doubles_and_stays_there_is_drift() -> None:
    usual = [0.02, 0.03, 0.025, 0.035] * 7
    (one,) = found(of_shares(*usual, *[0.06] * 7))
    assert one.verdict is DriftVerdict.DRIFT
    assert one.distance == pytest.approx(0.06 - 0.0275)
    assert 0 < (one.chance or 0) < 0.001
    assert one.size is EffectSize.TINY  # h = 0.16
    assert one.now.mean() == pytest.approx(0.06)
    assert one.band is not None
    assert (one.band.low, one.band.high) == (0.02, 0.035)
    assert one.band.share == pytest.approx(27 / 29)


def test_one_wild_day_is_no_drift() -> None:
    """By its comments alone it would be: 7,000 against 28,000, and a third more flags."""
    usual = [0.02, 0.03, 0.025, 0.035] * 7
    (one,) = found(of_shares(*usual, 0.02, 0.03, 0.09, 0.03, 0.025, 0.035, 0.025))
    assert one.verdict is DriftVerdict.NONE
    assert (one.chance or 0) > 0.05


def test_weekends_are_no_drift() -> None:
    week = [0.02, 0.02, 0.02, 0.02, 0.02, 0.08, 0.08]
    (one,) = found(of_shares(*week * 5))
    assert one.verdict is DriftVerdict.NONE
    assert one.distance == 0


def test_a_difference_that_is_sure_but_tiny_is_too_small_to_matter() -> None:
    usual = [0.300, 0.301, 0.302, 0.303] * 7
    (one,) = found(of_shares(*usual, *[0.310] * 7))
    assert one.verdict is DriftVerdict.TOO_SMALL
    assert one.size is EffectSize.TINY


@pytest.mark.parametrize(
    ("share", "size"),
    # Cohen's h of 0.5 and these: 0.19, 0.21, 0.49, 0.51, 0.79, 0.81.
    [
        (0.595, EffectSize.TINY),
        (0.605, EffectSize.SMALL),
        (0.735, EffectSize.SMALL),
        (0.745, EffectSize.MEDIUM),
        (0.855, EffectSize.MEDIUM),
        (0.863, EffectSize.LARGE),
    ],
)
def test_the_size_of_a_share_is_cohens(share: float, size: EffectSize) -> None:
    (one,) = found(of_shares(*[0.5] * 28, *[share] * 7))
    assert one.size is size


def test_the_distance_of_scores_is_the_largest_gap_of_the_shares_up_to_a_score() -> None:
    rows = [[50, 30, 20]] * 28 + [[20, 30, 50]] * 7
    (one,) = found(measure(rows, BinKind.ORDERED))
    assert one.distance == pytest.approx(0.3)
    assert one.size is EffectSize.MEDIUM


def test_the_distance_of_scores_does_not_add_what_goes_there_and_back() -> None:
    (one,) = found(measure([[40, 10, 40, 10]] * 28 + [[10, 40, 10, 40]] * 7, BinKind.ORDERED))
    assert one.distance == pytest.approx(0.3)


def test_scores_that_differ_surely_but_hardly_are_too_small_to_matter() -> None:
    rows = [[5_000, 5_000]] * 28 + [[4_900, 5_100]] * 7
    (one,) = found(measure(rows, BinKind.ORDERED))
    assert (one.distance, one.verdict) == (pytest.approx(0.01), DriftVerdict.TOO_SMALL)


def test_the_distance_of_names_is_what_would_have_to_be_otherwise() -> None:
    rows = [[80, 10, 10, 0]] * 28 + [[60, 10, 10, 20]] * 7
    one, *_ = found(measure(rows, BinKind.NAMED))
    assert one.distance == pytest.approx(0.2)
    assert one.size is EffectSize.MEDIUM
    assert one.moved_most() is None


@pytest.mark.parametrize(
    ("reference_days", "days"),
    [(FEWEST_REFERENCE_DAYS - 1, 7), (28, FEWEST_DAYS - 1), (0, 7), (28, 0)],
)
def test_too_few_days_say_nothing(reference_days: int, days: int) -> None:
    every = of_shares(*[0.1] * 28, *[0.9] * 7)
    kept = np.r_[np.arange(28 - reference_days, 28), np.arange(28, 28 + days)]
    (one,) = found(
        DailyCounts(every.name, every.kind, every.days[kept], every.counts[kept], every.values)
    )
    assert one.verdict is DriftVerdict.TOO_FEW_DAYS
    assert (one.distance, one.chance, one.size, one.band) == (None,) * 4


def test_the_fewest_days_can_be_drift_among_ten_measures() -> None:
    shifted = of_shares(*[0.1, 0.12] * 7, *[0.5] * 3)
    same = [of_shares(*[0.1, 0.12] * 8, 0.1) for _ in range(9)]
    one, *others = find_drift([shifted, *same], 14, 17, (0, 14))
    assert one.verdict is DriftVerdict.DRIFT
    assert {other.verdict for other in others} == {DriftVerdict.NONE}


def test_days_with_few_comments_are_left_out() -> None:
    rows = [[FEWEST_ROWS, 0]] * 28 + [[0, FEWEST_ROWS - 1]] * 3 + [[FEWEST_ROWS, 0]] * 4
    (one,) = found(measure(rows))
    assert len(one.now.days) == 4
    assert one.now.mean() == 0


def test_only_days_of_the_two_periods_count() -> None:
    every = of_shares(*[0.9] * 10, *[0.1] * 28, *[0.1] * 7, *[0.9] * 10)
    (one,) = find_drift([every], 38, 45, (10, 38))
    assert one.now.days.tolist() == list(range(38, 45))
    assert one.reference.days.tolist() == list(range(10, 38))
    assert one.distance == 0


def test_a_longer_reference_has_a_band_that_leaves_out_its_wildest_days() -> None:
    shares = [0.1] * 80 + [0.01, 0.02, 0.3, 0.4] + [0.1] * 7
    (one,) = find_drift([of_shares(*shares)], 84, 91, (0, 84))
    assert one.band is not None
    assert (one.band.low, one.band.high) == (0.02, 0.3)
    assert one.band.share == pytest.approx(1 - 4 / 85)


def test_chance_alone_is_called_a_change_in_about_one_of_twenty_sites() -> None:
    """Ten measures each, whose days differ far more than their comments do by chance: one by one
    they would be called a change on two of five sites."""
    random = np.random.default_rng(7)
    sites, alarms = 60, 0
    for _ in range(sites):
        measures = [
            measure([random.multinomial(400, random.dirichlet(np.full(8, 3))) for _ in range(35)])
            for _ in range(10)
        ]
        alarms += any(one.verdict is not DriftVerdict.NONE for one in found(*measures))
    assert alarms <= 9  # of 60 by a chance of 5 %: more than 9 happens in under 1 of 1,000


@given(
    st.lists(st.lists(st.integers(0, 400), min_size=4, max_size=4), min_size=LAST, max_size=LAST),
    st.sampled_from(BinKind),
)
def test_figures_lie_where_they_can(rows: list[list[int]], kind: BinKind) -> None:
    counts = [row[:2] for row in rows] if kind is BinKind.SHARE else rows
    (one,) = found(measure(counts, kind))
    if one.distance is None:
        assert one.verdict is DriftVerdict.TOO_FEW_DAYS
        return
    assert 0 <= one.distance <= 1
    assert 0 < (one.chance or 0) <= 1
    assert one.band is not None
    means = one.reference.means()
    assert means.min() <= one.band.low <= one.band.high <= means.max()
    assert found(measure(counts, kind))[0].chance == one.chance

"""How often people removed what has which score."""

import numpy as np
import pytest

from core.moderation.history import KEPT, NOT_JUDGED, REMOVED
from core.moderation.reliability import removed_by_score
from tests.unit.test_simulation import history


def judged(score: float, removed: int, kept: int, **changes):
    verdicts = [REMOVED] * removed + [KEPT] * kept
    return history([score] * len(verdicts), verdicts=verdicts, **changes)


def test_without_texts_there_are_no_bands() -> None:
    assert removed_by_score(history([])) == []


def test_a_band_has_the_share_that_people_removed() -> None:
    (band,) = removed_by_score(judged(0.85, removed=85, kept=15))
    assert (band.low, band.high, band.texts) == (0.8, 0.9, 100)
    assert band.mean == pytest.approx(0.85)
    assert band.removed is not None
    assert band.removed.share == pytest.approx(0.85)
    assert not band.is_off


def test_each_band_counts_its_own_texts_alone() -> None:
    verdicts = [REMOVED] * 30 + [KEPT] * 30
    low, high = removed_by_score(history([0.95] * 30 + [0.55] * 30, verdicts=verdicts))
    assert low.removed is not None
    assert high.removed is not None
    assert (low.removed.share, low.removed.judged) == (0.0, 30)
    assert (high.removed.share, high.removed.judged) == (1.0, 30)


def test_a_score_that_says_more_than_people_do_is_off() -> None:
    (band,) = removed_by_score(judged(0.85, removed=20, kept=80))
    assert band.is_off


def test_too_few_judged_texts_say_nothing() -> None:
    (band,) = removed_by_score(judged(0.85, removed=10, kept=9))
    assert band.removed is None
    assert not band.is_off


def test_what_was_approved_counts_by_its_draw() -> None:
    """Two kinds of approved texts with one score: one in ten drawn, and all of them."""
    verdicts = [REMOVED] * 20 + [KEPT] * 20
    chances = [0.1] * 20 + [1.0] * 20
    (band,) = removed_by_score(history([0.25] * 40, verdicts=verdicts, chances=chances))
    assert band.removed is not None
    assert band.removed.share == pytest.approx(200 / 220)


def test_the_highest_score_counts_and_texts_without_any_are_left_out() -> None:
    past = history([0.15, np.nan, 1.0], verdicts=[NOT_JUDGED] * 3)
    bands = removed_by_score(past)
    assert [(band.low, band.texts) for band in bands] == [(0.1, 1), (0.9, 1)]

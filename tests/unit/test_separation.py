"""How well scores tell what people removed from what they kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.moderation.history import KEPT, REMOVED
from core.moderation.separation import separation
from tests.unit.test_simulation import history


def judged(removed: list[float], kept: list[float], **changes):
    verdicts = [REMOVED] * len(removed) + [KEPT] * len(kept)
    return history([*removed, *kept], verdicts=verdicts, **changes)


def test_scores_that_tell_all_apart() -> None:
    found = separation(judged([0.9] * 30, [0.6] * 30))
    assert found is not None
    assert (found.share, found.low, found.high, found.judged) == (1.0, 1.0, 1.0, 60)


def test_scores_that_say_nothing() -> None:
    found = separation(judged([0.6, 0.9] * 20, [0.6, 0.9] * 20))
    assert found is not None
    assert found.share == pytest.approx(0.5)
    assert found.low < 0.45
    assert found.high > 0.55


@pytest.mark.parametrize(("removed", "kept"), [(19, 100), (100, 19), (0, 0)])
def test_too_few_say_nothing(removed: int, kept: int) -> None:
    assert separation(judged([0.9] * removed, [0.6] * kept)) is None


def test_what_was_drawn_rarely_counts_more() -> None:
    """Kept texts below were drawn one in ten, those above all: by weights 10 to 1."""
    chances = [0.5] * 20 + [0.05] * 20 + [0.5] * 20
    found = separation(judged([0.3] * 20, [0.1] * 20 + [0.4] * 20, chances=chances))
    assert found is not None
    assert found.share == pytest.approx(10 / 11)


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from([0.5, 0.6, 0.7, 0.8]), min_size=20, max_size=40),
    st.lists(st.sampled_from([0.5, 0.6, 0.7, 0.8]), min_size=20, max_size=40),
)
def test_it_is_the_share_of_pairs_in_the_right_order(
    removed: list[float], kept: list[float]
) -> None:
    found = separation(judged(removed, kept))
    assert found is not None
    above = np.subtract.outer(removed, kept)
    expected = (np.count_nonzero(above > 0) + np.count_nonzero(above == 0) / 2) / above.size
    assert found.share == pytest.approx(expected)
    assert 0 <= found.low <= found.share <= found.high <= 1

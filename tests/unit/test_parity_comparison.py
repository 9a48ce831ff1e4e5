"""Differences, rank correlation, flips and matched thresholds, by hand."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.base import BatchResult, CallMetadata, TextResult
from core.inference.fake import POISON, FakeBackend
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.parity.comparison import compare_labels, flipped_actions, rank_correlation
from core.parity.tables import ScoreTable, score_table
from core.parity.threshold_map import match_threshold
from tests.policies import fixed_policy

POLICY = fixed_policy(datetime(2026, 1, 1, tzinfo=UTC))
HOLD = POLICY.thresholds(Label.TOXICITY)[Action.HOLD]
REMOVE = POLICY.thresholds(Label.TOXICITY)[Action.REMOVE]


def table(*toxicity: float) -> ScoreTable:
    scores = np.array(toxicity, dtype=np.float64).reshape(-1, 1)
    return ScoreTable("b", "m", (Label.TOXICITY,), scores, (None,) * len(toxicity))


def test_differences_and_flips_are_counted_by_label() -> None:
    (line,) = compare_labels(table(0.1, HOLD + 0.01, 0.0), table(0.2, HOLD - 0.01, np.nan), POLICY)
    assert line.rows == 2
    assert line.largest == pytest.approx(0.1)
    assert line.mean == pytest.approx(0.06)
    assert line.flips == 1


def test_label_the_other_lacks_has_no_line() -> None:
    other = ScoreTable("b", "m", (Label.INSULT,), np.array([[0.1]]), (None,))
    assert compare_labels(table(0.1), other, POLICY) == ()


def test_actions_that_differ_are_listed_and_failures_are_not() -> None:
    mine = table(0.0, REMOVE, HOLD)
    theirs = ScoreTable(
        "b", "m", (Label.TOXICITY,), np.array([[0.0], [HOLD], [np.nan]]), (None, None, "down")
    )
    assert flipped_actions(mine, theirs, POLICY) == [(1, Action.REMOVE, Action.HOLD)]


@pytest.mark.parametrize(
    ("one", "other", "rho"),
    [
        ([1, 2, 3], [10, 20, 90], 1.0),
        ([1, 2, 3], [3, 2, 1], -1.0),
        ([1, 1, 2], [5, 5, 6], 1.0),
        ([1, 2, 3, 4], [1, 3, 2, 4], 0.8),
        ([1, 1], [1, 2], None),
        ([1], [2], None),
    ],
)
def test_rank_correlation(one: list[float], other: list[float], rho: float | None) -> None:
    found = rank_correlation(np.array(one, float), np.array(other, float))
    assert found == (rho if rho is None else pytest.approx(rho))


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=60, unique=True), st.data())
def test_matched_threshold_flags_as_many(values: list[float], data: st.DataObject) -> None:
    old = np.array(values)
    new = old**2
    at = data.draw(st.sampled_from(sorted(values)[1:]))
    found = match_threshold(old, new, at)
    assert found is not None
    assert found.flagged == (old >= at).sum()
    assert set(found.flips) == set(np.flatnonzero((old >= at) != (new >= found.threshold)))
    assert found.interval[0] <= found.interval[1]


def test_threshold_of_a_shifted_score_is_shifted_and_flips_nothing() -> None:
    old = np.linspace(0.0, 0.8, 81)
    found = match_threshold(old, old + 0.1, 0.505)
    assert found is not None
    assert found.threshold == pytest.approx(0.605)
    assert found.flips == ()
    assert found.interval[0] < 0.605 < found.interval[1]


@pytest.mark.parametrize("old", [-1.0, 2.0])
def test_threshold_that_flags_all_or_none_can_not_be_matched(old: float) -> None:
    scores = np.linspace(0.0, 1.0, 10)
    assert match_threshold(scores, scores, old) is None


def test_failed_call_leaves_its_rows_empty_and_says_why() -> None:
    made = score_table(FakeBackend(), ["fine", POISON, "idiot"], rows_a_call=1)
    assert made.errors[0] is None
    assert "poison" in (made.errors[1] or "")
    assert np.isnan(made.scores[1]).all()
    assert made.column(Label.INSULT)[2] == pytest.approx(0.95)


class Short(FakeBackend):
    """Gives one result, however many texts there are."""

    def score(self, texts: object) -> BatchResult:
        return BatchResult((TextResult(),), CallMetadata(1.0))


def test_wrong_number_of_results_is_an_error_of_every_row() -> None:
    made = score_table(Short(), ["a", "b"])
    assert made.errors == ("1 results for 2 texts",) * 2

"""Differences, rank correlation, flips and matched thresholds, compared with values computed by
hand."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BackendError
from core.inference.base import BatchResult, CallMetadata, ErrorKind, TextResult
from core.inference.fake import POISON, FakeBackend
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.parity.causes import Evidence
from core.parity.comparison import compare_labels, rank_correlation
from core.parity.pair import compare_pair, count_flagged
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
    pair = compare_pair(mine, theirs, POLICY, Evidence())
    (flip,) = pair.flips
    assert (flip.row, flip.before, flip.after) == (1, Action.REMOVE, Action.HOLD)
    assert (flip.label, flip.mine, flip.theirs) == (Label.TOXICITY, REMOVE, HOLD)
    assert (pair.rows, pair.changed, pair.failed, pair.first_error) == (2, 1, 1, "down")
    assert count_flagged(mine, POLICY) == 2
    assert count_flagged(theirs, POLICY) == 1


def test_shifted_scores_change_decisions_until_the_thresholds_move_with_them() -> None:
    old = np.linspace(0.0, 0.99, 100)
    pair = compare_pair(table(*old), table(*(old * 0.5)), POLICY, Evidence())
    assert pair.changed == round((1 - HOLD) * 100)
    assert pair.is_carried
    assert pair.changed_carried == 0
    assert {flip.carried for flip in pair.flips} == {Action.HOLD, Action.REMOVE}


def test_flip_names_the_label_that_acts_in_the_end() -> None:
    labels = (Label.TOXICITY, Label.THREAT)
    rows = np.linspace(0.0, 0.99, 40)
    mine = np.column_stack([rows, rows])
    theirs = np.column_stack([rows * 0.19 + 0.81, rows])  # toxicity is mapped, threat stays
    theirs[3, 1] = 0.55
    tables = [ScoreTable("b", "m", labels, each, (None,) * 40) for each in (mine, theirs)]
    pair = compare_pair(*tables, POLICY, Evidence())
    first = pair.flips[0]
    assert (first.row, first.before, first.after) == (3, Action.APPROVE, Action.HOLD)
    assert (first.carried, first.label, first.theirs) == (Action.HOLD, Label.THREAT, 0.55)


def test_edge_that_no_comment_reaches_is_still_unreached_after_mapping() -> None:
    old = np.linspace(0.0, HOLD + 0.01, 50)
    pair = compare_pair(table(*old), table(*(old + 0.15)), POLICY, Evidence())
    hold, remove = pair.thresholds
    assert (hold.action, hold.flagged) == (Action.HOLD, 1)
    assert (remove.action, remove.flagged, remove.match) == (Action.REMOVE, 0, None)
    assert pair.changed_carried == 0


def test_decisions_can_not_be_carried_to_scores_that_are_all_alike() -> None:
    pair = compare_pair(table(0.1, 0.99), table(0.5, 0.5), POLICY, Evidence())
    assert pair.changed == 1
    assert pair.changed_carried is None
    assert pair.flips[0].carried is None


def test_decisions_can_not_be_carried_to_logits() -> None:
    pair = compare_pair(table(0.1, 0.2, 0.99), table(-2.0, -1.0, 4.0), POLICY, Evidence())
    assert [line.match is not None for line in pair.thresholds] == [True, True]
    assert pair.changed_carried is None


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


@pytest.mark.slow
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
    assert found.interval == pytest.approx((0.605, 0.605))


def test_interval_widens_with_noise_and_narrows_with_comments() -> None:
    chance = np.random.default_rng(3)

    def width(rows: int, noise: float) -> float:
        old = chance.random(rows)
        found = match_threshold(old, old + chance.normal(0.0, noise, rows), 0.5)
        assert found is not None
        low, high = found.interval
        assert low < found.threshold < high
        return high - low

    assert width(500, 0.2) < width(60, 0.2)
    assert width(500, 0.02) < width(500, 0.2)


def test_same_scores_keep_the_threshold() -> None:
    scores = np.array([0.1, 0.3, 0.9, 0.95])
    found = match_threshold(scores, scores, 0.61)
    assert found is not None
    assert found.threshold == pytest.approx(0.61)


def test_tied_scores_take_the_nearest_count_there_is() -> None:
    old, new = np.linspace(0.0, 0.9, 10), np.array([0.1] * 7 + [0.8] * 3)
    found = match_threshold(old, new, 0.55)
    assert found is not None
    assert (found.flagged, found.flags) == (4, 3)
    assert 0.1 < found.threshold <= 0.8


def test_scores_that_are_all_alike_can_not_be_matched() -> None:
    assert match_threshold(np.linspace(0.0, 1.0, 10), np.full(10, 0.02), 0.5) is None


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


class Down(FakeBackend):
    """A backend that is down and counts its calls."""

    asked = 0

    def score(self, texts: object) -> BatchResult:
        self.asked += 1
        raise BackendError("refused", kind=ErrorKind.CONNECT)


def test_backend_that_is_down_is_asked_once() -> None:
    backend = Down()
    with pytest.raises(BackendError, match="refused"):
        score_table(backend, ["fine"] * 40)
    assert backend.asked == 1


class Short(FakeBackend):
    """Returns one result for any number of texts."""

    def score(self, texts: object) -> BatchResult:
        return BatchResult((TextResult(),), CallMetadata(1.0))


def test_wrong_number_of_results_is_an_error_of_every_row() -> None:
    made = score_table(Short(), ["a", "b"])
    assert made.errors == ("fake gave 1 results for 2 texts",) * 2

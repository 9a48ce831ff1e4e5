"""Whether a runtime's scores count as the reference's."""

import pytest

from core.moderation.scores import Label
from core.parity.comparison import LabelComparison
from core.parity.gate import ScoreChange, gate_problem, sum_up


def line(label: Label, *, rows: int, largest: float, mean: float, flips: int) -> LabelComparison:
    return LabelComparison(label, rows, largest, mean, None, flips)


def test_labels_are_summed_up() -> None:
    lines = (
        line(Label.TOXICITY, rows=30, largest=0.02, mean=0.01, flips=1),
        line(Label.INSULT, rows=10, largest=0.05, mean=0.03, flips=2),
    )
    assert sum_up(lines) == ScoreChange(40, 3, 0.05, pytest.approx(0.015))
    assert sum_up(()) == ScoreChange(0, 0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (ScoreChange(160, 0, 0.0, 0.0), None),
        (ScoreChange(160, 1, 0.1, 0.02), None),
        (ScoreChange(160, 2, 0.02, 0.001), "2 of 160 labels changed"),
        (ScoreChange(99, 1, 0.02, 0.001), "1 of 99 labels changed"),
        (ScoreChange(160, 0, 0.1001, 0.001), "a score is 0.100 away, more than 0.1"),
        (ScoreChange(160, 0, 0.09, 0.0251), "scores are 0.025 away in the mean, more than 0.02"),
        (ScoreChange(0, 0, 0.0, 0.0), "it scored nothing"),
    ],
)
def test_few_changed_labels_and_small_differences_pass(
    change: ScoreChange, problem: str | None
) -> None:
    assert gate_problem(change) == problem

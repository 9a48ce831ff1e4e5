"""How far scores are from the lines of a policy."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.decisions import judge
from core.moderation.default_policy import default_policy
from core.moderation.distances import LabelDistance, distances
from core.moderation.policies import SEVERITY, Action, Policy, Rule
from core.moderation.reasons import Reason
from core.moderation.scores import Label

NOW = datetime(2026, 11, 1, tzinfo=UTC)
APPROVE, HOLD, REMOVE, ESCALATE = Action.APPROVE, Action.HOLD, Action.REMOVE, Action.ESCALATE


def policy(*bands: tuple[float, Action]) -> Policy:
    """A policy on insults, whose bands begin at these scores."""
    lows = [low for low, _ in bands]
    rules = [
        Rule(f"r{low}", Label.INSULT, low, high, action, "other")
        for (low, action), high in zip(bands, [*lows[1:], 1.0], strict=True)
    ]
    return Policy(1, tuple(rules), (Reason("other", "Other", "Anything else."),), NOW)


THREE = policy((0.0, APPROVE), (0.42, HOLD), (0.77, REMOVE))


def insult(score: float | None, by: Policy = THREE) -> LabelDistance:
    scores = {} if score is None else {Label.INSULT: score}
    (found,) = distances(scores, by)
    return found


def test_score_between_two_lines_has_its_distance_to_both() -> None:
    found = insult(0.46)
    assert [(line.action, line.at) for line in found.lines] == [(HOLD, 0.42), (REMOVE, 0.77)]
    assert [line.distance for line in found.lines] == pytest.approx([0.04, -0.31])
    assert (found.reached, found.next) == found.lines
    assert (found.action, found.is_assessed) == (HOLD, True)


@pytest.mark.parametrize(
    ("score", "reached", "following", "action"),
    [
        (0.0, None, HOLD, APPROVE),
        (0.42, HOLD, REMOVE, HOLD),
        (0.77, REMOVE, None, REMOVE),
        (1.0, REMOVE, None, REMOVE),
    ],
)
def test_score_on_a_line_has_reached_it(
    score: float, reached: Action | None, following: Action | None, action: Action
) -> None:
    found = insult(score)
    assert (found.reached.action if found.reached else None) is reached
    assert (found.next.action if found.next else None) is following
    assert found.action is action


def test_label_that_was_not_assessed_is_not_a_low_score() -> None:
    found = insult(None)
    assert not found.is_assessed
    assert (found.score, found.action, found.reached, found.next) == (None, None, None, None)
    assert [(line.at, line.distance) for line in found.lines] == [(0.42, None), (0.77, None)]
    assert insult(0.0).is_assessed


def test_label_without_rules_has_a_score_and_no_lines() -> None:
    found = distances({Label.THREAT: 0.9, Label.INSULT: 0.1}, THREE)
    assert [each.label for each in found] == [Label.THREAT, Label.INSULT]
    assert (found[0].lines, found[0].action, found[0].score) == ((), None, 0.9)


def test_an_edge_between_two_bands_with_the_same_action_is_no_line() -> None:
    split = policy((0.0, APPROVE), (0.3, HOLD), (0.5, HOLD), (0.9, ESCALATE))
    assert [(line.action, line.at) for line in insult(0.4, split).lines] == [
        (HOLD, 0.3),
        (ESCALATE, 0.9),
    ]


@given(st.dictionaries(st.sampled_from(list(Label)), st.floats(0.0, 1.0)))
def test_the_most_severe_action_of_all_labels_is_the_verdict(scores: dict[Label, float]) -> None:
    by = default_policy(NOW)
    found = distances(scores, by)
    actions = [each.action for each in found if each.action is not None]
    verdict = judge(scores, by).action
    assert max(actions, key=SEVERITY.__getitem__, default=HOLD) is verdict
    assert {each.label for each in found} == set(Label)
    assert {each.label for each in found if each.is_assessed} == set(scores)
    for each in found:
        assert [line.at for line in each.lines] == sorted(line.at for line in each.lines)

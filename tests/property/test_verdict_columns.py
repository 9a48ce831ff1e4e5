"""Verdicts on columns are those on single rows, for any policy and any scores."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.decisions import judge_read
from core.moderation.policies import Action, Policy, Reason, Rule
from core.moderation.scores import Label
from core.moderation.verdict_columns import ACTIONS, NO_RULE, judge_columns
from tests.property.test_decide_properties import NOW, POLICY, policies, unit_floats

Row = tuple[dict[Label, float], int]


def rows_of(policy: Policy) -> st.SearchStrategy[list[Row]]:
    """Scores at the policy's own edges, equal ones among them, and any others."""
    edges = sorted({0.0, 1.0, *(edge for rule in policy.rules for edge in (rule.low, rule.high))})
    score = st.sampled_from([*edges, *(math.nextafter(edge, 0.0) for edge in edges)]) | unit_floats
    scores = st.dictionaries(st.sampled_from(list(Label)), score)
    return st.lists(st.tuples(scores, st.integers(0, 2)), max_size=12)


def judged(rows: Sequence[Row], policy: Policy) -> list[tuple[object, object]]:
    columns = {
        label: np.array([scores.get(label, math.nan) for scores, _ in rows], float)
        for label in Label
    }
    found = judge_columns(columns, policy, np.array([unread > 0 for _, unread in rows], bool))
    return [
        (ACTIONS[action], None if rule == NO_RULE else policy.rules[rule].reason_code)
        for action, rule in zip(found.actions, found.rules, strict=True)
    ]


@given((policies() | st.just(POLICY)).flatmap(lambda p: st.tuples(st.just(p), rows_of(p))))
def test_verdicts_on_columns_are_those_on_single_rows(given_: tuple[Policy, list[Row]]) -> None:
    policy, rows = given_
    expected = [judge_read(scores, policy, unread_chars=unread) for scores, unread in rows]
    assert judged(rows, policy) == [(each.action, each.reason_code) for each in expected]


@pytest.mark.parametrize("labels", [(Label.TOXICITY, Label.INSULT), (Label.INSULT, Label.TOXICITY)])
@pytest.mark.parametrize("scores", [(0.7, 0.9), (0.9, 0.7), (0.8, 0.8)])
def test_of_reasons_of_one_rank_that_of_the_highest_score_is_given(
    labels: tuple[Label, Label], scores: tuple[float, float]
) -> None:
    rules = [
        rule
        for label in labels
        for rule in (
            Rule(f"{label}-low", label, 0.0, 0.5, Action.APPROVE, label),
            Rule(f"{label}-high", label, 0.5, 1.0, Action.HOLD, label),
        )
    ]
    reasons = tuple(Reason(label, label, label) for label in labels)
    policy = Policy(1, tuple(rules), reasons, NOW)
    row = (dict(zip(labels, scores, strict=True)), 0)
    expected = labels[0] if scores[0] >= scores[1] else labels[1]
    assert judge_read(row[0], policy, unread_chars=0).reason_code == expected
    assert judged([row], policy) == [(Action.HOLD, expected)]

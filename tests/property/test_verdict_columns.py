"""Verdicts on columns are those on single rows, for any policy and any scores."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.decisions import judge_read
from core.moderation.policies import Action, Policy, Rule
from core.moderation.reasons import Reason
from core.moderation.scores import Label
from core.moderation.verdict_columns import ACTIONS, NO_RULE, judge_columns
from tests.factories_text_rules import text_rule
from tests.property.test_decide_properties import NOW, POLICY, policies, unit_floats

FIRED = st.frozensets(st.integers(0, 2))
Row = tuple[dict[Label, float], int, frozenset[int]]


def rows_of(policy: Policy) -> st.SearchStrategy[list[Row]]:
    """Scores at the policy's own edges, equal ones among them, and any others."""
    edges = sorted({0.0, 1.0, *(edge for rule in policy.rules for edge in (rule.low, rule.high))})
    score = st.sampled_from([*edges, *(math.nextafter(edge, 0.0) for edge in edges)]) | unit_floats
    scores = st.dictionaries(st.sampled_from(list(Label)), score)
    return st.lists(st.tuples(scores, st.integers(0, 2), FIRED), max_size=12)


def judged(rows: Sequence[Row], policy: Policy) -> list[tuple[object, object]]:
    columns = {
        label: np.array([scores.get(label, math.nan) for scores, _, _ in rows], float)
        for label in Label
    }
    fired = {
        rule.id: np.array([n for n, row in enumerate(rows) if number in row[2]], np.int64)
        for number, rule in enumerate(policy.text_rules)
    }
    unread = np.array([unread > 0 for _, unread, _ in rows], bool)
    found = judge_columns(columns, policy, unread, fired)
    rules = [*policy.rules, *policy.text_rules]
    return [
        (ACTIONS[action], None if rule == NO_RULE else rules[rule].reason_code)
        for action, rule in zip(found.actions, found.rules, strict=True)
    ]


def with_text_rules(policy: Policy) -> st.SearchStrategy[Policy]:
    rules = st.builds(
        text_rule,
        st.sampled_from(["a", "b", "c", "d"]),
        action=st.sampled_from([Action.HOLD, Action.ESCALATE, Action.REMOVE]),
        reason_code=st.sampled_from([reason.code for reason in policy.reasons]),
    )
    several = st.lists(rules, max_size=3, unique_by=lambda rule: rule.id)
    return several.map(lambda made: replace(policy, text_rules=tuple(made)))


@pytest.mark.slow
@given(
    (policies() | st.just(POLICY))
    .flatmap(with_text_rules)
    .flatmap(lambda p: st.tuples(st.just(p), rows_of(p)))
)
def test_verdicts_on_columns_are_those_on_single_rows(given_: tuple[Policy, list[Row]]) -> None:
    policy, rows = given_
    expected = [
        judge_read(
            scores,
            policy,
            unread_chars=unread,
            fired=[rule for n, rule in enumerate(policy.text_rules) if n in fired],
        )
        for scores, unread, fired in rows
    ]
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
    row = (dict(zip(labels, scores, strict=True)), 0, frozenset[int]())
    expected = labels[0] if scores[0] >= scores[1] else labels[1]
    assert judge_read(row[0], policy, unread_chars=0).reason_code == expected
    assert judged([row], policy) == [(Action.HOLD, expected)]

"""Verdicts on columns are those on single rows, for any policy and any scores."""

import math
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.decisions import judge_read
from core.moderation.policies import Policy
from core.moderation.scores import Label
from core.moderation.verdict_columns import ACTIONS, NO_RULE, judge_columns
from tests.property.test_decide_properties import POLICY, policies, unit_floats

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

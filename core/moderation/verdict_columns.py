"""The policy's verdicts on columns of scores: those of `judge_read`, many rows at once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.moderation.policies import SEVERITY, Action, Policy
from core.moderation.scores import Label

ACTIONS = tuple(Action)
NO_RULE = -1
_NO_ROWS = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class VerdictColumns:
    """A row for each text: the index of its action in ACTIONS, and of the rule whose reason is
    given, or NO_RULE. The index is one in the policy's rules and, behind them, its text rules."""

    actions: NDArray[np.int8]
    rules: NDArray[np.int32]


def judge_columns(
    scores: Mapping[Label, NDArray[np.float64]],
    policy: Policy,
    unread: NDArray[np.bool_],
    fired: Mapping[str, NDArray[np.int64]] | None = None,
) -> VerdictColumns:
    """As `judge_read` for each row. A score that a row does not have is NaN; `unread` tells whether
    characters of its text were not read. Every label of a rule has a column. `fired` are the rows
    that match a text rule, by the rule's id."""
    count = len(unread)
    actions = np.full(count, ACTIONS.index(Action.HOLD), np.int8)
    rules = np.full(count, NO_RULE, np.int32)
    severity, rank = np.full(count, -1, np.int8), np.zeros(count, np.int32)
    highest = np.zeros(count)
    for index, rule in enumerate(policy.rules):
        score = scores[rule.label]
        is_match = (rule.low <= score) & (score < rule.high)
        if rule.high == 1.0:
            is_match |= score == 1.0
        mine, my_rank = SEVERITY[rule.action], policy.reason_rank(rule)
        is_first = (my_rank < rank) | ((my_rank == rank) & (score > highest))
        is_taken = is_match & ((severity < mine) | ((severity == mine) & is_first))
        actions[is_taken], severity[is_taken] = ACTIONS.index(rule.action), mine
        rules[is_taken], rank[is_taken] = index, my_rank
        highest[is_taken] = score[is_taken]
    for index, text_rule in enumerate(policy.text_rules, len(policy.rules)):
        rows = (fired or {}).get(text_rule.id, _NO_ROWS)
        mine, my_rank = SEVERITY[text_rule.action], policy.reason_rank(text_rule)
        is_first = (severity[rows] == mine) & (my_rank < rank[rows])
        rows = rows[(severity[rows] < mine) | is_first]
        actions[rows], severity[rows] = ACTIONS.index(text_rule.action), mine
        rules[rows], rank[rows] = index, my_rank
    is_approved = actions == ACTIONS.index(Action.APPROVE)
    rules[is_approved] = NO_RULE
    actions[is_approved & unread] = ACTIONS.index(Action.HOLD)
    return VerdictColumns(actions, rules)

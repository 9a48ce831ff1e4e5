"""What a draft of the policy would have done with comments of the past. Pure.

The scores are those of the day, so a draft's verdict on them is exact: nothing of it is estimated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.moderation.history import History
from core.moderation.policies import AWAITS_PERSON, SEVERITY, Action, Policy, TextRule
from core.moderation.scores import Label
from core.moderation.verdict_columns import ACTIONS, NO_RULE, VerdictColumns, judge_columns

HIDDEN = frozenset(AWAITS_PERSON | {Action.REMOVE})
"""Actions after which readers don't see a comment."""
_SEVERITIES = np.array([SEVERITY[action] for action in ACTIONS])
_LABELS = tuple(Label)
_NO_LABEL = len(_LABELS)
BROAD_SHARE = 0.01
"""A text rule that matches a greater share of past comments is warned about: one in a hundred is
more than most sites remove in all."""
BROAD_FROM = 20
"""Fewer matches are too few for a warning."""


@dataclass(frozen=True, slots=True)
class FlipGroup:
    """Rows that go from one action to another by the scores of one label or by one text rule: those
    of the rule behind the more severe of the two actions. Neither: they are held because they were
    not read whole. `rows` begin with the newest."""

    before: Action
    after: Action
    label: Label | None
    rows: NDArray[np.int64]
    text_rule: TextRule | None = None


@dataclass(frozen=True, slots=True)
class RuleMatches:
    """The rows that a text rule of the draft matches, the newest first; `flips` of them would have
    been decided otherwise. `share` is that of all rows."""

    rule: TextRule
    rows: NDArray[np.int64]
    authors: int
    flips: int
    share: float

    @property
    def is_broad(self) -> bool:
        """Whether it matches so many that a person should look again."""
        return len(self.rows) >= BROAD_FROM and self.share > BROAD_SHARE


@dataclass(frozen=True, slots=True)
class Simulation:
    """The verdicts by the policy in force, `before`, and by the draft, `after`, for each row.
    `before_causes` and `after_causes` are indices in the labels; one more is none, and behind it
    stand the `text_rules` of both policies. `matched` are the rows that each text rule of the draft
    matches, by its id."""

    before: NDArray[np.int8]
    after: NDArray[np.int8]
    before_causes: NDArray[np.int32] = field(repr=False)
    after_causes: NDArray[np.int32] = field(repr=False)
    history: History = field(repr=False)
    text_rules: Sequence[TextRule] = ()
    matched: Mapping[str, NDArray[np.int64]] = field(default_factory=dict, repr=False)

    def flips(self) -> NDArray[np.int64]:
        """The rows on which the two differ, in order."""
        return np.flatnonzero(self.before != self.after)

    def flip_counts(self) -> Mapping[tuple[Action, Action], int]:
        """How many rows go from which action to which other one; none that are 0."""
        pairs = self.before.astype(np.int64) * len(ACTIONS) + self.after
        found, counts = np.unique(pairs[self.flips()], return_counts=True)
        return {
            (ACTIONS[pair // len(ACTIONS)], ACTIONS[pair % len(ACTIONS)]): int(count)
            for pair, count in zip(found, counts, strict=True)
        }

    def groups(self) -> Sequence[FlipGroup]:
        """The flips by direction and cause: those that end most severely first, then the
        largest."""
        rows = self.flips()
        rows = rows[np.argsort(-self.history.decided_at[rows], kind="stable")]
        before, after = self.before[rows], self.after[rows]
        is_stricter = _SEVERITIES[after] > _SEVERITIES[before]
        causes = np.where(is_stricter, self.after_causes[rows], self.before_causes[rows])
        count = _NO_LABEL + 1 + len(self.text_rules)
        keys = (before.astype(np.int64) * len(ACTIONS) + after) * count + causes
        found = []
        for key in np.unique(keys):
            pair, cause = divmod(int(key), count)
            first, last = divmod(pair, len(ACTIONS))
            label = _LABELS[cause] if cause < _NO_LABEL else None
            rule = self.text_rules[cause - _NO_LABEL - 1] if cause > _NO_LABEL else None
            found.append(FlipGroup(ACTIONS[first], ACTIONS[last], label, rows[keys == key], rule))
        return sorted(found, key=lambda group: (-SEVERITY[group.after], -len(group.rows)))

    def rule_matches(self, rules: Sequence[TextRule]) -> Sequence[RuleMatches]:
        """What each of the draft's text rules matches, in their order."""
        is_flip = self.before != self.after
        found = []
        for rule in rules:
            rows = self.matched.get(rule.id, np.zeros(0, np.int64))
            rows = rows[np.argsort(-self.history.decided_at[rows], kind="stable")]
            authors = len(np.unique(self.history.authors[rows]))
            flips = int(np.count_nonzero(is_flip[rows]))
            share = len(rows) / len(self.history) if len(self.history) else 0.0
            found.append(RuleMatches(rule, rows, authors, flips, share))
        return found

    def most_by_one_author(self) -> int:
        """How many of the flips are on comments of the author who has most of them."""
        flips = self.flips()
        return int(np.unique(self.history.authors[flips], return_counts=True)[1].max(initial=0))

    def counts(self) -> Mapping[Action, tuple[int, int]]:
        """For each action, how many rows it has by the policy in force and by the draft."""
        before, after = (
            np.bincount(column, minlength=len(ACTIONS)) for column in (self.before, self.after)
        )
        return {
            action: (int(before[index]), int(after[index])) for index, action in enumerate(ACTIONS)
        }


Fired = Mapping[str, NDArray[np.int64]]
"""The rows that match each text rule, by its id."""


def simulate(
    history: History,
    in_force: Policy,
    draft: Policy,
    fired_in_force: Fired | None = None,
    fired: Fired | None = None,
) -> Simulation:
    """The verdicts of both policies on the same scores and texts. `fired` is of the draft."""
    before = judge_columns(history.scores, in_force, history.unread, fired_in_force)
    after = judge_columns(history.scores, draft, history.unread, fired)
    rules = {rule.id: rule for rule in (*in_force.text_rules, *draft.text_rules)}
    places = {rule_id: place for place, rule_id in enumerate(rules)}
    return Simulation(
        before.actions,
        after.actions,
        _causes(before, in_force, places),
        _causes(after, draft, places),
        history,
        tuple(rules.values()),
        fired or {},
    )


def is_one_of(actions: NDArray[np.int8], wanted: frozenset[Action]) -> NDArray[np.bool_]:
    """Which rows have one of these actions."""
    return np.isin(actions, [ACTIONS.index(action) for action in wanted])


def _causes(
    verdicts: VerdictColumns, policy: Policy, places: Mapping[str, int]
) -> NDArray[np.int32]:
    """For each row the index of what its rule is about. NO_RULE, -1, takes the last entry."""
    assert NO_RULE == -1
    causes = [_LABELS.index(rule.label) for rule in policy.rules]
    causes += [_NO_LABEL + 1 + places[rule.id] for rule in policy.text_rules]
    return np.array([*causes, _NO_LABEL], np.int32)[verdicts.rules]

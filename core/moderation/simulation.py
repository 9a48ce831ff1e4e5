"""What a draft of the policy would have done with comments of the past. Pure.

The scores are those of the day, so a draft's verdict on them is exact: nothing of it is estimated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.moderation.history import History
from core.moderation.policies import AWAITS_PERSON, SEVERITY, Action, Policy
from core.moderation.scores import Label
from core.moderation.verdict_columns import ACTIONS, NO_RULE, VerdictColumns, judge_columns

HIDDEN = frozenset(AWAITS_PERSON | {Action.REMOVE})
"""Actions after which readers don't see a comment."""
_SEVERITIES = np.array([SEVERITY[action] for action in ACTIONS])
_LABELS = tuple(Label)
_NO_LABEL = len(_LABELS)


@dataclass(frozen=True, slots=True)
class FlipGroup:
    """Rows that go from one action to another by the scores of one label: that of the rule behind
    the more severe of the two actions. None: they are held because they were not read whole.
    `rows` begin with the newest."""

    before: Action
    after: Action
    label: Label | None
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Simulation:
    """The verdicts by the policy in force, `before`, and by the draft, `after`, for each row.
    `before_labels` and `after_labels` are indices in the labels, or one more without a rule."""

    before: NDArray[np.int8]
    after: NDArray[np.int8]
    before_labels: NDArray[np.int8] = field(repr=False)
    after_labels: NDArray[np.int8] = field(repr=False)
    history: History = field(repr=False)

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
        """The flips by direction and label: those that end most severely first, then the
        largest."""
        rows = self.flips()
        rows = rows[np.argsort(-self.history.decided_at[rows], kind="stable")]
        before, after = self.before[rows], self.after[rows]
        is_stricter = _SEVERITIES[after] > _SEVERITIES[before]
        labels = np.where(is_stricter, self.after_labels[rows], self.before_labels[rows])
        keys = (before.astype(np.int64) * len(ACTIONS) + after) * (_NO_LABEL + 1) + labels
        found = []
        for key in np.unique(keys):
            pair, label = divmod(int(key), _NO_LABEL + 1)
            first, last = divmod(pair, len(ACTIONS))
            name = None if label == _NO_LABEL else _LABELS[label]
            found.append(FlipGroup(ACTIONS[first], ACTIONS[last], name, rows[keys == key]))
        return sorted(found, key=lambda group: (-SEVERITY[group.after], -len(group.rows)))

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


def simulate(history: History, in_force: Policy, draft: Policy) -> Simulation:
    """The verdicts of both policies on the same scores."""
    before = judge_columns(history.scores, in_force, history.unread)
    after = judge_columns(history.scores, draft, history.unread)
    return Simulation(
        before.actions,
        after.actions,
        _labels(before, in_force),
        _labels(after, draft),
        history,
    )


def is_one_of(actions: NDArray[np.int8], wanted: frozenset[Action]) -> NDArray[np.bool_]:
    """Which rows have one of these actions."""
    return np.isin(actions, [ACTIONS.index(action) for action in wanted])


def _labels(verdicts: VerdictColumns, policy: Policy) -> NDArray[np.int8]:
    """For each row the index of its rule's label. NO_RULE, -1, takes the last entry."""
    assert NO_RULE == -1
    names = [_LABELS.index(rule.label) for rule in policy.rules]
    return np.array([*names, _NO_LABEL], np.int8)[verdicts.rules]

"""What a draft of the policy would have done with comments of the past. Pure.

The scores are those of the day, so a draft's verdict on them is exact: nothing of it is estimated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.moderation.policies import AWAITS_PERSON, Action, Policy
from core.moderation.scores import Label
from core.moderation.verdict_columns import ACTIONS, judge_columns

NOT_JUDGED, KEPT, REMOVED = -1, 0, 1
HIDDEN = frozenset(AWAITS_PERSON | {Action.REMOVE})
"""Actions after which readers don't see a comment."""


@dataclass(frozen=True, slots=True)
class History:
    """A row for each comment that a model scored, in the order of its decision.

    `scores`: a column for each label, NaN where there is no score. `unread`: whether a part of the
    text was not read. `authors`: numbers that stand for them. `verdicts`: what people decided,
    NOT_JUDGED, KEPT or REMOVED. `was_flagged`: whether the decision of the day brought it to a
    person or removed it. `chances`: of the others, with which probability a person was to look at
    it, where that was drawn and it came up; else 0.
    """

    scores: Mapping[Label, NDArray[np.float64]]
    unread: NDArray[np.bool_]
    authors: NDArray[np.int64]
    verdicts: NDArray[np.int8]
    was_flagged: NDArray[np.bool_]
    chances: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.unread)


@dataclass(frozen=True, slots=True)
class Simulation:
    """`before` and `after`: for each row the index of its action in ACTIONS, by the policy in force
    and by the draft."""

    before: NDArray[np.int8]
    after: NDArray[np.int8]
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
    before, after = (
        judge_columns(history.scores, policy, history.unread).actions
        for policy in (in_force, draft)
    )
    return Simulation(before, after, history)


def is_one_of(actions: NDArray[np.int8], wanted: frozenset[Action]) -> NDArray[np.bool_]:
    """Which rows have one of these actions."""
    return np.isin(actions, [ACTIONS.index(action) for action in wanted])

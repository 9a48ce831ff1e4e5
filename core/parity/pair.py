"""One backend compared with the reference: differences, cause, changed decisions, thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.moderation.decisions import judge
from core.moderation.policies import SEVERITY, Action, Policy
from core.moderation.scores import Label
from core.parity.causes import Evidence, Finding
from core.parity.comparison import LabelComparison, compare_labels
from core.parity.diagnosis import diagnose
from core.parity.tables import ScoreTable
from core.parity.threshold_map import MappedThreshold, carry_over, map_thresholds


@dataclass(frozen=True, slots=True)
class Flip:
    """A comment with a changed decision: `before` by the reference, `after` by the other backend
    under the same thresholds, `carried` under the matched ones (None if there are none).

    `label` is the one behind the most severe of these decisions, with both scores; None if no rule
    applied.
    """

    row: int
    before: Action
    after: Action
    carried: Action | None
    label: Label | None
    mine: float | None
    theirs: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """`missing` are labels that the other backend does not assess. `flips` are the rows, among the
    `rows` both scored, in which `after` or `carried` differs from `before`: first those that
    matched thresholds don't restore, then the largest changes."""

    other: ScoreTable
    rows: int
    labels: tuple[LabelComparison, ...]
    missing: tuple[Label, ...]
    finding: Finding
    thresholds: tuple[MappedThreshold, ...]
    is_carried: bool
    flips: tuple[Flip, ...]

    @property
    def changed(self) -> int:
        """How many decisions change if only the backend is replaced."""
        return sum(flip.after is not flip.before for flip in self.flips)

    @property
    def changed_carried(self) -> int | None:
        """How many decisions change if the thresholds are moved as well; None if they can't be."""
        if not self.is_carried:
            return None
        return sum(flip.carried is not flip.before for flip in self.flips)

    @property
    def failed(self) -> int:
        """How many comments the other backend failed to score."""
        return sum(error is not None for error in self.other.errors)

    @property
    def first_error(self) -> str | None:
        """The first error of the other backend, in its own words."""
        return next((error for error in self.other.errors if error), None)


def compare_pair(
    reference: ScoreTable, other: ScoreTable, policy: Policy, evidence: Evidence
) -> Pair:
    """The whole comparison of one pair."""
    thresholds = map_thresholds(reference, other, policy)
    carried = carry_over(policy, thresholds) if thresholds else None
    both = [
        row
        for row, errors in enumerate(zip(reference.errors, other.errors, strict=True))
        if errors == (None, None)
    ]
    flips = [_flip(row, reference, other, policy, carried) for row in both]
    return Pair(
        other=other,
        rows=len(both),
        labels=compare_labels(reference, other, policy),
        missing=tuple(label for label in reference.labels if label not in other.labels),
        finding=diagnose(reference, other, evidence),
        thresholds=thresholds,
        is_carried=carried is not None,
        flips=tuple(sorted((flip for flip in flips if flip is not None), key=_by_weight)),
    )


def count_flagged(table: ScoreTable, policy: Policy) -> int:
    """How many comments the policy does not approve, by these scores."""
    return sum(
        error is None and judge(_scores(table, row), policy).action is not Action.APPROVE
        for row, error in enumerate(table.errors)
    )


def _flip(
    row: int, reference: ScoreTable, other: ScoreTable, policy: Policy, carried: Policy | None
) -> Flip | None:
    mine, theirs = _scores(reference, row), _scores(other, row)
    verdicts = [judge(mine, policy), judge(theirs, policy)]
    if carried is not None:
        verdicts.append(judge(theirs, carried))
    if len({verdict.action for verdict in verdicts}) == 1:
        return None
    # Of equally severe verdicts, the last one is explained: it would apply after the move.
    hardest = max(reversed(verdicts), key=lambda verdict: SEVERITY[verdict.action])
    label = hardest.rules[0].label if hardest.rules else None
    return Flip(
        row=row,
        before=verdicts[0].action,
        after=verdicts[1].action,
        carried=verdicts[2].action if carried is not None else None,
        label=label,
        mine=mine.get(label) if label else None,
        theirs=theirs.get(label) if label else None,
    )


def _by_weight(flip: Flip) -> tuple[bool, int, float]:
    change = abs(SEVERITY[flip.after] - SEVERITY[flip.before])
    apart = 0.0 if flip.mine is None or flip.theirs is None else abs(flip.mine - flip.theirs)
    return flip.carried is flip.before, -change, -apart


def _scores(table: ScoreTable, row: int) -> Mapping[Label, float]:
    return {
        label: float(value)
        for label, value in zip(table.labels, table.scores[row], strict=True)
        if not np.isnan(value)
    }

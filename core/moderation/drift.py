"""Drift: whether what a run made of its rows differs from the run before by more than chance.

Rows of the two runs are taken as independent. Where both scored the same texts, chance is smaller
than assumed here, so a change that is called more than chance is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from math import asin, log, sqrt

from core.moderation.policies import Action
from core.moderation.scores import Label
from core.moderation.shares import newcombe, z_of

FEWEST_ROWS = 100
"""With fewer rows in one of the runs nothing is said."""
ERROR = 0.05
"""How often one or more of all comparisons of two runs may be called a change by chance alone."""
BINS = 101
"""Scores are compared in hundredths, as pages show them."""


@dataclass(frozen=True, slots=True)
class LabelScores:
    """`bins[k]` rows have a score that rounds to k hundredths; `total` is the sum of all."""

    bins: tuple[int, ...]
    total: float

    @property
    def count(self) -> int:
        return sum(self.bins)

    @property
    def mean(self) -> float | None:
        return self.total / self.count if self.count else None


class Outcome(StrEnum):
    """What became of a row: the action of its decision, or whether it was scored where nothing
    decides, as in a file. The strings are stored."""

    APPROVE = Action.APPROVE.value
    HOLD = Action.HOLD.value
    REMOVE = Action.REMOVE.value
    ESCALATE = Action.ESCALATE.value
    SCORED = "scored"
    NOT_SCORED = "not_scored"


FLAGGED = (Outcome.HOLD, Outcome.ESCALATE, Outcome.REMOVE)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run made of its rows; each has one outcome. Of those decided on, `unassessed_count`
    have no scores because of their language."""

    outcomes: Mapping[Outcome, int]
    scores: Mapping[Label, LabelScores]
    unassessed_count: int = 0

    @property
    def row_count(self) -> int:
        return sum(self.outcomes.values())


class DriftEvidence(StrEnum):
    """What two counts allow to say; the values are for people."""

    CHANGED = "more than chance"
    CHANCE = "may be chance"
    TOO_FEW = "too few to tell"
    ONE_SIDED = "in one run only"


@dataclass(frozen=True, slots=True)
class OutcomeDrift:
    """Shares of all rows. `low` and `high` hold the difference; `effect` is Cohen's h, by which 0.2
    is small, 0.5 medium and 0.8 large."""

    outcome: Outcome
    share: float
    before: float
    low: float
    high: float
    effect: float
    evidence: DriftEvidence

    @property
    def change(self) -> float:
        return self.share - self.before


@dataclass(frozen=True, slots=True)
class LabelDrift:
    """`distance` is Kolmogorov and Smirnov's: the largest difference of the shares of rows up to a
    score, which is `at`; positive if more rows are above it than before. None where one run has no
    scores of the label."""

    label: Label
    mean: float | None
    before: float | None
    distance: float | None
    at: float | None
    evidence: DriftEvidence


@dataclass(frozen=True, slots=True)
class Drift:
    """The changes of all outcomes and labels that one of the runs has."""

    outcomes: tuple[OutcomeDrift, ...]
    scores: tuple[LabelDrift, ...]


def drift(now: RunSummary, before: RunSummary) -> Drift:
    """All comparisons together call a change what is chance with a probability of at most ERROR
    (Bonferroni). Both runs have rows."""
    outcomes = [
        each for each in Outcome if now.outcomes.get(each, 0) or before.outcomes.get(each, 0)
    ]
    labels = [label for label in Label if label in now.scores or label in before.scores]
    error = ERROR / (len(outcomes) + len(labels))
    return Drift(
        tuple(_outcome_change(each, now, before, error) for each in outcomes),
        tuple(
            _score_change(label, now.scores.get(label), before.scores.get(label), error)
            for label in labels
        ),
    )


def _outcome_change(
    outcome: Outcome, now: RunSummary, before: RunSummary, error: float
) -> OutcomeDrift:
    counts = now.outcomes.get(outcome, 0), now.row_count
    old_counts = before.outcomes.get(outcome, 0), before.row_count
    share, old = counts[0] / counts[1], old_counts[0] / old_counts[1]
    low, high = newcombe(counts, old_counts, z_of(error))
    return OutcomeDrift(
        outcome,
        share,
        old,
        low,
        high,
        2 * asin(sqrt(share)) - 2 * asin(sqrt(old)),
        _evidence(counts[1], old_counts[1], is_change=low > 0 or high < 0),
    )


def _score_change(
    label: Label, now: LabelScores | None, before: LabelScores | None, error: float
) -> LabelDrift:
    mean, old = now.mean if now else None, before.mean if before else None
    if now is None or before is None or not now.count or not before.count:
        return LabelDrift(label, mean, old, None, None, DriftEvidence.ONE_SIDED)
    gaps = [
        old_up / before.count - up / now.count
        for up, old_up in zip(accumulate(now.bins), accumulate(before.bins), strict=True)
    ]
    at = max(range(BINS), key=lambda one: abs(gaps[one]))
    # Smirnov's limit for large counts; ties within a hundredth only make it stricter.
    limit = sqrt(-log(error / 2) / 2 * (1 / now.count + 1 / before.count))
    evidence = _evidence(now.count, before.count, is_change=abs(gaps[at]) > limit)
    return LabelDrift(label, mean, old, gaps[at], at / 100, evidence)


def _evidence(rows: int, old_rows: int, *, is_change: bool) -> DriftEvidence:
    if min(rows, old_rows) < FEWEST_ROWS:
        return DriftEvidence.TOO_FEW
    return DriftEvidence.CHANGED if is_change else DriftEvidence.CHANCE

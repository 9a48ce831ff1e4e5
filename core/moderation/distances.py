"""How far a comment's scores are from the lines that the policy draws. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.moderation.policies import Action, Policy, Rule
from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class Line:
    """A score from which another action follows. `distance` is the score less the line: positive
    on it or above; None if the label was not assessed."""

    action: Action
    at: float
    distance: float | None

    @property
    def is_reached(self) -> bool:
        """Whether the score is on the line or above."""
        return self.distance is not None and self.distance >= 0


@dataclass(frozen=True, slots=True)
class LabelDistance:
    """A label's lines, lowest first. `score` is None if no model assessed the label, which is not
    the same as a low score; `action` is what the score alone leads to, None without a score or a
    rule."""

    label: Label
    score: float | None
    action: Action | None
    lines: tuple[Line, ...]

    @property
    def is_assessed(self) -> bool:
        """Whether a model gave the label a score."""
        return self.score is not None

    @property
    def reached(self) -> Line | None:
        """The highest line that the score has reached."""
        return next((line for line in reversed(self.lines) if line.is_reached), None)

    @property
    def next(self) -> Line | None:
        """The lowest line that the score has not reached; None without a score."""
        if not self.is_assessed:
            return None
        return next((line for line in self.lines if not line.is_reached), None)


def distances(scores: Mapping[Label, float], policy: Policy) -> Sequence[LabelDistance]:
    """One entry for each label that was assessed or has rules, in canonical order."""
    ruled = {rule.label for rule in policy.rules}
    return [
        _distance(label, scores.get(label), policy)
        for label in Label
        if label in scores or label in ruled
    ]


def _distance(label: Label, score: float | None, policy: Policy) -> LabelDistance:
    rules = sorted((rule for rule in policy.rules if rule.label is label), key=_low)
    lines = tuple(
        Line(rule.action, rule.low, None if score is None else score - rule.low)
        for before, rule in pairwise(rules)
        if rule.action is not before.action  # else nothing changes at this edge
    )
    matched = next((r.action for r in rules if score is not None and r.matches(score)), None)
    return LabelDistance(label, score, matched, lines)


def _low(rule: Rule) -> float:
    return rule.low

"""Whether the scores of a runtime count as those of the reference, the same model in fp32."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.parity.causes import FAR, NEAR
from core.parity.comparison import LabelComparison

MOST_FLIPS = 0.01
"""The largest share of labels that may cross a threshold. The shipped int8 file changes at most
0.2 % on real comments, which a small sample can't show: of 160 labels one may change."""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """`flips` of `labels` scores cross a threshold of the policy; `largest` is the largest
    difference of a score, `mean` the mean one."""

    labels: int
    flips: int
    largest: float
    mean: float


def sum_up(lines: Sequence[LabelComparison]) -> ScoreChange:
    """All labels together."""
    labels = sum(line.rows for line in lines)
    return ScoreChange(
        labels=labels,
        flips=sum(line.flips for line in lines),
        largest=max((line.largest for line in lines), default=0.0),
        mean=sum(line.mean * line.rows for line in lines) / labels if labels else 0.0,
    )


def gate_problem(change: ScoreChange) -> str | None:
    """Which difference is too large; None if the scores count as the reference's."""
    if not change.labels:
        return "it scored nothing"
    if change.flips > MOST_FLIPS * change.labels:
        return f"{change.flips} of {change.labels} labels changed"
    if change.largest > FAR:
        return f"a score is {change.largest:.3f} away, more than {FAR}"
    if change.mean > NEAR:
        return f"scores are {change.mean:.3f} away in the mean, more than {NEAR}"
    return None

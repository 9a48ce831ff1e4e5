"""A site's model and the shipped one on the same test rows: differences, intervals, the verdict.

The verdict rests on two figures over all labels: ROC AUC, which tuning is to raise, and log loss,
which a temperature is to lower. Either may show a gain, so each interval holds 97.5 %: both
together then err no more often than one of 95 % (Bonferroni).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from core.training.data.datasets import MODEL_LABELS
from core.training.site.paired import Paired, losses, paired, ranking
from core.training.site.settings import FEWEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.training.site.paired import Floats, Measure

ALL_LABELS = "all labels"
ROUNDING = 0.002
"""A smaller change of ROC AUC can come from rounding alone."""


class SiteVerdict(StrEnum):
    """What the test rows say of a site's model."""

    BETTER = "better"
    NOT_SHOWN = "not shown to be better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class LabelDifference:
    """One label, or ALL_LABELS: their log loss together and the mean of their ROC AUC. Measures are
    None where fewer than FEWEST rows have the label, or have it not. `moved` is the mean change of
    a score."""

    label: str
    rows: int
    positives: int
    moved: float
    log_loss: Paired | None
    roc_auc: Paired | None

    @property
    def ranks_better(self) -> bool:
        """Whether the whole interval says so."""
        return self.roc_auc is not None and self.roc_auc.interval[0] > ROUNDING

    @property
    def ranks_worse(self) -> bool:
        """Whether the whole interval says so."""
        return self.roc_auc is not None and self.roc_auc.interval[1] < -ROUNDING


@dataclass(frozen=True, slots=True)
class ComparedRows:
    """Targets (rows, labels) with NaN where unknown, and weights and groups of the rows."""

    targets: "Floats"
    weights: "Floats"
    groups: Sequence[Hashable]


def compare_models(
    rows: ComparedRows, base: "Floats", site: "Floats"
) -> tuple[LabelDifference, ...]:
    """All labels together first; `base` and `site` are scores (rows, labels)."""
    known = ~np.isnan(rows.targets)
    positive = np.nan_to_num(rows.targets) >= 0.5
    found = [_together(rows, known, positive, base, site)]
    for column, label in enumerate(MODEL_LABELS):
        at = known[:, column]
        part = ComparedRows(
            rows.targets[at, column],
            rows.weights[at],
            [group for group, is_known in zip(rows.groups, at, strict=True) if is_known],
        )
        moved = float(np.abs(site[:, column] - base[:, column]).mean())
        found.append(_label(str(label), part, base[at, column], site[at, column], moved))
    return tuple(found)


def verdict_of(comparisons: Sequence[LabelDifference]) -> SiteVerdict:
    """Decided by the intervals alone. A label that ranks worse is not made up for by others."""
    together = comparisons[0]
    low, high = together.log_loss.interval if together.log_loss else (0.0, 0.0)
    if low > 0.0 or any(each.ranks_worse for each in comparisons):
        return SiteVerdict.WORSE
    return SiteVerdict.BETTER if high < 0.0 or together.ranks_better else SiteVerdict.NOT_SHOWN


def _together(
    rows: ComparedRows,
    known: "NDArray[np.bool_]",
    positive: "NDArray[np.bool_]",
    base: "Floats",
    site: "Floats",
) -> LabelDifference:
    """Sums over each row's known labels, so that a row is drawn as a whole."""
    has_abuse: NDArray[np.bool_] = np.any(positive, axis=1)
    counts = known.sum(axis=1) * rows.weights
    sums = [
        np.where(known, losses(np.nan_to_num(rows.targets), scores), 0.0).sum(axis=1) * rows.weights
        for scores in (base, site)
    ]
    return LabelDifference(
        label=ALL_LABELS,
        rows=len(base),
        positives=int(has_abuse.sum()),
        moved=float(np.abs(site - base).mean()),
        log_loss=paired(
            rows.groups,
            *((lambda draws, total=total: draws @ total / (draws @ counts)) for total in sums),
        )
        if _is_enough(has_abuse)
        else None,
        roc_auc=_mean_ranking(rows, known, positive, base, site),
    )


def _mean_ranking(
    rows: ComparedRows,
    known: "NDArray[np.bool_]",
    positive: "NDArray[np.bool_]",
    base: "Floats",
    site: "Floats",
) -> Paired | None:
    columns = [at for at in range(known.shape[1]) if _is_enough(positive[known[:, at], at])]
    if not columns:
        return None

    def mean_of(scores: "Floats") -> "Measure":
        # Where a label is not known, the row weighs nothing.
        parts = [
            ranking(positive[:, at], scores[:, at], rows.weights * known[:, at]) for at in columns
        ]
        return lambda draws: np.mean([part(draws) for part in parts], axis=0)

    return paired(rows.groups, mean_of(base), mean_of(site))


def _label(
    label: str, rows: ComparedRows, base: "Floats", site: "Floats", moved: float
) -> LabelDifference:
    positive = np.asarray(rows.targets >= 0.5)
    log_loss = roc_auc = None
    if _is_enough(positive):
        by_row = [losses(rows.targets, scores) * rows.weights for scores in (base, site)]
        log_loss = paired(
            rows.groups,
            *((lambda draws, each=each: draws @ each / (draws @ rows.weights)) for each in by_row),
        )
        roc_auc = paired(
            rows.groups, *(ranking(positive, scores, rows.weights) for scores in (base, site))
        )
    return LabelDifference(label, len(base), int(positive.sum()), moved, log_loss, roc_auc)


def _is_enough(positive: "NDArray[np.bool_]") -> bool:
    count = int(positive.sum())
    return min(count, len(positive) - count) >= FEWEST

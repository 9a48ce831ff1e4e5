"""A site's model and the shipped one on the same test rows: differences, intervals, the verdict.

The verdict rests on one figure that was chosen beforehand, the log loss over all labels: it counts
both whether abuse ranks above the rest and whether scores can be read as probabilities. A label
that ranks clearly worse makes the whole worse all the same.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.intervals import (
    CELLS_AT_ONCE,
    RESAMPLES,
    Interval,
    group_draws,
    group_numbers,
    ranking_measures,
)
from core.training.site.settings import FEWEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Measure = Callable[[Floats], Floats]

ALL_LABELS = "all labels"
LEAST_LOSS = 0.002
"""A smaller fall of ROC AUC can come from rounding alone."""
_SEED = 20261127
_QUANTILES = (0.025, 0.975)
_EDGE = 1e-7


class SiteVerdict(StrEnum):
    """What the test rows say of a site's model."""

    BETTER = "better"
    NOT_SHOWN = "not shown to be better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Paired:
    """One measure of both models on the same rows; `interval` (95 %, bootstrap) is that of
    `difference`, the site's model minus the shipped one."""

    base: float
    site: float
    difference: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class LabelDifference:
    """One label, or ALL_LABELS together, which has no ROC AUC. Both measures are None where fewer
    than FEWEST rows have the label, or have it not. `moved` is the mean change of a score."""

    label: str
    rows: int
    positives: int
    moved: float
    log_loss: Paired | None
    roc_auc: Paired | None = None

    @property
    def ranks_worse(self) -> bool:
        """Whether the whole interval says so."""
        return self.roc_auc is not None and self.roc_auc.interval[1] < -LEAST_LOSS


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
    """Decided by the intervals alone."""
    loss = comparisons[0].log_loss
    if any(each.ranks_worse for each in comparisons):
        return SiteVerdict.WORSE
    if loss is None or loss.interval[0] <= 0.0 <= loss.interval[1]:
        return SiteVerdict.NOT_SHOWN
    return SiteVerdict.BETTER if loss.interval[1] < 0.0 else SiteVerdict.WORSE


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
        np.where(known, _losses(np.nan_to_num(rows.targets), scores), 0.0).sum(axis=1)
        * rows.weights
        for scores in (base, site)
    ]
    return LabelDifference(
        label=ALL_LABELS,
        rows=len(base),
        positives=int(has_abuse.sum()),
        moved=float(np.abs(site - base).mean()),
        log_loss=_paired(
            rows.groups,
            *((lambda draws, total=total: draws @ total / (draws @ counts)) for total in sums),
        )
        if _is_enough(has_abuse)
        else None,
    )


def _label(
    label: str, rows: ComparedRows, base: "Floats", site: "Floats", moved: float
) -> LabelDifference:
    positive = np.asarray(rows.targets >= 0.5)
    loss = ranking = None
    if _is_enough(positive):
        losses = [_losses(rows.targets, scores) * rows.weights for scores in (base, site)]
        loss = _paired(
            rows.groups,
            *((lambda draws, each=each: draws @ each / (draws @ rows.weights)) for each in losses),
        )
        ranking = _paired(
            rows.groups, *(_ranking(positive, scores, rows.weights) for scores in (base, site))
        )
    return LabelDifference(label, len(base), int(positive.sum()), moved, loss, ranking)


def _is_enough(positive: "NDArray[np.bool_]") -> bool:
    count = int(positive.sum())
    return min(count, len(positive) - count) >= FEWEST


def _losses(targets: "Floats", scores: "Floats") -> "Floats":
    inside = np.clip(scores, _EDGE, 1 - _EDGE)
    found: Floats = -(targets * np.log(inside) + (1 - targets) * np.log(1 - inside))
    return found


def _ranking(positive: "NDArray[np.bool_]", scores: "Floats", weights: "Floats") -> "Measure":
    order = np.argsort(-scores, kind="stable")
    hits = positive[order].astype(np.float64)
    last_of_tie = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))

    def measure(draws: "Floats") -> "Floats":
        found: Floats = ranking_measures(hits, last_of_tie, (draws * weights)[:, order])[0]
        return found

    return measure


def _paired(groups: Sequence[Hashable], base: "Measure", site: "Measure") -> Paired:
    """Both measures of the rows as they are, and of the same draws of whole groups."""
    members = group_numbers(groups, len(groups))
    once = np.ones((1, len(members)))
    before, after = float(base(once)[0]), float(site(once)[0])
    chance = np.random.default_rng(_SEED)
    at_once = max(1, CELLS_AT_ONCE // len(members))
    parts = []
    for done in range(0, RESAMPLES, at_once):
        draws = group_draws(members, min(at_once, RESAMPLES - done), chance)
        parts.append(site(draws) - base(draws))
    # A draw of one class alone has no ROC AUC.
    low, high = np.nanquantile(np.concatenate(parts), _QUANTILES)
    return Paired(before, after, after - before, (float(low), float(high)))

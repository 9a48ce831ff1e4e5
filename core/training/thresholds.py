"""Recommended score edges: how much low-rate traffic a person sees, how sure a removal is."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from core.inference.manifest import Band
from core.moderation.scores import Label
from core.training.datasets import MODEL_LABELS
from core.training.measures import precision_at, recall_at, share_at
from core.training.scoring import Scored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HELD_SHARE: Mapping[Label, float] = {
    Label.TOXICITY: 0.012,
    Label.OBSCENE: 0.004,
    Label.THREAT: 0.002,
    Label.INSULT: 0.006,
    Label.IDENTITY_ATTACK: 0.004,
}
"""Share of low-rate comments each label alone may hold; they overlap, so the union is less."""

REMOVED_SHARE = 0.001
PRECISION = 0.95
SUPPORT = 20
"""Fewer val rows above an edge than this prove nothing about its precision."""
_HIGHEST = 99


@dataclass(frozen=True, slots=True)
class BandReport:
    """What an edge does to traffic it was not chosen on. Shares in 0..1, None where nothing is."""

    label: str
    hold: float
    remove: float
    low_rate_held: float
    low_rate_removed: float
    test_hold_precision: float | None
    test_hold_recall: float | None
    test_remove_precision: float | None
    test_remove_recall: float | None


def first_half(scored: Scored) -> "NDArray[np.bool_]":
    """Marks the rows of a set that thresholds are chosen on; the rest measures them."""
    import numpy as np

    digests = (sha256(f"half:{each.keys[0]}".encode()).digest() for each in scored.examples)
    return np.array([digest[0] < 128 for digest in digests], dtype=bool)


def choose_band(label: Label, low_rate: Scored, val: Scored) -> Band:
    """Edges in hundredths. `hold` from the low-rate scores, `remove` also from val precision."""
    import numpy as np

    traffic = low_rate.scores[:, MODEL_LABELS.index(label)]
    quantile = float(np.quantile(traffic, 1 - HELD_SHARE[label])) if len(traffic) else 0.5
    hold = min(max(int(np.ceil(quantile * 100)), 20), 95)
    targets, scores = val.known(label)
    for edge in range(max(hold + 1, 60), _HIGHEST):
        precision = precision_at(targets, scores, edge / 100)
        enough = int((scores >= edge / 100).sum()) >= SUPPORT
        if (
            enough
            and (precision or 0.0) >= PRECISION
            and share_at(traffic, edge / 100) <= REMOVED_SHARE
        ):
            return Band(hold / 100, edge / 100)
    return Band(hold / 100, _HIGHEST / 100)


def report_band(label: Label, band: Band, low_rate: Scored, test: Scored) -> BandReport:
    """Effects on rows the edges were not chosen on; `low_rate` shares count false positives."""
    column = MODEL_LABELS.index(label)
    clean = low_rate.scores[~(low_rate.targets[:, 0] >= 0.5), column]
    targets, scores = test.known(label)
    return BandReport(
        label=str(label),
        hold=band.hold,
        remove=band.remove,
        low_rate_held=share_at(clean, band.hold),
        low_rate_removed=share_at(clean, band.remove),
        test_hold_precision=precision_at(targets, scores, band.hold),
        test_hold_recall=recall_at(targets, scores, band.hold),
        test_remove_precision=precision_at(targets, scores, band.remove),
        test_remove_recall=recall_at(targets, scores, band.remove),
    )


def share_over_any(scored: Scored, edges: Mapping[Label, float]) -> float:
    """Share of the rows that reach the edge of at least one label."""
    import numpy as np

    limits = np.array([edges[label] for label in MODEL_LABELS])
    over = np.any(scored.scores >= limits, axis=1)
    return float(np.mean(over)) if scored.examples else 0.0

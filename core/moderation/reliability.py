"""How often people removed what a model gave which score, estimated from what they judged. Pure.

A reliability diagram (A. H. Murphy and R. L. Winkler 1977): where scores are probabilities, of all
texts with a score near 0.8 people remove 80 %. What nobody judged counts by how likely it was to be
judged, as in `core.moderation.estimates`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.moderation.estimates import ShareEstimate, estimate_share, weights_of
from core.moderation.history import REMOVED, History
from core.moderation.scores import Label

BAND_COUNT = 10


@dataclass(frozen=True, slots=True)
class RemovalBand:
    """The texts whose highest score lies from `low` on and below `high`; `mean` is that of these
    scores. `removed` is None if too few of them were judged."""

    low: float
    high: float
    texts: int
    mean: float
    removed: ShareEstimate | None

    @property
    def is_off(self) -> bool:
        """Whether the mean score is no probability of a removal, by an interval of 95 %."""
        return self.removed is not None and not self.removed.low <= self.mean <= self.removed.high


def removed_by_score(history: History) -> Sequence[RemovalBand]:
    """The bands that have texts, the lowest first."""
    every = np.stack([history.scores[label] for label in Label])
    highest = np.nanmax(np.where(np.isnan(every), -1.0, every), axis=0)
    places = np.minimum((highest * BAND_COUNT).astype(np.int64), BAND_COUNT - 1)
    weights = weights_of(history)
    found = []
    for place in range(BAND_COUNT):
        rows = (places == place) & (highest >= 0)
        if not rows.any():
            continue
        whole = weights * rows
        found.append(
            RemovalBand(
                low=place / BAND_COUNT,
                high=(place + 1) / BAND_COUNT,
                texts=int(np.count_nonzero(rows)),
                mean=float(highest[rows].mean()),
                removed=estimate_share(
                    history.authors, whole * (history.verdicts == REMOVED), whole
                ),
            )
        )
    return found

"""How well a model's scores tell what people removed from what they kept. Pure."""

import numpy as np
from numpy.typing import NDArray

from core.moderation.estimates import FEWEST_JUDGED, ShareEstimate, weights_of
from core.moderation.history import REMOVED, History
from core.moderation.scores import Label

RESAMPLES = 400


def separation(history: History) -> ShareEstimate | None:
    """Of a removed and a kept text drawn at random, how often the removed one has the higher
    highest score: the area under the ROC curve (J. A. Hanley and B. J. McNeil 1982), ties count
    half. Texts weigh as in `core.moderation.estimates`; the interval of 95 % resamples authors.
    None with fewer than FEWEST_JUDGED of either."""
    weights = weights_of(history)
    rows = np.flatnonzero(weights > 0)
    is_removed = history.verdicts[rows] == REMOVED
    if min(np.count_nonzero(is_removed), np.count_nonzero(~is_removed)) < FEWEST_JUDGED:
        return None
    every = np.stack([history.scores[label][rows] for label in Label])
    _, places = np.unique(np.nanmax(every, axis=0), return_inverse=True)
    _, authors = np.unique(history.authors[rows], return_inverse=True)
    # The same for the same texts: draws begin at a fixed place.
    random, drawn = np.random.default_rng(0), []
    for _ in range(RESAMPLES):
        times = random.poisson(1.0, authors.max() + 1)[authors]
        share = _area(places, weights[rows] * times, is_removed)
        if share is not None:
            drawn.append(share)
    share = _area(places, weights[rows], is_removed)
    assert share is not None  # both kinds have weight
    low, high = np.quantile(drawn, (0.025, 0.975)) if drawn else (0.0, 1.0)
    return ShareEstimate(share, min(share, float(low)), max(share, float(high)), len(rows))


def _area(
    places: NDArray[np.int64], weights: NDArray[np.float64], is_removed: NDArray[np.bool_]
) -> float | None:
    """`places` rank the scores, ties alike. None without weight on either side."""
    width = int(places.max()) + 1
    removed = np.bincount(places[is_removed], weights[is_removed], minlength=width)
    kept = np.bincount(places[~is_removed], weights[~is_removed], minlength=width)
    whole = removed.sum() * kept.sum()
    if whole == 0:
        return None
    below = kept.cumsum() - kept
    return float((removed * (below + kept / 2)).sum() / whole)

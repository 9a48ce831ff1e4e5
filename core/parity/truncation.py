"""Whether another backend reads only the beginning of long comments."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.moderation.scores import Label
from core.parity.causes import (
    FEWEST_FAR,
    NEAR,
    Cause,
    Evidence,
    Finding,
    Floats,
    far_rows,
    mean_gap,
)

# Servers truncate by tokens, and the number of words for these differs between comments.
_LENGTH_FACTOR = 1.6
_LEAST_SHARE = 2 / 3


def find_truncation(
    mine: Floats,
    theirs: Floats,
    rows: NDArray[np.bool_],
    evidence: Evidence,
    shared: Sequence[Label],
) -> Finding | None:
    """Truncation explains the difference if comments that differ agree once truncated, nearly all
    at about the same length, and shorter comments agree as they are."""
    lengths = np.array(sorted(evidence.cut))
    cut = [evidence.cut[length].columns(shared)[rows] for length in lengths]
    asked = far_rows(mine, theirs)
    if cut:
        asked &= ~np.isnan(cut[0]).any(axis=1)
    if not cut or asked.sum() < FEWEST_FAR:
        return None
    gaps = np.array([np.abs(table[asked] - theirs[asked]).mean(axis=1) for table in cut])
    gaps = np.nan_to_num(gaps, nan=np.inf)
    left = gaps.min(axis=0)
    best = lengths[gaps.argmin(axis=0)]
    explained = left <= np.abs(mine[asked] - theirs[asked]).mean(axis=1) / 3.0
    if not explained.any():
        return None
    usual = np.median(best[explained])
    explained &= (best >= usual / _LENGTH_FACTOR) & (best <= usual * _LENGTH_FACTOR)
    whole = (cut[int((lengths <= usual).sum()) - 1] == mine).all(axis=1)
    if explained.sum() < max(FEWEST_FAR, _LEAST_SHARE * asked.sum()):
        return None
    if whole.any() and mean_gap(mine[whole], theirs[whole]) > NEAR:
        return None
    return Finding(
        Cause.TRUNCATION,
        f"It reads about the first {usual:.0f} words only: what comes later in a long comment has "
        "no effect. Raise its limit, or send long comments to another backend.",
        float(left[explained].mean()),
    )

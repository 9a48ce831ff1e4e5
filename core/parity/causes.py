"""Why two backends can differ, the evidence for a cause, and which differences count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.parity.tables import ScoreTable

Floats = NDArray[np.float64]

NEAR = 0.02
"""Up to this mean difference, scores count as the same; int8 arithmetic stays below it."""
FAR = 0.1
"""A comment counts as far apart if one label differs by more than this."""
FEWEST_FAR = 2


class Cause(StrEnum):
    """Why two backends that should agree differ."""

    SAME = "same"
    SOFTMAX = "softmax"
    LOGITS = "logits"
    TWICE = "twice"
    LABEL_ORDER = "label_order"
    TOP_ONE = "top_one"
    PAIRS = "pairs"
    TRUNCATION = "truncation"
    ROUNDING = "rounding"
    REVISION = "revision"
    OTHER_MODEL = "other_model"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause, its explanation, and the mean difference that is left after correcting it."""

    cause: Cause
    words: str
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence besides the two score tables.

    `alone` are the other backend's scores with one text in each call; `cut` are the reference's
    scores of truncated texts, by the number of words kept.
    """

    alone: ScoreTable | None = None
    cut: Mapping[int, ScoreTable] = field(default_factory=dict)


def far_rows(mine: Floats, theirs: Floats) -> NDArray[np.bool_]:
    """Rows in which some label differs by more than FAR."""
    far: NDArray[np.bool_] = np.abs(mine - theirs).max(axis=1) > FAR
    return far


def mean_gap(one: Floats, two: Floats) -> float:
    """Mean absolute difference over all cells."""
    return float(np.abs(one - two).mean())

"""Why two backends can differ, the evidence for it, and which differences count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.parity.tables import ScoreTable

Floats = NDArray[np.float64]

NEAR = 0.02
"""Mean difference up to which scores count as the same; int8 arithmetic stays below it."""
FAR = 0.1
"""A comment counts as far apart when one label differs by more than this."""
FEWEST_FAR = 2


class Cause(StrEnum):
    """Why two backends that should agree do not."""

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
    """A cause, its explanation, and the mean difference that remains when it is corrected."""

    cause: Cause
    words: str
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known besides the two score tables.

    `alone` are the other backend's scores with one text a call; `cut` the reference's scores of the
    texts cut after so many words, by that number.
    """

    alone: ScoreTable | None = None
    cut: Mapping[int, ScoreTable] = field(default_factory=dict)


def far_rows(mine: Floats, theirs: Floats) -> NDArray[np.bool_]:
    """Rows with any label more than FAR apart."""
    far: NDArray[np.bool_] = np.abs(mine - theirs).max(axis=1) > FAR
    return far


def mean_gap(one: Floats, two: Floats) -> float:
    """Mean difference over all cells."""
    return float(np.abs(one - two).mean())

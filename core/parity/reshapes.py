"""Faults that change every score in the same way: another activation of the same logits, or other
labels."""

import itertools
from collections.abc import Callable

import numpy as np

from core.parity.causes import NEAR, Cause, Finding, Floats, mean_gap


def _logit(scores: Floats) -> Floats:
    inside = np.clip(scores, 1e-9, 1 - 1e-9)
    return np.log(inside) - np.log1p(-inside)


def _sigmoid(values: Floats) -> Floats:
    return 0.5 * (1.0 + np.tanh(0.5 * values))


def _softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _softmax_left(mine: Floats, theirs: Floats) -> float:
    return mean_gap(_softmax(_logit(mine)), theirs)


def _logits_left(mine: Floats, theirs: Floats) -> float:
    outside = (theirs < 0.0).any() or (theirs > 1.0).any()
    return mean_gap(mine, _sigmoid(theirs)) if outside else np.inf


def _twice_left(mine: Floats, theirs: Floats) -> float:
    return mean_gap(_sigmoid(mine), theirs)


def _order_left(mine: Floats, theirs: Floats) -> float:
    columns = range(mine.shape[1])
    orders = itertools.permutations(columns)
    next(orders)
    return min((mean_gap(mine[:, list(order)], theirs) for order in orders), default=np.inf)


_RESHAPES: tuple[tuple[Cause, Callable[[Floats, Floats], float], str], ...] = (
    (
        Cause.SOFTMAX,
        _softmax_left,
        "It turns the same logits into shares that add up to 1 (softmax) where each label should "
        "stand alone (sigmoid): harmless comments score high, mixed abuse scores low. Ask for raw "
        "scores and declare the activation, or serve the model as multi-label.",
    ),
    (
        Cause.LOGITS,
        _logits_left,
        "It gives logits, not probabilities. Declare its activation as sigmoid.",
    ),
    (
        Cause.TWICE,
        _twice_left,
        "The sigmoid is applied twice: no score is under 0.5. Declare its activation as none.",
    ),
    (
        Cause.LABEL_ORDER,
        _order_left,
        "The same scores appear under other labels: its label names are missing or in another "
        "order. Declare the labels in the order the model has them.",
    ),
)


def find_reshape(mine: Floats, theirs: Floats, apart: float) -> Finding | None:
    """The fault that leaves the smallest mean difference, if hardly anything of `apart` is left."""
    tried = [(left(mine, theirs), cause, words) for cause, left, words in _RESHAPES]
    best, cause, words = min(tried, key=lambda each: each[0])
    return Finding(cause, words, best) if best <= min(NEAR, apart / 3.0) else None

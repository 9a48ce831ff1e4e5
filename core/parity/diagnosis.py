"""Why two backends differ, in words: each suspicion is a change of the reference's scores that
would make them the other's."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.moderation.scores import Label
from core.parity.comparison import complete_rows, rank_correlation
from core.parity.tables import ScoreTable

Floats = NDArray[np.float64]


class Cause(StrEnum):
    """What can lie between two backends that should agree."""

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
    """A cause, what it means in words, and the mean difference left once it is allowed for."""

    cause: Cause
    words: str
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What besides the two tables is known.

    `alone` are the other backend's scores with one text a call; `cut` the reference's scores of the
    texts cut after so many words, by that number.
    """

    alone: ScoreTable | None = None
    cut: Mapping[int, ScoreTable] = field(default_factory=dict)


NEAR = 0.02
"""Mean difference up to which scores count as the same: above what int8 arithmetic costs."""
_FINE = 1e-6
_LIKE = 0.9


def diagnose(reference: ScoreTable, other: ScoreTable, evidence: Evidence) -> Finding:
    """The first cause that explains the difference, from the most particular to the most vague."""
    shared = [label for label in reference.labels if label in other.labels]
    mine = np.column_stack([reference.column(label) for label in shared] or [np.empty(0)])
    theirs = np.column_stack([other.column(label) for label in shared] or [np.empty(0)])
    if not shared or np.isnan(theirs).all():
        return _no_answer(other, evidence)
    if _is_top_one(theirs):
        return Finding(
            Cause.TOP_ONE,
            "It gives one label a comment, the highest, and nothing for the others: their "
            "thresholds are never reached. Ask it for all labels (top_k=None).",
        )
    rows = complete_rows([mine, theirs])
    if not rows.any():
        return _no_answer(other, evidence)
    mine, theirs = mine[rows], theirs[rows]
    particular = _rounding(mine, theirs) or _pairs(other, evidence, mine, rows, shared)
    if particular:
        return particular
    apart = _mean(mine, theirs)
    if apart <= NEAR:
        return Finding(Cause.SAME, "The scores agree.", apart)
    return (
        _reshaped(mine, theirs, apart)
        or _truncation(mine, theirs, rows, evidence, shared)
        or _kinship(reference, other, mine, theirs)
    )


def _mean(one: Floats, two: Floats) -> float:
    return float(np.abs(one - two).mean())


def _no_answer(other: ScoreTable, evidence: Evidence) -> Finding:
    if evidence.alone is not None and not np.isnan(evidence.alone.scores).all():
        return _PAIRS
    said = next((error for error in other.errors if error), "it assesses none of the same labels")
    return Finding(Cause.NO_ANSWER, f"There is nothing to compare: {said}.")


def _is_top_one(theirs: Floats) -> bool:
    given = (~np.isnan(theirs) & (theirs != 0.0)).sum(axis=1)
    answered = given > 0
    return theirs.shape[1] > 1 and bool(answered.any()) and bool((given[answered] == 1).all())


def _rounding(mine: Floats, theirs: Floats) -> Finding | None:
    for places in (1, 2, 3):
        exact = np.abs(theirs - np.round(theirs, places)).max() < _FINE
        mine_exact = np.abs(mine - np.round(mine, places)).max() < _FINE
        if exact and not mine_exact and _mean(np.round(mine, places), theirs) <= NEAR / 2:
            return Finding(
                Cause.ROUNDING,
                f"Its scores are rounded to {places} decimal place{'s' if places > 1 else ''}: "
                "comments near a threshold may cross it. Ask for unrounded scores, or move each "
                "threshold to a rounded value.",
                _mean(np.round(mine, places), theirs),
            )
    return None


_PAIRS = Finding(
    Cause.PAIRS,
    "Alone a comment is scored as expected, in a batch not: the server takes neighbours for "
    "the two halves of a sentence pair. Send each text in a list of its own ([[a],[b]]).",
)


def _pairs(
    other: ScoreTable,
    evidence: Evidence,
    mine: Floats,
    rows: NDArray[np.bool_],
    shared: Sequence[Label],
) -> Finding | None:
    if evidence.alone is None:
        return None
    alone = np.column_stack([evidence.alone.column(label) for label in shared])[rows]
    batched = np.column_stack([other.column(label) for label in shared])[rows]
    known = ~np.isnan(alone).any(axis=1)
    moved = known.any() and _mean(alone[known], batched[known]) > NEAR
    return _PAIRS if moved and _mean(alone[known], mine[known]) <= NEAR else None


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
    return _mean(_softmax(_logit(mine)), theirs)


def _logits_left(mine: Floats, theirs: Floats) -> float:
    outside = (theirs < 0.0).any() or (theirs > 1.0).any()
    return _mean(mine, _sigmoid(theirs)) if outside else np.inf


def _twice_left(mine: Floats, theirs: Floats) -> float:
    return _mean(_sigmoid(mine), theirs)


def _order_left(mine: Floats, theirs: Floats) -> float:
    columns = range(mine.shape[1])
    orders = itertools.permutations(columns)
    next(orders)
    return min((_mean(mine[:, list(order)], theirs) for order in orders), default=np.inf)


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
        "The same scores stand under other labels: its label names are missing or in another "
        "order. Declare the labels in the order the model has them.",
    ),
)


def _reshaped(mine: Floats, theirs: Floats, apart: float) -> Finding | None:
    tried = [(left(mine, theirs), cause, words) for cause, left, words in _RESHAPES]
    best, cause, words = min(tried, key=lambda each: each[0])
    return Finding(cause, words, best) if best <= min(NEAR, apart / 3.0) else None


def _truncation(
    mine: Floats,
    theirs: Floats,
    rows: NDArray[np.bool_],
    evidence: Evidence,
    shared: Sequence[Label],
) -> Finding | None:
    left = {
        words: _mean(np.column_stack([t.column(label) for label in shared])[rows], theirs)
        for words, t in evidence.cut.items()
    }
    best = min(left, key=lambda words: left[words], default=None)
    if best is None or not left[best] <= min(NEAR, _mean(mine, theirs) / 3.0):
        return None
    return Finding(
        Cause.TRUNCATION,
        f"It reads about the first {best} words only: what comes later in a long comment has no "
        "effect. Raise its limit, or send long comments to another backend.",
        left[best],
    )


def _kinship(reference: ScoreTable, other: ScoreTable, mine: Floats, theirs: Floats) -> Finding:
    ranks = [rank_correlation(mine[:, n], theirs[:, n]) for n in range(mine.shape[1])]
    known = [rank for rank in ranks if rank is not None]
    if known and min(known) >= _LIKE:
        return Finding(
            Cause.REVISION,
            "It ranks comments alike and scores them otherwise: another revision or precision of "
            f"the model ({reference.model_version} here, {other.model_version} there). Map the "
            "thresholds before you switch.",
            _mean(mine, theirs),
        )
    return Finding(
        Cause.OTHER_MODEL,
        "It ranks comments in another order: this is another model, and no threshold of one holds "
        "for the other. Read the comments that would flip before you switch.",
        _mean(mine, theirs),
    )

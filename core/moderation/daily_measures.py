"""What is watched for drift, counted by day: scores, flags and confirmations from the history,
lengths and languages from counts of texts. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.moderation.daily_drift import BinKind, DailyCounts
from core.moderation.drift import FLAGGED
from core.moderation.history import KEPT, NOT_JUDGED, History
from core.moderation.languages import language_name
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.moderation.simulation import is_one_of

DAY_US = 86_400_000_000
SCORE_BINS = 50
LENGTH_EDGES = (0, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120, 10_240)
"""Characters from which a size class begins; the last one has no end."""
LENGTH, LANGUAGE, NOT_ASSESSED = "length", "language", "not assessed"
FLAG_RATE, NOT_CONFIRMED = "flag rate", "flags not confirmed"
"""The names of measures, for people; a label's is `score: toxicity`."""
_FLAGS = frozenset(Action(outcome.value) for outcome in FLAGGED)


class TextCount(NamedTuple):
    """`number` texts came in on a day (days since 1970 UTC) that have one language, None for
    unsure, and one size class: the place of its beginning in LENGTH_EDGES. They were assessed by
    a model, or not because of their language."""

    day: int
    language: str | None
    size: int
    is_assessed: bool
    number: int


def measures_of(history: History, texts: Sequence[TextCount]) -> tuple[DailyCounts, ...]:
    """Every measure that anything is known of, those that people act on first."""
    days = history.received_at // DAY_US
    is_flagged = is_one_of(history.actions, _FLAGS)
    is_judged = is_flagged & (history.verdicts != NOT_JUDGED)
    found = [
        _share(FLAG_RATE, days, is_flagged),
        _share(NOT_CONFIRMED, days[is_judged], history.verdicts[is_judged] == KEPT),
        *(_scores(label, days, history.scores[label]) for label in Label),
    ]
    if texts:
        found += [_lengths(texts), _languages(texts), _not_assessed(texts)]
    return tuple(one for one in found if len(one.days))


def _share(name: str, days: NDArray[np.int64], is_so: NDArray[np.bool_]) -> DailyCounts:
    return _counted(name, BinKind.SHARE, days, is_so.astype(np.int64), np.array([0.0, 1.0]))


def _scores(label: Label, days: NDArray[np.int64], scores: NDArray[np.float64]) -> DailyCounts:
    is_scored = ~np.isnan(scores)
    bins = np.minimum((scores[is_scored] * SCORE_BINS).astype(np.int64), SCORE_BINS - 1)
    middles = (np.arange(SCORE_BINS) + 0.5) / SCORE_BINS
    name = f"score: {label.value.replace('_', ' ')}"
    return _counted(name, BinKind.ORDERED, days[is_scored], bins, middles)


def _counted(
    name: str,
    kind: BinKind,
    days: NDArray[np.int64],
    bins: NDArray[np.int64],
    values: NDArray[np.float64],
    *,
    numbers: NDArray[np.int64] | None = None,
) -> DailyCounts:
    every, places = np.unique(days, return_inverse=True)
    width = len(values)
    cells = np.bincount(places * width + bins, numbers, minlength=len(every) * width)
    counts = cells.astype(np.int64).reshape(len(every), width)
    return DailyCounts(name, kind, every, counts, values)


def _lengths(texts: Sequence[TextCount]) -> DailyCounts:
    """A day's mean is the middle of the size classes, in characters."""
    edges = np.array([*LENGTH_EDGES, 2 * LENGTH_EDGES[-1]], np.float64)
    middles = (edges[:-1] + edges[1:]) / 2
    sizes = np.array([each.size for each in texts], np.int64)
    return _of_texts(LENGTH, BinKind.ORDERED, texts, sizes, middles)


def _languages(texts: Sequence[TextCount]) -> DailyCounts:
    """A day's mean is the share of texts in another language than the commonest one."""
    totals: dict[str, int] = {}
    for each in texts:
        name = each.language or ""
        totals[name] = totals.get(name, 0) + each.number
    ranked = sorted(totals, key=lambda name: (-totals[name], name))
    places = {name: place for place, name in enumerate(ranked)}
    bins = np.array([places[each.language or ""] for each in texts], np.int64)
    others = np.ones(len(ranked))
    others[0] = 0.0
    found = _of_texts(LANGUAGE, BinKind.NAMED, texts, bins, others)
    return replace(found, bin_names=tuple(map(_language_name, ranked)))


def _language_name(code: str) -> str:
    return language_name(code) if code else "unsure"


def _not_assessed(texts: Sequence[TextCount]) -> DailyCounts:
    bins = np.array([not each.is_assessed for each in texts], np.int64)
    return _of_texts(NOT_ASSESSED, BinKind.SHARE, texts, bins, np.array([0.0, 1.0]))


def _of_texts(
    name: str,
    kind: BinKind,
    texts: Sequence[TextCount],
    bins: NDArray[np.int64],
    values: NDArray[np.float64],
) -> DailyCounts:
    days = np.array([each.day for each in texts], np.int64)
    numbers = np.array([each.number for each in texts], np.int64)
    return _counted(name, kind, days, bins, values, numbers=numbers)

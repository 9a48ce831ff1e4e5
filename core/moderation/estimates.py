"""How much abuse a policy finds and how often it is right, estimated from what people decided.

People mostly see what a model flagged. An estimate weighs each judged comment by 1 / the
probability with which a person looked at it (Horvitz and Thompson 1952), scaled so that the judged
comments of a stratum stand for all of it (Hájek 1971). The strata are what the policy of the day
held and what it let through; what it removed by itself nobody looks at unless somebody objects, and
that is no sample, so it is left out. One author's comments resemble each other,
so the variance of a ratio is that of sums by author (linearised, as by Binder 1983). The interval
is Wilson's (1927) for the number of independent comments that would have this variance.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from core.moderation.history import NOT_JUDGED, REMOVED, History
from core.moderation.policies import AWAITS_PERSON, Action
from core.moderation.simulation import HIDDEN, is_one_of

QUANTILE = 1.959964
"""Of the normal distribution, for intervals of 95 %."""
FEWEST_JUDGED = 20
"""Fewer judged comments give no figure."""


@dataclass(frozen=True, slots=True)
class ShareEstimate:
    """A share with its interval. `judged` is how many judged comments it comes from."""

    share: float
    low: float
    high: float
    judged: int


@dataclass(frozen=True, slots=True)
class ShareBound:
    """Between which shares the truth lies whatever the comments are that nobody judged."""

    low: float
    high: float
    judged: int
    unjudged: int


def abuse_found(history: History, actions: NDArray[np.int8]) -> ShareEstimate | None:
    """Of all abuse, the share that the policy hides (recall). None without enough judged comments
    that were drawn among those that nothing else brought to a person: what people see because of
    the policy says nothing about what it misses."""
    weights = _weights(history)
    passed = is_one_of(history.actions, frozenset({Action.APPROVE}))
    if np.count_nonzero((weights > 0) & passed) < FEWEST_JUDGED:
        return None
    is_abuse = weights * (history.verdicts == REMOVED)
    return _ratio(history.authors, is_abuse * is_one_of(actions, HIDDEN), is_abuse)


@dataclass(frozen=True, slots=True)
class MissedAbuse:
    """What the model lets through. `passed` is how many texts it approved, `checked` how many of
    them were drawn and judged; `missed` is the share of them that people would remove, and `found`
    of all abuse the share that was hidden. None: too few were checked to tell."""

    passed: int
    checked: int
    missed: ShareEstimate | None
    found: ShareEstimate | None


def missed_abuse(history: History) -> MissedAbuse:
    """Estimated from the audits. What nobody checked is not known, and counts as nothing."""
    weights = _weights(history)
    passed = is_one_of(history.actions, frozenset({Action.APPROVE}))
    whole = weights * passed
    return MissedAbuse(
        passed=int(np.count_nonzero(passed)),
        checked=int(np.count_nonzero(whole)),
        missed=_ratio(history.authors, whole * (history.verdicts == REMOVED), whole),
        found=abuse_found(history, history.actions),
    )


def share_of(right: int, count: int) -> ShareEstimate:
    """The share of independent answers that are right, with its interval by Wilson. There has to be
    at least one."""
    low, high = _wilson(right / count, count)
    return ShareEstimate(right / count, low, high, count)


def removed_rightly(history: History, actions: NDArray[np.int8]) -> ShareEstimate | None:
    """Of what the policy removes by itself, the share that people removed, too (precision). None
    without enough of them."""
    removed = _weights(history) * is_one_of(actions, frozenset({Action.REMOVE}))
    return _ratio(history.authors, removed * (history.verdicts == REMOVED), removed)


def bound_of(history: History, rows: NDArray[np.int64]) -> ShareBound:
    """The share of abuse among these rows."""
    verdicts = history.verdicts[rows]
    unjudged = int(np.count_nonzero(verdicts == NOT_JUDGED))
    removed = int(np.count_nonzero(verdicts == REMOVED))
    count = len(rows)
    if not count:
        return ShareBound(0.0, 1.0, 0, 0)
    return ShareBound(removed / count, (removed + unjudged) / count, count - unjudged, unjudged)


def _weights(history: History) -> NDArray[np.float64]:
    """For each row how many comments it stands for; 0 if it was not judged, or not drawn."""
    is_used = (history.chances > 0) & (history.verdicts != NOT_JUDGED)
    weights = np.zeros(len(history))
    for actions in (AWAITS_PERSON, frozenset({Action.APPROVE})):
        stratum = is_one_of(history.actions, actions)
        used = stratum & is_used
        if used.any():
            drawn = 1 / history.chances[used]
            weights[used] = drawn * np.count_nonzero(stratum) / drawn.sum()
    return weights


def _ratio(
    authors: NDArray[np.int64], part: NDArray[np.float64], whole: NDArray[np.float64]
) -> ShareEstimate | None:
    """The ratio of two weighted sums; `part` is `whole` or 0 in each row."""
    rows = np.flatnonzero(whole > 0)
    if len(rows) < FEWEST_JUDGED:
        return None
    total = whole[rows].sum()
    share = part[rows].sum() / total
    _, places = np.unique(authors[rows], return_inverse=True)
    by_author = np.bincount(places, part[rows] - share * whole[rows])
    variance = float((by_author**2).sum() / total**2)
    # Where all are alike there is no variance to see; then the weights alone say how many count.
    count = share * (1 - share) / variance if variance > 0 else _kish(places, whole[rows])
    low, high = _wilson(float(share), float(count))
    return ShareEstimate(float(share), low, high, len(rows))


def _kish(places: NDArray[np.int64], weights: NDArray[np.float64]) -> float:
    """How many equal authors would count as much as these (Kish 1965)."""
    sums = np.bincount(places, weights)
    return float(sums.sum() ** 2 / (sums**2).sum())


def _wilson(share: float, count: float) -> tuple[float, float]:
    square = QUANTILE**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = QUANTILE / (1 + square / count)
    half *= sqrt(share * (1 - share) / count + square / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)

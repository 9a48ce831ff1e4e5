"""How much abuse a policy finds and how often it is right, estimated from what people decided.

People mostly see what a model flagged. An estimate weighs each judged comment by 1 / the
probability with which a person looked at it (Horvitz and Thompson 1952), scaled so that the judged
comments of a stratum stand for all of it (Hájek 1971). The strata are what the policy of the day
held and what it let through; what it removed by itself nobody looks at unless somebody objects, and
that is no sample, so it is left out. One author's comments resemble each other,
so the variance of a ratio is that of sums by author (linearised, as by Binder 1983). The interval
is Wilson's (1927) for the number of independent comments that would have this variance.

The share of abuse that a policy hides is not the ratio of two sums over one sample: where audits
found nothing, all known abuse is hidden, and nothing shows how much was not looked at. So what is
hidden and what is missed have intervals of their own in each stratum, which are combined as limits
of a sum and of a ratio (MOVER: Zou and Donner 2008, Donner and Zou 2012).
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
_STRATA = (AWAITS_PERSON, frozenset({Action.APPROVE}))


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


@dataclass(frozen=True, slots=True)
class _Total:
    """How many comments there are of a kind, with its interval."""

    value: float
    low: float
    high: float


def abuse_found(history: History, actions: NDArray[np.int8]) -> ShareEstimate | None:
    """Of all abuse, the share that the policy hides (recall). None without enough judged comments
    that were drawn among those that nothing else brought to a person: what people see because of
    the policy says nothing about what it misses."""
    weights = weights_of(history)
    passed = is_one_of(history.actions, frozenset({Action.APPROVE}))
    if np.count_nonzero((weights > 0) & passed) < FEWEST_JUDGED:
        return None
    is_abuse = (weights > 0) & (history.verdicts == REMOVED)
    judged = int(np.count_nonzero(is_abuse))
    if judged < FEWEST_JUDGED:
        return None
    is_hidden = is_one_of(actions, HIDDEN)
    hidden = _total(history, weights, is_abuse, is_hidden)
    missed = _total(history, weights, is_abuse, ~is_hidden)
    low, high = _part_of_both(hidden, missed)
    return ShareEstimate(hidden.value / (hidden.value + missed.value), low, high, judged)


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
    weights = weights_of(history)
    passed = is_one_of(history.actions, frozenset({Action.APPROVE}))
    whole = weights * passed
    return MissedAbuse(
        passed=int(np.count_nonzero(passed)),
        checked=int(np.count_nonzero(whole)),
        missed=estimate_share(history.authors, whole * (history.verdicts == REMOVED), whole),
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
    removed = weights_of(history) * is_one_of(actions, frozenset({Action.REMOVE}))
    return estimate_share(history.authors, removed * (history.verdicts == REMOVED), removed)


def bound_of(history: History, rows: NDArray[np.int64]) -> ShareBound:
    """The share of abuse among these rows."""
    verdicts = history.verdicts[rows]
    unjudged = int(np.count_nonzero(verdicts == NOT_JUDGED))
    removed = int(np.count_nonzero(verdicts == REMOVED))
    count = len(rows)
    if not count:
        return ShareBound(0.0, 1.0, 0, 0)
    return ShareBound(removed / count, (removed + unjudged) / count, count - unjudged, unjudged)


def weights_of(history: History) -> NDArray[np.float64]:
    """For each row how many comments it stands for; 0 if it was not judged, or not drawn."""
    is_used = (history.chances > 0) & (history.verdicts != NOT_JUDGED)
    weights = np.zeros(len(history))
    for actions in _STRATA:
        stratum = is_one_of(history.actions, actions)
        used = stratum & is_used
        if used.any():
            drawn = 1 / history.chances[used]
            weights[used] = drawn * np.count_nonzero(stratum) / drawn.sum()
    return weights


def _total(
    history: History,
    weights: NDArray[np.float64],
    is_abuse: NDArray[np.bool_],
    is_kind: NDArray[np.bool_],
) -> _Total:
    """How much abuse there is among the comments of a kind. A stratum without any of that kind adds
    nothing, and that is sure."""
    value = below = above = 0.0
    for actions in _STRATA:
        stratum = is_one_of(history.actions, actions)
        whole = weights * stratum
        if not (whole > 0).any() or not (stratum & is_kind).any():
            continue
        rate, count = _share(history.authors, whole * (is_abuse & is_kind), whole), whole.sum()
        value += rate.share * count
        below += ((rate.share - rate.low) * count) ** 2
        above += ((rate.high - rate.share) * count) ** 2
    return _Total(value, max(0.0, value - sqrt(below)), value + sqrt(above))


def _part_of_both(part: _Total, other: _Total) -> tuple[float, float]:
    """The interval of `part / (part + other)`."""
    most = 1 / (1 + _least_ratio(other, part)) if part.high else 0.0
    most_of_other = 1 / (1 + _least_ratio(part, other)) if other.high else 0.0
    return 1 - most_of_other, most


def _least_ratio(one: _Total, other: _Total) -> float:
    """The lower limit of `one / other`, of which the second may be nothing: that of Donner and Zou,
    multiplied so that nothing is subtracted in its denominator."""
    product, low, high = one.value * other.value, one.low, other.high
    below = low * (2 * one.value - low)
    root = sqrt(max(0.0, product**2 - below * high * (2 * other.value - high)))
    return below / (product + root) if below else 0.0


def estimate_share(
    authors: NDArray[np.int64], part: NDArray[np.float64], whole: NDArray[np.float64]
) -> ShareEstimate | None:
    """Of comments by these authors, the share that `part` is of `whole`: weights by row, where
    `part` is `whole` or 0 in each. None if fewer than FEWEST_JUDGED rows have a weight."""
    is_enough = np.count_nonzero(whole > 0) >= FEWEST_JUDGED
    return _share(authors, part, whole) if is_enough else None


def _share(
    authors: NDArray[np.int64], part: NDArray[np.float64], whole: NDArray[np.float64]
) -> ShareEstimate:
    """The ratio of two weighted sums; `part` is `whole` or 0 in each row."""
    rows = np.flatnonzero(whole > 0)
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

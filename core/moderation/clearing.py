"""The cascade's rules: which comments the first stage may clear (approve without the full model),
and what a calibration has to prove first. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import exp, inf, lgamma, log, log1p

from core.moderation.decisions import judge
from core.moderation.policies import Action, Policy
from core.moderation.scores import Label

CONFIDENCE = 0.95
_HALVINGS = 60
"""Steps of the bisection: more than the 53 bits of a double's mantissa."""


class Promise(StrEnum):
    """Whether the audits show that the promised share of missed flags is kept; OPEN: too few
    audits to tell."""

    HELD = "held"
    OPEN = "open"
    BROKEN = "broken"


def acting_edges(policy: Policy) -> dict[Label, float]:
    """For each label, the lowest score at which the policy does something other than approve."""
    edges: dict[Label, float] = {}
    for rule in policy.rules:
        if rule.action is not Action.APPROVE:
            edges[rule.label] = min(rule.low, edges.get(rule.label, 1.0))
    return edges


def is_flagged(scores: Mapping[Label, float], policy: Policy) -> bool:
    """Whether the policy's action for these scores is anything other than approve."""
    return judge(scores, policy).action is not Action.APPROVE


def risk(predicted: Mapping[Label, float], edges: Mapping[Label, float]) -> float:
    """How near the predicted scores are to an acting edge: 0 far below, 0.5 on it, 1 far above.

    r / (1 + r), where r is the largest ratio of a label's odds to the odds of its edge. Labels
    without a prediction are ignored here; `blind_labels` finds them.
    """
    nearest = 0.0
    for label, score in predicted.items():
        if label in edges:
            nearest = max(nearest, _odds_ratio(score, edges[label]))
    return 1.0 if nearest == inf else nearest / (1.0 + nearest)


def blind_labels(
    first: Sequence[Label], full: Sequence[Label], edges: Mapping[Label, float]
) -> tuple[Label, ...]:
    """Labels that have an edge and that the full model scores but the first stage does not predict.
    If there are any, the first stage must not clear anything."""
    return tuple(label for label in full if label in edges and label not in first)


def nearness(
    predicted: Mapping[Label, float], policy: Policy, edges: Mapping[Label, float]
) -> float:
    """The risk, or 1 if the policy would not approve the predicted scores themselves. The first
    stage clears a text whose nearness is below the calibrated threshold."""
    return 1.0 if is_flagged(predicted, policy) else risk(predicted, edges)


def share_at_most(count: int, of: int) -> float:
    """The one-sided 95 % Clopper-Pearson upper bound for `count` successes in `of` trials: the
    largest share with which `count` or fewer successes still have a probability of 5 %. 1 without
    any trial.

    C. J. Clopper, E. S. Pearson, Biometrika 26 (1934).
    """
    if count >= of:
        return 1.0
    low, high = count / of, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _at_most(count, of, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def share_at_least(count: int, of: int) -> float:
    """The one-sided 95 % Clopper-Pearson lower bound; 0 without any trial."""
    return 1.0 - share_at_most(of - count, of) if of else 0.0


def allowed_misses(flagged: int, promise: float) -> int | None:
    """How many of `flagged` flags may be missed while the upper bound stays at most `promise`; None
    if there are too few flags to prove the promise even without a miss."""
    if share_at_most(0, flagged) > promise:
        return None
    low, high = 0, int(flagged * promise) + 1  # the bound is never below the share
    while high - low > 1:
        middle = (low + high) // 2
        if share_at_most(middle, flagged) <= promise:
            low = middle
        else:
            high = middle
    return low


def flags_needed(promise: float) -> int:
    """The fewest flagged comments that can prove the promise: 299 for 1 %."""
    return next(n for n in range(1, 10_000_000) if (1 - promise) ** n <= 1 - CONFIDENCE)


def pass_threshold(flagged_risks: Sequence[float], promise: float) -> float | None:
    """The largest threshold that keeps the promise; None if there are too few flags.

    The threshold is an order statistic, and its rank depends only on the number of flags. So the
    bound stays valid although the same comments choose and prove the threshold (S. S. Wilks, Ann.
    Math. Stat. 12, 1941).
    """
    misses = allowed_misses(len(flagged_risks), promise)
    return None if misses is None else sorted(flagged_risks)[misses]


def missed_bounds(
    *, skipped: int, audited: int, audit_missed: int, seen_flags: int
) -> tuple[float, float]:
    """Lower and upper 95 % bound of the share of flags that the cascade missed.

    `skipped`: texts that the first stage cleared and the full model never scored. `audited`: texts
    that the first stage would have cleared but the full model scored as a check, `audit_missed` of
    which it flagged. `seen_flags`: all flags of the full model, `audit_missed` included.
    """
    low = share_at_least(audit_missed, audited) * skipped
    high = share_at_most(audit_missed, audited) * skipped
    return low / max(low + seen_flags, 1e-9), high / max(high + seen_flags, 1e-9)


def promise_state(low: float, high: float, promise: float) -> Promise:
    """HELD if the upper bound is at most `promise`, BROKEN if the lower bound is above it."""
    if high <= promise:
        return Promise.HELD
    return Promise.BROKEN if low > promise else Promise.OPEN


def _odds_ratio(score: float, edge: float) -> float:
    if score >= 1.0 or edge <= 0.0:
        return inf
    return score / (1.0 - score) * (1.0 - edge) / edge


def _at_most(count: int, of: int, share: float) -> float:
    """P(X <= count) for a binomial X. Summed relative to the largest term, in logarithms, so that
    nothing underflows."""
    if share >= 1.0:
        return 0.0
    whole, win, lose = lgamma(of + 1), log(share), log1p(-share)
    terms = [
        whole - lgamma(k + 1) - lgamma(of - k + 1) + k * win + (of - k) * lose
        for k in range(count + 1)
    ]
    top = max(terms)
    return exp(top) * sum(exp(term - top) for term in terms)

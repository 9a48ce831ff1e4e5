"""Which comments a cheap first stage may clear, and what the data must show before it may. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import exp, inf, lgamma, log, log1p

from core.moderation.decisions import judge
from core.moderation.policies import Action, Policy
from core.moderation.scores import Label

CONFIDENCE = 0.95
_HALVINGS = 60
"""Enough for bisection to reach the last bit of a share."""


class Promise(StrEnum):
    """What audits say of the promised share of missed flags."""

    HELD = "held"
    OPEN = "open"
    BROKEN = "broken"


def acting_edges(policy: Policy) -> dict[Label, float]:
    """The lowest score of each label at which a rule does something other than approve."""
    edges: dict[Label, float] = {}
    for rule in policy.rules:
        if rule.action is not Action.APPROVE:
            edges[rule.label] = min(rule.low, edges.get(rule.label, 1.0))
    return edges


def is_flagged(scores: Mapping[Label, float], policy: Policy) -> bool:
    """Whether the policy does anything but approve."""
    return judge(scores, policy).action is not Action.APPROVE


def risk(predicted: Mapping[Label, float], edges: Mapping[Label, float]) -> float:
    """How near the predicted scores come to an acting edge: 0 far below, 0.5 on it, 1 far above.

    The label that comes nearest counts, by its odds over the odds of its edge. A label with an edge
    and no prediction does not count: whether that is allowed is `blind_labels`' to say.
    """
    nearest = 0.0
    for label, score in predicted.items():
        if label in edges:
            nearest = max(nearest, _odds_ratio(score, edges[label]))
    return 1.0 if nearest == inf else nearest / (1.0 + nearest)


def blind_labels(
    first: Sequence[Label], full: Sequence[Label], edges: Mapping[Label, float]
) -> tuple[Label, ...]:
    """Labels the full model acts on and the first stage does not predict: with any, none passes."""
    return tuple(label for label in full if label in edges and label not in first)


def nearness(
    predicted: Mapping[Label, float], policy: Policy, edges: Mapping[Label, float]
) -> float:
    """The risk; 1 for a text that could not be approved on the predicted scores themselves. The
    first stage clears what lies below its threshold."""
    return 1.0 if is_flagged(predicted, policy) else risk(predicted, edges)


def share_at_most(count: int, of: int) -> float:
    """The Clopper-Pearson upper bound at 95 %: the largest share that could still, one time in
    twenty, have shown `count` or fewer out of `of`. 1 without any trial.

    C. J. Clopper, E. S. Pearson, Biometrika 26 (1934), one-sided.
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
    """The Clopper-Pearson lower bound at 95 %; 0 without any trial."""
    return 1.0 - share_at_most(of - count, of) if of else 0.0


def allowed_misses(flagged: int, promise: float) -> int | None:
    """The most flags out of `flagged` that may be missed with the bound still at most `promise`;
    None when there are too few flags to show it even without a miss."""
    if share_at_most(0, flagged) > promise:
        return None
    low, high = 0, int(flagged * promise) + 1  # a bound is never below the share itself
    while high - low > 1:
        middle = (low + high) // 2
        if share_at_most(middle, flagged) <= promise:
            low = middle
        else:
            high = middle
    return low


def flags_needed(promise: float) -> int:
    """The fewest flagged comments that can show the promise: 299 for 1 %."""
    return next(n for n in range(1, 10_000_000) if (1 - promise) ** n <= 1 - CONFIDENCE)


def pass_threshold(flagged_risks: Sequence[float], promise: float) -> float | None:
    """The largest threshold that keeps the promise; None when there are too few flags.

    It is an order statistic whose rank follows from the number of flags alone, so choosing and
    proving it on the same comments costs no confidence (S. S. Wilks, Ann. Math. Stat. 12, 1941).
    """
    misses = allowed_misses(len(flagged_risks), promise)
    return None if misses is None else sorted(flagged_risks)[misses]


def missed_bounds(
    *, skipped: int, audited: int, audit_missed: int, seen_flags: int
) -> tuple[float, float]:
    """Lower and upper 95 % bound of the share of flags missed, from audits of what would pass.

    `skipped` texts were cleared unseen, `audited` more would have been, of which `audit_missed`
    were flagged; the full model flagged `seen_flags` in all, those among them.
    """
    low = share_at_least(audit_missed, audited) * skipped
    high = share_at_most(audit_missed, audited) * skipped
    return low / max(low + seen_flags, 1e-9), high / max(high + seen_flags, 1e-9)


def promise_state(low: float, high: float, promise: float) -> Promise:
    """Held when even the upper bound keeps it, broken when even the lower one does not."""
    if high <= promise:
        return Promise.HELD
    return Promise.BROKEN if low > promise else Promise.OPEN


def _odds_ratio(score: float, edge: float) -> float:
    if score >= 1.0 or edge <= 0.0:
        return inf
    if edge >= 1.0:
        return 0.0
    return score / (1.0 - score) * (1.0 - edge) / edge


def _at_most(count: int, of: int, share: float) -> float:
    """P(X <= count) of a binomial; terms summed from the largest down in logarithms."""
    if share >= 1.0:
        return 0.0
    if share <= 0.0:
        return 1.0
    whole, win, lose = lgamma(of + 1), log(share), log1p(-share)
    terms = [
        whole - lgamma(k + 1) - lgamma(of - k + 1) + k * win + (of - k) * lose
        for k in range(count + 1)
    ]
    top = max(terms)
    return exp(top) * sum(exp(term - top) for term in terms)

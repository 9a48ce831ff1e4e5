"""Thresholds for another backend that flag as many comments as the current ones do now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.moderation.policies import Action, Policy, Rule
from core.moderation.scores import Label
from core.parity.tables import ScoreTable

Floats = NDArray[np.float64]
Interval = tuple[float, float]

RESAMPLES = 1000
_QUANTILES = (0.025, 0.975)
_SEED = 20261123


@dataclass(frozen=True, slots=True)
class MatchedThreshold:
    """`threshold` on the new scores flags as many rows as `old` does on the old ones: `flagged` of
    `rows`. If scores are tied it flags `flags` rows, as near to that as possible. `interval` holds
    95 % of resamples; `flips` are the rows that only one of the two flags."""

    old: float
    threshold: float
    interval: Interval
    flagged: int
    flags: int
    rows: int
    flips: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MappedThreshold:
    """An edge `old` of the policy's bands for a label. A band with `action` begins there; None if a
    band only ends there. `flagged` of `rows` comments reach it on the old scores. `match` is None
    if no threshold on the new scores can be matched."""

    label: Label
    action: Action | None
    old: float
    flagged: int
    rows: int
    match: MatchedThreshold | None


def map_thresholds(
    reference: ScoreTable, other: ScoreTable, policy: Policy
) -> tuple[MappedThreshold, ...]:
    """One entry for each edge of the policy, for labels that both backends assess."""
    found = []
    for label in reference.labels:
        mine, theirs = reference.column(label), other.column(label)
        known = ~np.isnan(mine) & ~np.isnan(theirs)
        if not known.any():
            continue
        rules = [rule for rule in policy.rules if rule.label is label]
        begins = {rule.low: rule.action for rule in rules}
        edges = {edge for rule in rules for edge in (rule.low, rule.high)} - {0.0, 1.0}
        for old in sorted(edges):
            found.append(
                MappedThreshold(
                    label=label,
                    action=begins.get(old),
                    old=old,
                    flagged=int((mine[known] >= old).sum()),
                    rows=int(known.sum()),
                    match=match_threshold(mine, theirs, old),
                )
            )
    return tuple(found)


def carry_over(policy: Policy, mapped: Sequence[MappedThreshold]) -> Policy | None:
    """The policy for the new backend's scores. An edge that no comment reaches becomes 1, one that
    all reach becomes 0.

    None if an edge that some comments reach has no match, or a matched threshold is outside 0..1.
    """
    edges: dict[tuple[Label, float], float] = {}
    for line in mapped:
        if line.match is not None:
            edges[line.label, line.old] = line.match.threshold
        elif line.flagged in (0, line.rows):
            edges[line.label, line.old] = 0.0 if line.flagged else 1.0
        else:
            return None
    if any(not 0.0 <= edge <= 1.0 for edge in edges.values()):
        return None
    moved = (_moved(rule, edges) for rule in policy.rules)
    return replace(policy, rules=tuple(rule for rule in moved if rule is not None))


def _moved(rule: Rule, edges: dict[tuple[Label, float], float]) -> Rule | None:
    """The rule with its new band; None if the band is empty."""
    low = edges.get((rule.label, rule.low), rule.low)
    high = edges.get((rule.label, rule.high), rule.high)
    return replace(rule, low=low, high=high) if low < high else None


def match_threshold(old_scores: Floats, new_scores: Floats, old: float) -> MatchedThreshold | None:
    """Quantile matching on the same texts; rows with a NaN on either side are left out.

    None if `old` flags no row or all rows, or all new scores are equal: then the new threshold is
    undetermined.
    """
    known = np.flatnonzero(~np.isnan(old_scores) & ~np.isnan(new_scores))
    before, after = old_scores[known], new_scores[known]
    threshold = _matched(before, after, old)
    if threshold is None:
        return None
    only_one = (before >= old) != (after >= threshold)
    return MatchedThreshold(
        old=old,
        threshold=threshold,
        interval=_interval(before, after, old),
        flagged=int((before >= old).sum()),
        flags=int((after >= threshold).sum()),
        rows=len(before),
        flips=tuple(int(row) for row in known[only_one]),
    )


def _matched(before: Floats, after: Floats, old: float) -> float | None:
    """The same relative position between two neighbouring new scores as `old` has between the two
    old scores around it. For equal score tables that is `old` itself."""
    flagged = int((before >= old).sum())
    if flagged in (0, len(before)):
        return None
    high, low = _around(before, flagged)
    ordered = np.sort(after)[::-1]
    gaps = np.flatnonzero(ordered[:-1] > ordered[1:]) + 1  # how many scores are above each gap
    if not len(gaps):
        return None
    new_high, new_low = _around(after, int(gaps[np.abs(gaps - flagged).argmin()]))
    found = new_low + (old - low) / (high - low) * (new_high - new_low)
    # rounding may give a value outside the gap
    return float(found if new_low < found <= new_high else new_high)


def _around(scores: Floats, above: int) -> tuple[float, float]:
    """The lowest of the `above` highest scores, and the highest of the rest."""
    ordered = np.sort(scores)[::-1]
    return float(ordered[above - 1]), float(ordered[above])


def _interval(before: Floats, after: Floats, old: float) -> Interval:
    chance = np.random.default_rng(_SEED)
    found = []
    for _ in range(RESAMPLES):
        rows = chance.integers(0, len(before), len(before))
        matched = _matched(before[rows], after[rows], old)
        if matched is not None:
            found.append(matched)
    if not found:  # with two or three rows the threshold may be anywhere
        return float(after.min()), float(after.max())
    low, high = np.quantile(found, _QUANTILES)
    return float(low), float(high)

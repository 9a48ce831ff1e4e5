"""A policy's bands as a person sets them: from which score a label holds a comment, and from which
it removes it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import InvalidPolicy
from core.moderation.policies import Action, Policy, Rule
from core.moderation.scores import Label

_SET_HERE = (Action.APPROVE, Action.HOLD, Action.REMOVE)


@dataclass(frozen=True, slots=True)
class LabelBands:
    """The lowest scores of one label that hold and that remove a comment; None: none does."""

    hold_from: float | None
    remove_from: float | None


def bands_of(policy: Policy) -> Mapping[Label, LabelBands]:
    """Of each label with bands that can be set here: approve, hold and remove, in this order, some
    of them perhaps missing. Labels that are escalated, or milder for a higher score, are left
    out."""
    found = {}
    for label in Label:
        rules = _rules_of(policy, label)
        places = [_SET_HERE.index(rule.action) for rule in rules if rule.action in _SET_HERE]
        if rules and len(places) == len(rules) and places == sorted(set(places)):
            lows = {rule.action: rule.low for rule in rules}
            found[label] = LabelBands(lows.get(Action.HOLD), lows.get(Action.REMOVE))
    return found


def with_bands(
    policy: Policy, bands: Mapping[Label, LabelBands], *, version: int, created_at: datetime
) -> Policy:
    """A policy like `policy`, but for these bands; labels that are not named stay as they are.
    Raises InvalidPolicy."""
    known = bands_of(policy)
    rules: list[Rule] = []
    for label in dict.fromkeys(rule.label for rule in policy.rules):
        old = _rules_of(policy, label)
        wanted = bands.get(label, known.get(label))
        rules += old if wanted is None or wanted == known.get(label) else _rules(label, wanted, old)
    for label in bands:
        if label not in known:
            raise InvalidPolicy(f"{label}: policy {policy.version} has no bands that can be set")
    return replace(policy, version=version, created_at=created_at, rules=tuple(rules))


def _rules_of(policy: Policy, label: Label) -> Sequence[Rule]:
    return sorted((rule for rule in policy.rules if rule.label is label), key=lambda rule: rule.low)


def _rules(label: Label, bands: LabelBands, old: Sequence[Rule]) -> Sequence[Rule]:
    """The reason of each band is that of the old one for its action, or of the gravest."""
    for edge in (bands.hold_from, bands.remove_from):
        if edge is not None and not 0.0 <= edge <= 1.0:
            raise InvalidPolicy(f"{label}: the score {edge:g} is not within 0..1")
    remove = 1.0 if bands.remove_from is None else bands.remove_from
    hold = remove if bands.hold_from is None else bands.hold_from
    if hold > remove:
        raise InvalidPolicy(f"{label}: removed from {remove:g}, which is below {hold:g} to hold")
    reasons = {rule.action: rule.reason_code for rule in old}
    edges = ((Action.APPROVE, 0.0, hold), (Action.HOLD, hold, remove), (Action.REMOVE, remove, 1.0))
    return [
        Rule(
            f"{label}-{action}",
            label,
            low,
            high,
            action,
            reasons.get(action, old[-1].reason_code),
        )
        for action, low, high in edges
        if low != high
    ]

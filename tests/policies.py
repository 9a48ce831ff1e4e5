"""A policy with fixed thresholds: those of the default policy change with the shipped model."""

from dataclasses import replace
from datetime import datetime

from core.moderation.audit import AuditKind
from core.moderation.default_policy import BANDS, default_policy
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action, Policy, Rule, TextRule
from core.moderation.reasons import Reason
from core.moderation.scores import Label
from core.services.context import Context

SURE = 0.99
FIXED = {
    Label.TOXICITY: (0.80, 0.97),
    Label.SEVERE_TOXICITY: (0.50, 0.90),
    Label.OBSCENE: (0.80, 0.97),
    Label.THREAT: (0.50, 0.90),
    Label.INSULT: (0.80, 0.97),
    Label.IDENTITY_ATTACK: (0.60, 0.95),
}


def fixed_policy(created_at: datetime) -> Policy:
    """The reasons of the default policy with the bands of `FIXED`: approve, hold, remove."""
    rules = []
    for label, (hold, remove) in FIXED.items():
        reason = BANDS[label][2]
        rules += [
            Rule(f"{label}-approve", label, 0.0, hold, Action.APPROVE, reason),
            Rule(f"{label}-hold", label, hold, remove, Action.HOLD, reason),
            Rule(f"{label}-remove", label, remove, 1.0, Action.REMOVE, reason),
        ]
    return replace(default_policy(created_at), rules=tuple(rules))


def removing_policy(created_at: datetime) -> Policy:
    """The default policy, but each label without a band for removal has one from `SURE` on."""
    policy = default_policy(created_at)
    rules = list(policy.rules)
    for label in policy.removed_by_people(BANDS):
        number = next(n for n, rule in enumerate(rules) if rule.label is label and rule.high == 1.0)
        held = rules[number]
        removed = Rule(f"{label}-remove", label, SURE, 1.0, Action.REMOVE, held.reason_code)
        rules[number : number + 1] = [replace(held, high=SURE), removed]
    return replace(policy, rules=tuple(rules))


def escalating_policy(policy: Policy, label: Label, low: float, version: int = 2) -> Policy:
    """The same policy, but scores of the label from `low` up to its removal band are escalated."""
    rules = []
    for rule in policy.rules:
        if rule.label is not label or rule.high <= low:
            rules.append(rule)
        elif rule.low < low:
            up = Rule(f"{label}-up", label, low, rule.high, Action.ESCALATE, rule.reason_code)
            rules += [replace(rule, high=low), up]
        else:
            rules.append(rule)
    return replace(policy, version=version, rules=tuple(rules))


def without_removal(policy: Policy, label: Label, version: int = 2) -> Policy:
    """The same policy, but scores of the label are held up to the highest."""
    kept = [
        rule for rule in policy.rules if rule.label is not label or rule.action is not Action.REMOVE
    ]
    rules = [
        replace(rule, high=1.0) if rule.label is label and rule.action is Action.HOLD else rule
        for rule in kept
    ]
    return replace(policy, version=version, rules=tuple(rules))


assert set(FIXED) == set(BANDS)


def store_with_reason(context: Context, reason: Reason) -> None:
    """The next version of the policy: that in force with one reason more."""
    with context.store.write() as tx:
        old = tx.policy_in_force()
        new = replace(old, version=old.version + 1, reasons=(*old.reasons, reason))
        assert tx.add_policy(new, context.audit(AuditKind.POLICY_STORED, SYSTEM, str(new.version)))


def store_text_rules(context: Context, *rules: TextRule) -> Policy:
    """The next version of the policy: that in force with these text rules alone."""
    with context.store.write() as tx:
        old = tx.policy_in_force()
        new = replace(old, version=old.version + 1, text_rules=rules)
        assert tx.add_policy(new, context.audit(AuditKind.POLICY_STORED, SYSTEM, str(new.version)))
    return new

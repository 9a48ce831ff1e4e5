"""What the text rules behind a decision matched in its text."""

from collections.abc import Mapping, Sequence

from core.inference.text.rule_matcher import RuleMatch, matcher_of
from core.moderation.decisions import Decision
from core.moderation.policies import Policy


def rule_matches(automated: Decision, policy: Policy, text: str) -> Sequence[RuleMatch]:
    """The text rules that led to an automated decision, with what they matched in the readable
    text; none if it is empty."""
    rules = policy.text_rules_of(automated.rule_ids)
    return matcher_of(rules).matches(text) if rules and text else ()


def matched_words(
    chain: Sequence[Decision], policies: Mapping[int, Policy], text: str
) -> Mapping[str, tuple[str, ...]]:
    """By the id of each text rule that led to the last automated decision, the parts of the text
    that it matched."""
    automated = next((past for past in reversed(chain) if past.is_automated), None)
    if automated is None or not automated.rule_ids:
        return {}
    matches = rule_matches(automated, policies[automated.policy_version], text)
    return {match.rule.id: match.words(text) for match in matches}

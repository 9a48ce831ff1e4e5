"""Text rules for tests."""

from core.moderation.policies import Action, TextRule
from core.moderation.text_rules import TextRuleKind, text_rule_id


def text_rule(
    text: str,
    kind: str = "word",
    action: Action = Action.HOLD,
    reason_code: str = "spam",
    description: str = "What this is about.",
) -> TextRule:
    of = TextRuleKind(kind)
    return TextRule(text_rule_id(of, text), of, text, action, reason_code, description)

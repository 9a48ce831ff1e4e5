"""A reason for removals in the reader's language, where the policy or the console has it there."""

from core.moderation.reasons import Reason
from core.texts.rules import RuleWords, rule_words
from dashboard.staff_texts import staff_texts


def reason_words(reason: Reason) -> RuleWords:
    """Its title and text; the site's own where nobody translated them."""
    return rule_words(reason, staff_texts())

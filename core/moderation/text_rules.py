"""Rules of the policy about what stands in a text: words, links and patterns. Pure.

Here is what a rule may say. core/inference/text/rule_matcher.py says which texts it matches.
"""

import hashlib
from enum import StrEnum

from core.moderation.cleaning import is_storable
from core.moderation.invisible import visible_form
from core.moderation.links import domain_problem
from core.moderation.re2_patterns import pattern_problem

MOST_TEXT_RULES = 2_000
MOST_RULE_CHARS = 500
MOST_DESCRIPTION_CHARS = 300
# What may stand between the letters of a word rule: it is read as a gap, in the rule as in a text.
_GAPS = frozenset(" '’.-_,")
_ID_CHARS = 10


class TextRuleKind(StrEnum):
    """What a rule looks for; the strings are stored. `word`: a word, or words in a row. `link`: the
    domain of a link or one above it. `pattern`: a regular expression in the syntax of RE2."""

    WORD = "word"
    LINK = "link"
    PATTERN = "pattern"


def text_rule_id(kind: TextRuleKind, text: str) -> str:
    """The id of a rule that looks for this: the same in every version of the policy."""
    digest = hashlib.sha256(f"{kind}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kind}-{digest[:_ID_CHARS]}"


def rule_text_problem(kind: TextRuleKind, text: str) -> str | None:
    """What is wrong with what the rule looks for, None if nothing is."""
    if not is_storable(text) or text != text.strip() or not text:
        return "it is empty, begins or ends with a space, or can't be stored"
    if len(text) > MOST_RULE_CHARS:
        return f"it has over {MOST_RULE_CHARS} characters"
    if kind is TextRuleKind.LINK:
        return domain_problem(text)
    if kind is TextRuleKind.PATTERN:
        return pattern_problem(text)
    return _word_problem(text)


def _word_problem(text: str) -> str | None:
    seen = visible_form(text)
    if not any(char.isalnum() for char in seen):
        return "it has no letter and no digit; signs and emoji take a rule with a pattern"
    for char in seen:
        if char.isascii() and not char.isalnum() and char not in _GAPS:
            return f"{char!r} is not part of a word; signs take a rule with a pattern"
    return None

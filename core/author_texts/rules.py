"""A clause of the site's rules in the author's language.

A site writes its rules in its own language, and they are quoted word for word. Those of the
default policy are translated; the words that hold stand beside the translation.
"""

from dataclasses import dataclass

from core.author_texts.texts import AuthorTexts
from core.moderation.default_policy import REASONS
from core.moderation.languages import ENGLISH
from core.moderation.policies import Reason


@dataclass(frozen=True, slots=True)
class RuleWords:
    """`remark` says whose words these are; empty if they are the default rule's own ones."""

    title: str
    text: str
    remark: str


def rule_words(reason: Reason, texts: AuthorTexts) -> RuleWords:
    """The clause as its author reads it."""
    if reason not in REASONS:
        return RuleWords(reason.title, reason.text, texts.say("rule.site_words"))
    if texts.language == ENGLISH:
        return RuleWords(reason.title, reason.text, "")
    return RuleWords(
        texts.say(f"rule_title.{reason.code}"),
        texts.say(f"rule_text.{reason.code}"),
        texts.say("rule.translated", title=reason.title, text=reason.text),
    )

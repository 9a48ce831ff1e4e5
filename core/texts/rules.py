"""A clause of the site's rules in the author's language.

A site writes its rules in its own language, and they are quoted word for word. The policy may hold
translations; those of the default policy's rules come with the console. The words that hold stand
beside a translation.
"""

from dataclasses import dataclass, replace

from core.moderation.default_policy import REASONS
from core.moderation.languages import ENGLISH
from core.moderation.reasons import Reason
from core.texts.texts import Texts


@dataclass(frozen=True, slots=True)
class RuleWords:
    """`remark` says whose words these are; empty if they are the default rule's own ones."""

    title: str
    text: str
    remark: str


def rule_words(reason: Reason, texts: Texts) -> RuleWords:
    """The clause as its author reads it."""
    remark = texts.say("rule.translated", title=reason.title, text=reason.text)
    own = reason.translation(texts.language)
    if own is not None:
        return RuleWords(own.title, own.text, remark)
    if replace(reason, translations=()) not in REASONS:
        return RuleWords(reason.title, reason.text, texts.say("rule.site_words"))
    if texts.language == ENGLISH:
        return RuleWords(reason.title, reason.text, "")
    return RuleWords(
        texts.say(f"rule_title.{reason.code}"), texts.say(f"rule_text.{reason.code}"), remark
    )

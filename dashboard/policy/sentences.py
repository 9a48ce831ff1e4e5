"""A policy in plain words, and what it changes in the one before, as `core.moderation.policy_words`
says it on the command line."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from core.moderation.languages import ENGLISH, OTHER
from core.moderation.policies import Action, LanguageRule, Policy, TextRule
from core.moderation.policy_words import MOST_TEXT_LINES
from core.moderation.reasons import Reason
from core.moderation.scores import Label
from dashboard.figures import significant
from dashboard.staff_texts import number, say, staff_texts
from dashboard.wording import ACTIONS_SHORT, LABELS

Key = TypeVar("Key", bound=str)
Said = TypeVar("Said")
DIGITS = 6
"""Of a threshold, at most: those that nobody rounded are shown as they are."""


def policy_lines(policy: Policy) -> Sequence[str]:
    """A sentence for each label with rules, then for rules about the text, which reason is given
    and what is done with languages that nothing assesses."""
    lines = [
        say("policy.line.label", label=LABELS[label], bands=words)
        for label, words in _by_label(policy).items()
    ]
    lines += _first(list(_text_rules(policy).values()))
    lines.append(_precedence(policy))
    return [*lines, *_languages(policy).values()]


def changed_lines(before: Policy, after: Policy) -> Sequence[str]:
    """A sentence for each difference, or that there is none."""
    no_rule = say("policy.line.no_rule")
    lines = [
        say(
            "policy.line.label_changed",
            label=LABELS[label],
            bands=new or no_rule,
            before=old or no_rule,
        )
        for label, old, new in _differences(_by_label(before), _by_label(after))
    ]
    texts = _differences(_text_rules(before), _text_rules(after))
    lines += _first([_text_change(was, said) for _, was, said in texts])
    for code, was, said in _differences(_reasons(before), _reasons(after)):
        lines += _reason_change(code, was, said)
    if _precedence(before) != _precedence(after):
        lines.append(_precedence(after))
    for language, _, new in _differences(_languages(before), _languages(after)):
        lines.append(new or _language_gone(language))
    return lines or [say("policy.line.nothing_changed")]


def reason_lines(policy: Policy) -> Sequence[str]:
    """What authors read of each clause of the rules, and of its translations."""
    return [
        line
        for reason in policy.reasons
        for line in (_said(reason), *_translations(reason).values())
    ]


def _by_label(policy: Policy) -> Mapping[Label, str]:
    found = {}
    for label in Label:
        rules = sorted((one for one in policy.rules if one.label is label), key=lambda one: one.low)
        if rules:
            found[label] = _bands([(rule.action, rule.low) for rule in rules])
    return found


def _bands(lows: Sequence[tuple[Action, float]]) -> str:
    parts = [
        say("policy.line.band", done=ACTIONS_SHORT[action], score=significant(low, DIGITS))
        for action, low in lows
        if action is not Action.APPROVE or low > 0
    ]
    if not parts:
        return say("policy.line.all_approved")
    is_for_people = all(action is not Action.REMOVE for action, _ in lows)
    key = "policy.line.bands_and_people" if is_for_people else "policy.line.bands"
    return say(key, bands=", ".join(parts))


def _text_rules(policy: Policy) -> Mapping[str, str]:
    return {rule.id: _text_rule(rule) for rule in policy.text_rules}


def _text_rule(rule: TextRule) -> str:
    return say(
        f"policy.text_rule.{rule.kind.name.lower()}",
        text=rule.text,
        done=ACTIONS_SHORT[rule.action],
        code=rule.reason_code,
        about=rule.description,
    )


def _text_change(was: str | None, said: str | None) -> str:
    if said is None:
        return say("policy.line.gone", rule=was or "")
    if was is None:
        return say("policy.line.new", rule=said)
    return say("policy.line.changed", rule=said, before=was)


def _first(lines: Sequence[str]) -> Sequence[str]:
    """The first lines, and how many there are beyond them."""
    beyond = len(lines) - MOST_TEXT_LINES
    more = [say("policy.line.more", beyond=number(beyond))] if beyond > 0 else []
    return [*lines[:MOST_TEXT_LINES], *more]


def _precedence(policy: Policy) -> str:
    if not policy.reason_precedence:
        return say("policy.line.gravest")
    titles = {reason.code: _within_a_line(reason.title) for reason in policy.reasons}
    named = ", ".join(titles[code] for code in policy.reason_precedence)
    return say("policy.line.first_of", reasons=named)


def _within_a_line(title: str) -> str:
    """In small letters, where the language has them for nouns."""
    return title.lower() if staff_texts().language == ENGLISH else title


def _reasons(policy: Policy) -> Mapping[str, Reason]:
    return {reason.code: reason for reason in policy.reasons}


def _said(reason: Reason) -> str:
    return say("policy.line.reason", code=reason.code, title=reason.title, text=reason.text)


def _translations(reason: Reason | None) -> Mapping[str, str]:
    if reason is None:
        return {}
    return {
        one.language: say(
            "policy.line.translation",
            code=reason.code,
            language=one.language,
            title=one.title,
            text=one.text,
        )
        for one in reason.translations
    }


def _reason_change(code: str, was: Reason | None, said: Reason | None) -> Iterator[str]:
    if said is None:
        yield say("policy.line.reason_gone", code=code)
        return
    if was is None:
        yield say("policy.line.reason_new", reason=_said(said))
    elif _said(was) != _said(said):
        old = {"title": was.title, "text": was.text}
        yield say("policy.line.reason_changed", reason=_said(said), **old)
    for language, _, new in _differences(_translations(was), _translations(said)):
        yield new or say("policy.line.translation_gone", code=code, language=language)


def _languages(policy: Policy) -> Mapping[str, str]:
    return {rule.language: _language(rule) for rule in policy.language_rules}


def _language(rule: LanguageRule) -> str:
    done = ACTIONS_SHORT[rule.action]
    if rule.language == OTHER:
        return say("policy.line.other_languages", done=done)
    return say("policy.line.language", language=rule.language, done=done)


def _language_gone(language: str) -> str:
    if language == OTHER:
        return say("policy.line.other_languages_gone")
    return say("policy.line.language_gone", language=language)


def _differences(
    before: Mapping[Key, Said], after: Mapping[Key, Said]
) -> Sequence[tuple[Key, Said | None, Said | None]]:
    return [
        (key, before.get(key), after.get(key))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]

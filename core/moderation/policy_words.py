"""A policy in plain words, and what it changes in the one before. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from core.moderation.languages import OTHER
from core.moderation.policies import ACTION_DONE, Action, Policy
from core.moderation.reasons import Reason
from core.moderation.scores import Label

Key = TypeVar("Key", bound=str)
Said = TypeVar("Said")
MOST_TEXT_LINES = 30
NOTHING_CHANGED = "Nothing: it says the same."


def policy_lines(policy: Policy) -> Sequence[str]:
    """A sentence for each label with rules, then for rules about the text, which reason is given
    and what is done with languages that nothing assesses."""
    lines = [f"{name_of(label)}: {words}" for label, words in _by_label(policy).items()]
    lines += _first(list(_text_rules(policy).values()))
    lines.append(_precedence(policy))
    return [*lines, *_languages(policy).values()]


def changed_lines(before: Policy, after: Policy) -> Sequence[str]:
    """A sentence for each difference; NOTHING_CHANGED alone if there is none."""
    lines = [
        f"{name_of(label)}: {new or 'no rule.'} Before: {old or 'no rule.'}"
        for label, old, new in _differences(_by_label(before), _by_label(after))
    ]
    texts = _differences(_text_rules(before), _text_rules(after))
    lines += _first([_text_change(was, said) for _, was, said in texts])
    for code, was, said in _differences(_reasons(before), _reasons(after)):
        lines += _reason_change(code, was, said)
    if _precedence(before) != _precedence(after):
        lines.append(_precedence(after))
    for language, _, new in _differences(_languages(before), _languages(after)):
        lines.append(new or f"Comments in {_named(language)} have no rule any more.")
    return lines or [NOTHING_CHANGED]


def reason_lines(policy: Policy) -> Sequence[str]:
    """What authors read of each clause of the rules, and of its translations."""
    return [
        line
        for reason in policy.reasons
        for line in (_said(reason), *_translations(reason).values())
    ]


def name_of(label: Label) -> str:
    """The label as a word or two."""
    return label.replace("_", " ")


def _by_label(policy: Policy) -> Mapping[Label, str]:
    found = {}
    for label in Label:
        rules = sorted((one for one in policy.rules if one.label is label), key=lambda one: one.low)
        if rules:
            found[label] = _bands([(rule.action, rule.low) for rule in rules])
    return found


def _bands(lows: Sequence[tuple[Action, float]]) -> str:
    parts = [
        f"{ACTION_DONE[action]} from {low:g}"
        for action, low in lows
        if action is not Action.APPROVE or low > 0
    ]
    words = ", ".join(parts) if parts else "every score is approved"
    if all(action is not Action.REMOVE for action, _ in lows) and parts:
        return f"{words}; only a person removes."
    return f"{words}."


def _text_rules(policy: Policy) -> Mapping[str, str]:
    return {
        rule.id: f"The {rule.kind} “{rule.text}” is {ACTION_DONE[rule.action]} "
        f"({rule.reason_code}): {rule.description}"
        for rule in policy.text_rules
    }


def _text_change(was: str | None, said: str | None) -> str:
    if said is None:
        return f"Gone: {was}"
    return f"New: {said}" if was is None else f"{said} Before: {was}"


def _first(lines: Sequence[str]) -> Sequence[str]:
    """The first lines, and how many there are beyond them."""
    beyond = len(lines) - MOST_TEXT_LINES
    more = [f"And {beyond:,} more about words, links and patterns."] if beyond > 0 else []
    return [*lines[:MOST_TEXT_LINES], *more]


def _precedence(policy: Policy) -> str:
    titles = {reason.code: reason.title.lower() for reason in policy.reasons}
    if not policy.reason_precedence:
        return "When several rules fire, the author is told the gravest reason."
    named = ", ".join(titles[code] for code in policy.reason_precedence)
    return f"When several rules fire, the author is told the first of: {named}."


def _reasons(policy: Policy) -> Mapping[str, Reason]:
    return {reason.code: reason for reason in policy.reasons}


def _said(reason: Reason) -> str:
    return f"{reason.code}: {reason.title}. {reason.text}"


def _translations(reason: Reason | None) -> Mapping[str, str]:
    return (
        {
            one.language: f"{reason.code}, in {one.language}: {one.title}. {one.text}"
            for one in reason.translations
        }
        if reason is not None
        else {}
    )


def _reason_change(code: str, was: Reason | None, said: Reason | None) -> Iterator[str]:
    if said is None:
        yield f"The reason {code!r} is gone."
        return
    if was is None:
        yield f"New reason: {_said(said)}"
    elif _said(was) != _said(said):
        yield f"{_said(said)} Before: {was.title}. {was.text}"
    for language, _, new in _differences(_translations(was), _translations(said)):
        yield new or f"{code}: its translation into {language} is gone."


def _languages(policy: Policy) -> Mapping[str, str]:
    return {
        rule.language: f"Comments in {_named(rule.language)} that nothing assesses are "
        f"{ACTION_DONE[rule.action]}."
        for rule in policy.language_rules
    }


def _named(language: str) -> str:
    return "other languages" if language == OTHER else f"the language {language}"


def _differences(
    before: Mapping[Key, Said], after: Mapping[Key, Said]
) -> Sequence[tuple[Key, Said | None, Said | None]]:
    return [
        (key, before.get(key), after.get(key))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]

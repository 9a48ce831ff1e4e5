"""The stored form of a policy, as JSON, and the hash of its content. Pure."""

import hashlib
import json
from collections.abc import Collection, Set
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, NoReturn

from core.errors import InvalidPolicy
from core.moderation.policies import (
    Action,
    LanguageRule,
    Policy,
    Rule,
    TextRule,
)
from core.moderation.reasons import Reason, ReasonTranslation, repeated_name
from core.moderation.scores import Label
from core.moderation.text_rules import TextRuleKind


def policy_to_json(policy: Policy) -> str:
    """The stored form, without version and time. Equal content gives equal text."""
    body: dict[str, Any] = {
        "rules": [asdict(rule) for rule in policy.rules],
        "reasons": [_reason_to_json(reason) for reason in policy.reasons],
    }
    if policy.reason_precedence:  # left out if empty, so that digests of older policies stay valid
        body["reason_precedence"] = list(policy.reason_precedence)
    if policy.language_rules:
        body["languages"] = {rule.language: rule.action for rule in policy.language_rules}
    if policy.text_rules:
        body["text_rules"] = [asdict(rule) for rule in policy.text_rules]
    return json.dumps(body, sort_keys=True, ensure_ascii=False)


def policy_from_json(body: str, *, version: int, created_at: datetime) -> Policy:
    """The policy from its stored form. Raises InvalidPolicy naming what is wrong with it."""
    try:
        raw = json.loads(body, object_pairs_hook=_with_names_once, parse_constant=_refuse_number)
    except json.JSONDecodeError as error:
        raise InvalidPolicy(f"policy {version} is not valid JSON: {error.msg}") from None
    except InvalidPolicy:  # it is a ValueError, too
        raise
    except (ValueError, RecursionError):
        raise InvalidPolicy(
            f"policy {version} holds a number with too many digits, or too many brackets in one "
            "another"
        ) from None
    if not isinstance(raw, dict):
        raise InvalidPolicy(f"policy {version} is not an object")
    optional = {"reason_precedence", "languages", "text_rules"}
    _check_names("the policy", raw, {"rules", "reasons"}, optional)
    lists = {"reason_precedence": [], "text_rules": [], **raw}
    languages = lists.pop("languages", {})
    for name, value in lists.items():
        if not isinstance(value, list):
            raise InvalidPolicy(f"policy {version}: `{name}` is not a list")
    if not all(isinstance(code, str) for code in lists["reason_precedence"]):
        raise InvalidPolicy(f"policy {version}: `reason_precedence` names what is no text")
    return Policy(
        version,
        tuple(_rule_from_json(number, rule) for number, rule in enumerate(lists["rules"], 1)),
        tuple(_reason_from_json(number, each) for number, each in enumerate(lists["reasons"], 1)),
        created_at,
        tuple(lists["reason_precedence"]),
        _languages_from_json(languages),
        tuple(_text_rule_from_json(n, each) for n, each in enumerate(lists["text_rules"], 1)),
    )


def _languages_from_json(raw: object) -> tuple[LanguageRule, ...]:
    if not isinstance(raw, dict):
        raise InvalidPolicy("`languages` is not an object")
    return tuple(_language_rule(*rule) for rule in raw.items())


def _language_rule(language: str, action: object) -> LanguageRule:
    if not isinstance(action, str):
        raise InvalidPolicy(f"the rule for language {language!r}: {action!r} is not an action")
    try:
        return LanguageRule(language, Action(action))
    except ValueError as error:
        raise InvalidPolicy(f"the rule for language {language!r}: {error}") from None


def _rule_from_json(number: int, raw: object) -> Rule:
    place = f"rule {number}"
    if not isinstance(raw, dict):
        raise InvalidPolicy(f"{place} is not an object")
    _check_names(place, raw, {field.name for field in fields(Rule)})
    try:
        label, action = Label(raw["label"]), Action(raw["action"])
    except ValueError as error:
        raise InvalidPolicy(f"rule {raw['id']}: {error}") from None
    return Rule(**{**raw, "label": label, "action": action})


def _text_rule_from_json(number: int, raw: object) -> TextRule:
    place = f"text rule {number}"
    if not isinstance(raw, dict):
        raise InvalidPolicy(f"{place} is not an object")
    _check_names(place, raw, {field.name for field in fields(TextRule)})
    try:
        kind, action = TextRuleKind(raw["kind"]), Action(raw["action"])
    except ValueError as error:
        raise InvalidPolicy(f"{place}: {error}") from None
    return TextRule(**{**raw, "kind": kind, "action": action})


def _reason_to_json(reason: Reason) -> dict[str, Any]:
    body: dict[str, Any] = {"code": reason.code, "title": reason.title, "text": reason.text}
    if reason.translations:  # left out if empty, so that digests of older policies stay valid
        body["translations"] = {
            one.language: {"title": one.title, "text": one.text} for one in reason.translations
        }
    return body


def _reason_from_json(number: int, raw: object) -> Reason:
    place = f"reason {number}"
    if not isinstance(raw, dict):
        raise InvalidPolicy(f"{place} is not an object")
    _check_names(place, raw, {"code", "title", "text"}, {"translations"})
    translations = raw.get("translations", {})
    if not isinstance(translations, dict):
        raise InvalidPolicy(f"{place}: `translations` is not an object")
    found = tuple(_translation(place, *one) for one in translations.items())
    return Reason(raw["code"], raw["title"], raw["text"], found)


def _translation(place: str, language: str, raw: object) -> ReasonTranslation:
    where = f"{place}, translation {language!r}"
    if not isinstance(raw, dict):
        raise InvalidPolicy(f"{where} is not an object")
    _check_names(where, raw, {"title", "text"})
    return ReasonTranslation(language, raw["title"], raw["text"])


def _check_names(
    place: str, raw: Collection[str], needed: Set[str], optional: Set[str] = frozenset()
) -> None:
    missing, unknown = needed - set(raw), set(raw) - needed - optional
    for name in sorted(missing):
        raise InvalidPolicy(f"{place}: {name!r} is missing")
    for name in sorted(unknown):
        raise InvalidPolicy(f"{place}: {name!r} is unknown")


def _with_names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if repeated := repeated_name(name for name, _ in pairs):
        raise InvalidPolicy(f"the name {repeated!r} appears twice in one object")
    return dict(pairs)


def _refuse_number(name: str) -> NoReturn:
    raise InvalidPolicy(f"{name} is not a number that a score can have")


def policy_digest(policy: Policy) -> str:
    """SHA-256 of the content, in hex; stored with it to show that it was never changed."""
    return hashlib.sha256(policy_to_json(policy).encode()).hexdigest()

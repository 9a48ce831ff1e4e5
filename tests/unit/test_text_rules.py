"""Text rules as part of a policy: what is refused, how they are stored, said and combined."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import InvalidPolicy
from core.moderation.decisions import judge
from core.moderation.policies import Action, Policy
from core.moderation.policy_json import policy_digest, policy_from_json, policy_to_json
from core.moderation.policy_words import MOST_TEXT_LINES, changed_lines, policy_lines
from core.moderation.scores import Label
from core.moderation.text_rules import (
    MOST_DESCRIPTION_CHARS,
    MOST_RULE_CHARS,
    MOST_TEXT_RULES,
    TextRuleKind,
    rule_text_problem,
    text_rule_id,
)
from tests.factories_text_rules import text_rule
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = fixed_policy(NOW)
RULES = (
    text_rule("brackets"),
    text_rule("evil.example", "link", Action.REMOVE, "harassment"),
    text_rule(r"win \d+", "pattern", Action.ESCALATE, "threat"),
)
WITH = replace(POLICY, text_rules=RULES)


def read(body: str) -> Policy:
    return policy_from_json(body, version=1, created_at=NOW)


def test_a_policy_with_text_rules_comes_back_from_its_stored_form() -> None:
    assert read(policy_to_json(WITH)) == WITH
    assert policy_digest(WITH) != policy_digest(POLICY)


def test_without_text_rules_the_stored_form_and_the_digest_are_as_before() -> None:
    assert "text_rules" not in json.loads(policy_to_json(POLICY))
    assert policy_digest(replace(WITH, text_rules=())) == policy_digest(POLICY)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "sound"}, "text rule 1: 'sound' is not a valid TextRuleKind"),
        ({"action": "delete"}, "text rule 1: 'delete' is not a valid Action"),
        ({"action": "approve"}, "its action is hold, escalate or remove"),
        ({"reason_code": "x"}, "the policy has no reason 'x'"),
        ({"text": "a++"}, r"word 'a\+\+': '\+' is not part of a word"),
        ({"text": 7}, "`text` or `description` is not text"),
        ({"description": " "}, "its description must say"),
        ({"description": "x" * (MOST_DESCRIPTION_CHARS + 1)}, "its description must say"),
        ({"id": ""}, "has no id"),
        ({"id": "insult-hold"}, "rule 'insult-hold' appears twice"),
        ({"id": RULES[1].id}, "appears twice"),
        ({"more": 1}, "'more' is unknown"),
        ({"kind": "pattern", "text": "a(b"}, r"missing \): a\(b \(at character 1\)"),
        ({"kind": "link", "text": "Evil.example"}, "write 'evil.example'"),
    ],
)
def test_a_stored_text_rule_that_is_not_sound_is_refused(change: dict, message: str) -> None:
    body = json.loads(policy_to_json(WITH))
    body["text_rules"][0] |= change
    with pytest.raises(InvalidPolicy, match=message):
        read(json.dumps(body))


@pytest.mark.parametrize("raw", ["x", [7], {"id": "x"}])
def test_text_rules_of_another_shape_are_refused(raw: object) -> None:
    body = json.loads(policy_to_json(POLICY)) | {"text_rules": raw}
    with pytest.raises(InvalidPolicy, match=r"text_rules|text rule 1"):
        read(json.dumps(body))


def test_a_policy_takes_so_many_and_no_more() -> None:
    rules = tuple(text_rule(f"word{n}") for n in range(MOST_TEXT_RULES + 1))
    assert len(replace(POLICY, text_rules=rules[1:]).text_rules) == MOST_TEXT_RULES
    with pytest.raises(InvalidPolicy, match="at most 2,000"):
        replace(POLICY, text_rules=rules)


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("word", "", "it is empty"),
        ("word", " a", "it is empty, begins or ends with a space"),
        ("word", "a\x00b", "can't be stored"),
        ("word", "x" * (MOST_RULE_CHARS + 1), "it has over 500 characters"),
        ("word", "🍆", "no letter and no digit"),
        ("word", "\u3164", "no letter and no digit"),
        ("word", "a$$", "'$' is not part of a word"),
        ("word", "don't go-go, e.g. 42", None),
        ("word", "дом", None),
        ("pattern", "🍆+", None),
    ],
)
def test_what_a_rule_may_look_for(kind: str, text: str, problem: str | None) -> None:
    found = rule_text_problem(TextRuleKind(kind), text)
    assert found is None if problem is None else problem in str(found)


def test_an_id_is_of_kind_and_text_alone() -> None:
    assert text_rule_id(TextRuleKind.WORD, "a") != text_rule_id(TextRuleKind.PATTERN, "a")
    assert text_rule("a").id == text_rule("a", action=Action.REMOVE).id


@pytest.mark.parametrize(
    ("scores", "fired", "action", "reason"),
    [
        ({Label.INSULT: 0.1}, (0,), Action.HOLD, "spam"),
        ({Label.INSULT: 0.9}, (0,), Action.HOLD, "harassment"),
        ({Label.INSULT: 0.99}, (0,), Action.REMOVE, "harassment"),
        ({Label.INSULT: 0.9}, (1,), Action.REMOVE, "harassment"),
        ({Label.INSULT: 0.9}, (0, 2), Action.ESCALATE, "threat"),
        ({}, (), Action.HOLD, None),
        ({}, (0,), Action.HOLD, "spam"),
        ({}, (0, 1, 2), Action.REMOVE, "harassment"),
    ],
)
def test_the_graver_action_and_the_reason_by_precedence(scores, fired, action, reason) -> None:
    verdict = judge(scores, WITH, [RULES[n] for n in fired])
    assert (verdict.action, verdict.reason_code) == (action, reason)
    assert all(rule.action is action for rule in (*verdict.rules, *verdict.text_rules))


def test_a_reason_without_a_rank_comes_after_those_of_scores() -> None:
    unranked = replace(WITH, reason_precedence=())
    assert judge({Label.OBSCENE: 0.9}, unranked, RULES[:1]).reason_code == "obscene"
    ranked = replace(WITH, reason_precedence=("spam",))
    assert judge({Label.OBSCENE: 0.9}, ranked, RULES[:1]).reason_code == "spam"


def test_rules_of_both_kinds_are_found_by_their_ids() -> None:
    ids = ("insult-hold", RULES[0].id)
    assert [rule.id for rule in WITH.score_rules(ids)] == ["insult-hold"]
    assert WITH.text_rules_of(ids) == RULES[:1]


def test_a_policy_says_its_text_rules_and_what_changed_in_them() -> None:
    line = "The word “brackets” is held (spam): What this is about."
    assert line in policy_lines(WITH)
    harder = replace(WITH, text_rules=(text_rule("brackets", action=Action.REMOVE), RULES[1]))
    assert changed_lines(WITH, harder) == [
        f"The word “brackets” is removed (spam): What this is about. Before: {line}",
        r"Gone: The pattern “win \d+” is escalated (threat): What this is about.",
    ]
    assert changed_lines(POLICY, replace(POLICY, text_rules=RULES[:1])) == [f"New: {line}"]


def test_very_many_rules_are_counted() -> None:
    many = replace(POLICY, text_rules=tuple(text_rule(f"word{n}") for n in range(100)))
    lines = policy_lines(many)
    assert sum("word" in line for line in lines) == MOST_TEXT_LINES + 1
    assert f"And {100 - MOST_TEXT_LINES} more about words, links and patterns." in lines


def test_a_description_may_be_as_long_as_allowed() -> None:
    longest = "x" * MOST_DESCRIPTION_CHARS
    assert replace(RULES[0], description=longest).description == longest


@pytest.mark.parametrize("changes", [{"description": ""}, {"action": Action.APPROVE}])
def test_a_rule_is_named_by_what_it_looks_for(changes) -> None:
    """Its id is made by the console, and nobody has seen it."""
    with pytest.raises(InvalidPolicy, match=r"^text rule on the link 'casino\.example': its "):
        text_rule("casino.example", "link", **changes)

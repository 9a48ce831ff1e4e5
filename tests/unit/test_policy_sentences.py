"""A policy as sentences on its page: in English as on the command line, and in other languages."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest

from core.moderation import policy_words
from core.moderation.default_policy import default_policy
from core.moderation.policies import Action, LanguageRule, Policy, Rule
from core.moderation.reasons import Reason
from core.moderation.scores import Label
from dashboard.policy.sentences import changed_lines, policy_lines, reason_lines
from dashboard.staff_texts import reading
from tests.factories_text_rules import text_rule
from tests.policies import escalating_policy, fixed_policy, without_removal

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DEFAULT = default_policy(NOW)
APPROVING = Rule("all", Label.THREAT, 0.0, 1.0, Action.APPROVE, "threat")
RULES = (
    text_rule("lovely"),
    text_rule("casino.example", "link", Action.REMOVE),
    text_rule("win [0-9]+", "pattern", Action.ESCALATE),
)
TRANSLATED = DEFAULT.reasons[0].translated("de", "Drohungen", "Drohen Sie niemandem.")
POLICIES = (
    DEFAULT,
    fixed_policy(NOW),
    escalating_policy(fixed_policy(NOW), Label.THREAT, 0.7),
    without_removal(fixed_policy(NOW), Label.INSULT),
    replace(DEFAULT, rules=(APPROVING,), reason_precedence=()),
    replace(DEFAULT, text_rules=RULES),
    replace(DEFAULT, text_rules=(replace(RULES[0], description="Other."), *RULES[1:])),
    replace(DEFAULT, text_rules=tuple(text_rule(f"word{n}") for n in range(40))),
    replace(DEFAULT, reasons=(TRANSLATED, *DEFAULT.reasons[1:], Reason("new", "New", "Words."))),
    replace(DEFAULT, reasons=(replace(TRANSLATED, title="Menaces"), *DEFAULT.reasons[1:])),
    replace(DEFAULT, language_rules=(LanguageRule("nl", Action.HOLD),)),
    replace(
        DEFAULT,
        language_rules=(LanguageRule("nl", Action.APPROVE), LanguageRule("other", Action.HOLD)),
    ),
)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_reads_as_on_the_command_line(policy: Policy) -> None:
    assert policy_lines(policy) == policy_words.policy_lines(policy)
    assert reason_lines(policy) == policy_words.reason_lines(policy)
    assert changed_lines(policy, policy) == [policy_words.NOTHING_CHANGED]


def test_changes_read_as_on_the_command_line() -> None:
    for before, after in permutations(POLICIES, 2):
        assert changed_lines(before, after) == policy_words.changed_lines(before, after)


def test_titles_keep_their_capitals_where_nouns_have_them() -> None:
    with reading("de"):
        (line,) = [each for each in policy_lines(DEFAULT) if each.startswith("Greifen")]
    assert line.endswith(": Threats, Identity attacks, Harassment, Obscenity.")


@pytest.mark.parametrize("language", ["de", "fr"])
def test_no_line_stays_english(language: str) -> None:
    english = {
        line
        for before, after in permutations(POLICIES, 2)
        for line in (*policy_lines(after), *changed_lines(before, after))
    }
    with reading(language):
        said = {
            line
            for before, after in permutations(POLICIES, 2)
            for line in (*policy_lines(after), *changed_lines(before, after))
        }
    shared = {line for line in english & said if not line.startswith(("threat:", "new:"))}
    assert shared == set()
    assert any("0,21" in line for line in said)

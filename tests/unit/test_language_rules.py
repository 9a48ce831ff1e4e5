"""What a language means for a comment: codes, the policy's rules, verdict and priority."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.environment import load_settings
from core.errors import ConfigError, InvalidPolicy
from core.moderation.cases import Case, CaseStatus, CaseTrigger
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource, Verdict
from core.moderation.edits import EarlierText, automated_verdict
from core.moderation.languages import (
    NAMES,
    UNNAMED,
    code_problem,
    is_assessed,
    is_much,
    language_name,
)
from core.moderation.openings import case_after
from core.moderation.policies import Action, LanguageRule, Policy
from core.moderation.policy_json import policy_digest, policy_from_json, policy_to_json
from core.moderation.scores import Label
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = fixed_policy(NOW)
TEXT = Revision("r", "c", 2, "Hallo.", "Hallo.", "REF", NOW)
HOLD, APPROVE = Action.HOLD, Action.APPROVE


def with_rules(**actions: Action) -> Policy:
    rules = tuple(LanguageRule(code, action) for code, action in actions.items())
    return replace(POLICY, language_rules=rules)


def test_every_code_has_a_name_of_its_own() -> None:
    assert len(set(NAMES.values())) == len(NAMES) > 140
    assert all(code.isascii() and code.islower() and 2 <= len(code) <= 3 for code in NAMES)
    assert (language_name("de"), language_name(UNNAMED)) == ("German", "another language")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("german", "'german' is not the code of a language; German is 'de'"),
        ("DE", "'DE' is not the code of a language; German is 'de'"),
        ("xq", "'xq' is not the code of a language that the console can tell"),
        ("", "'' is not the code of a language that the console can tell"),
        (UNNAMED, "'und' is not the code of a language that the console can tell"),
    ],
)
def test_code_that_cannot_be_is_refused_by_name(code: str, said: str) -> None:
    assert str(code_problem(code)).startswith(said)
    with pytest.raises(ConfigError, match="MODCONSOLE_LANGUAGES: "):
        load_settings({"MODCONSOLE_LANGUAGES": f"en,{code}"})
    with pytest.raises(InvalidPolicy, match="a rule for a language: "):
        LanguageRule(code, HOLD)


@pytest.mark.parametrize(
    ("language", "assessed", "is_read"),
    [("de", ("en",), False), ("de", ("en", "de"), True), ("en", ("en",), True),
     (None, ("en",), True), ("de", None, True), (UNNAMED, ("en",), False), ("de", (), False)],
)  # fmt: skip
def test_unsure_language_and_unstated_languages_count_as_assessed(
    language: str | None, assessed: tuple[str, ...] | None, is_read: bool
) -> None:
    assert is_assessed(language, assessed) is is_read


@pytest.mark.parametrize(
    ("not_assessed", "comments", "much"),
    [(0, 0, False), (19, 19, False), (3, 20, True), (2, 20, False), (100, 1000, False),
     (101, 1000, True)],
)  # fmt: skip
def test_over_a_tenth_of_enough_comments_is_much(
    not_assessed: int, comments: int, much: bool
) -> None:
    assert is_much(not_assessed, comments) is much


@pytest.mark.parametrize(
    ("policy", "language", "action"),
    [
        (POLICY, "de", HOLD),
        (with_rules(de=APPROVE), "de", APPROVE),
        (with_rules(de=APPROVE), "th", HOLD),
        (with_rules(de=APPROVE), UNNAMED, HOLD),
        (with_rules(other=APPROVE), UNNAMED, APPROVE),
        (with_rules(other=APPROVE, de=HOLD), "de", HOLD),
    ],
)
def test_policy_decides_by_language(policy: Policy, language: str, action: Action) -> None:
    verdict, source = automated_verdict(
        None, policy, TEXT, (), failure_action=HOLD, unassessed_language=language
    )
    assert (verdict, source) == (Verdict(action, ()), DecisionSource.LANGUAGE)


def test_language_rule_decides_on_a_long_text_too() -> None:
    verdict, source = automated_verdict(
        None, with_rules(de=APPROVE), TEXT, (), failure_action=HOLD,
        unassessed_language="de", unread_chars=9,
    )  # fmt: skip
    assert (verdict, source) == (Verdict(APPROVE, ()), DecisionSource.LANGUAGE)


def test_policy_keeps_its_language_rules_and_older_policies_their_digest() -> None:
    policy = with_rules(de=APPROVE, other=HOLD)
    kept = policy_from_json(policy_to_json(policy), version=1, created_at=NOW)
    assert kept == policy
    assert policy_digest(policy) != policy_digest(POLICY)
    assert "languages" not in policy_to_json(POLICY)


@pytest.mark.parametrize("action", [Action.REMOVE, Action.ESCALATE])
def test_what_was_not_assessed_is_never_removed(action: Action) -> None:
    with pytest.raises(InvalidPolicy, match="nothing was assessed"):
        LanguageRule("de", action)


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        ({"german": "hold"}, "German is 'de'"),
        ({"de": "burn"}, "the rule for language 'de': 'burn' is not a valid Action"),
        ({"de": 7}, "the rule for language 'de': 7 is not an action"),
    ],
)
def test_stored_policy_with_a_wrong_rule_is_refused(
    languages: dict[str, object], said: str
) -> None:
    body = policy_to_json(with_rules(de=HOLD)).replace(
        '{"de": "hold"}', str(languages).replace("'", '"')
    )
    with pytest.raises(InvalidPolicy, match=said):
        policy_from_json(body, version=1, created_at=NOW)


def test_language_has_one_rule() -> None:
    rule = LanguageRule("de", HOLD)
    with pytest.raises(InvalidPolicy, match="language 'de' has two rules"):
        replace(POLICY, language_rules=(rule, rule))


@pytest.mark.parametrize("rule", [APPROVE, HOLD])
def test_edit_of_a_removed_comment_is_held_in_any_language(rule: Action) -> None:
    cut = Decision("d", "r", Action.REMOVE, DecisionSource.REVIEWER, "m", 1, NOW, reason_code="x")
    verdict, source = automated_verdict(
        None,
        with_rules(de=rule),
        TEXT,
        [EarlierText(replace(TEXT, id="r0", number=1), [cut], None)],
        failure_action=HOLD,
        unassessed_language="de",
    )
    assert (verdict.action, source) == (HOLD, DecisionSource.AFTER_EDIT)


def decided(source: DecisionSource, scores: dict[Label, float] | None = None) -> Decision:
    return Decision("d", "r", HOLD, source, "system", 1, NOW, scores=scores or {}, language="de")


def test_case_has_the_lowest_priority_and_no_label() -> None:
    decision = decided(DecisionSource.LANGUAGE)
    case = case_after(decision, Verdict(HOLD, ()), None, new_id="c")
    assert case == Case("c", "r", CaseStatus.OPEN, CaseTrigger.LANGUAGE, 0.0, None, NOW)
    failed = case_after(decided(DecisionSource.FAILURE_POLICY), Verdict(HOLD, ()), None, new_id="c")
    assert failed is not None
    assert failed.priority == 1.0


@pytest.mark.parametrize(
    ("decision", "language"),
    [
        (decided(DecisionSource.LANGUAGE), "de"),
        (decided(DecisionSource.AFTER_EDIT), "de"),
        (decided(DecisionSource.FAILURE_POLICY), None),
        (decided(DecisionSource.REVIEWER), None),
        (decided(DecisionSource.RULE, {Label.THREAT: 0.9}), None),
        (decided(DecisionSource.AFTER_EDIT, {Label.THREAT: 0.9}), None),
    ],
)
def test_language_is_the_reason_only_where_nothing_else_kept_it_from_being_scored(
    decision: Decision, language: str | None
) -> None:
    assert decision.unassessed_language == language

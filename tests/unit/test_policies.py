"""Policies: score bands, clauses, thresholds, and the words for actions."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import NotFound
from core.moderation.default_policy import BANDS, REASONS
from core.moderation.policies import (
    ACTION_DONE,
    AWAITS_PERSON,
    SEVERITY,
    Action,
    Policy,
    Rule,
)
from core.moderation.scores import Label, are_scores, not_assessed
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = fixed_policy(NOW)


def band(low: float, high: float) -> Rule:
    return Rule("r", Label.THREAT, low, high, Action.HOLD, "threat")


@pytest.mark.parametrize(
    ("low", "high", "score", "expected", "why"),
    [
        (0.5, 0.9, 0.5, True, "the lower edge belongs to the band"),
        (0.5, 0.9, 0.4999999, False, "just below it"),
        (0.5, 0.9, 0.8999999, True, "just below the upper edge"),
        (0.5, 0.9, 0.9, False, "the upper edge belongs to the next band"),
        (0.9, 1.0, 1.0, True, "a band up to 1 includes 1"),
        (0.0, 0.5, 0.0, True, "0 belongs to the lowest band"),
        (0.0, 1.0, 1.0, True, "the whole range"),
        (0.0, 0.5, 1.0, False, "1 belongs only to a band that reaches it"),
    ],
)
def test_band_holds_its_lower_edge_and_not_its_upper(
    low: float, high: float, score: float, expected: bool, why: str
) -> None:
    assert band(low, high).matches(score) is expected, why


@pytest.mark.parametrize(
    ("low", "high", "why"),
    [
        (0.5, 0.5, "empty"),
        (0.6, 0.5, "upside down"),
        (-0.1, 0.5, "below 0"),
        (0.5, 1.1, "above 1"),
        (float("nan"), 0.5, "no number"),
        (0.5, float("nan"), "no number"),
    ],
)
def test_band_outside_0_to_1_cannot_be_built(low: float, high: float, why: str) -> None:
    with pytest.raises(ValueError, match="rule r: band"):
        band(low, high)


def test_rule_and_reason_are_found_by_name() -> None:
    assert POLICY.rule("threat-remove").action is Action.REMOVE
    assert POLICY.reason("threat").title == "Threats"


def test_unknown_rule_and_reason_are_not_found() -> None:
    with pytest.raises(NotFound, match="policy 1 has no rule 'nothing'"):
        POLICY.rule("nothing")
    with pytest.raises(NotFound, match="policy 1 has no reason 'nothing'"):
        POLICY.reason("nothing")


def test_a_label_without_a_band_for_removal_is_removed_by_people_alone() -> None:
    assert POLICY.removed_by_people(tuple(Label)) == ()
    rules = [rule for rule in POLICY.rules if rule.label is not Label.THREAT]
    held = [band(0.0, 0.5), replace(band(0.5, 1.0), id="r2")]
    policy = replace(POLICY, rules=(*rules, *held))
    assert policy.removed_by_people(tuple(Label)) == (Label.THREAT,)
    assert policy.removed_by_people((Label.INSULT,)) == ()
    # A label that no rule is about can't get anything removed either.
    assert replace(POLICY, rules=tuple(rules)).removed_by_people((Label.THREAT,)) == (Label.THREAT,)


def test_thresholds_are_where_the_lowest_band_of_each_action_begins() -> None:
    rules = (
        Rule("high", Label.THREAT, 0.9, 1.0, Action.HOLD, "threat"),
        Rule("middle", Label.THREAT, 0.4, 0.9, Action.APPROVE, "threat"),
        Rule("low", Label.THREAT, 0.2, 0.4, Action.HOLD, "threat"),
        Rule("lowest", Label.THREAT, 0.0, 0.2, Action.APPROVE, "threat"),
        Rule("other", Label.INSULT, 0.0, 1.0, Action.HOLD, "harassment"),
    )
    for ordered in (rules, rules[::-1]):
        policy = Policy(7, ordered, REASONS, NOW)
        assert policy.thresholds(Label.THREAT) == {Action.HOLD: 0.2, Action.APPROVE: 0.0}
        assert policy.thresholds(Label.OBSCENE) == {}


def test_reasons_without_a_place_follow_those_that_have_one() -> None:
    stated = replace(POLICY, reason_precedence=("obscene",))
    ranks = {rule.reason_code: stated.reason_rank(rule) for rule in stated.rules}
    assert min(ranks, key=ranks.__getitem__) == "obscene"
    assert ranks["threat"] < ranks["identity_attack"] < ranks["harassment"]


def test_severity_orders_the_actions_from_mild_to_hard() -> None:
    ranked = sorted(Action, key=SEVERITY.__getitem__)
    assert ranked == [Action.APPROVE, Action.HOLD, Action.ESCALATE, Action.REMOVE]


@pytest.mark.parametrize("label", Label)
def test_default_bands_cover_every_score_of_a_label_exactly_once(label: Label) -> None:
    rules = [rule for rule in POLICY.rules if rule.label is label]
    edges = {score for rule in rules for score in (rule.low, rule.high)}
    for score in edges | {0.001, 0.25, 0.85, 0.999}:
        assert [rule.matches(score) for rule in rules].count(True) == 1, score


def test_default_rules_cite_clauses_the_policy_has_and_have_ids_of_their_own() -> None:
    assert all(POLICY.reason(rule.reason_code) for rule in POLICY.rules)
    assert len({rule.id for rule in POLICY.rules}) == len(POLICY.rules) == 3 * len(BANDS)
    assert len({reason.code for reason in REASONS}) == len(REASONS)


@pytest.mark.parametrize("score", [-0.0001, 1.0001, float("nan"), float("inf")])
def test_a_number_outside_0_to_1_is_no_score(score: float) -> None:
    assert not are_scores({Label.TOXICITY: 0.5, Label.THREAT: score})
    assert are_scores({Label.TOXICITY: 0.0, Label.THREAT: 1.0})


def test_not_assessed_lists_what_has_no_score_in_canonical_order() -> None:
    assessed = {Label.INSULT: 0.0, Label.TOXICITY: 0.0, Label.OBSCENE: 0.0}
    missing = (Label.SEVERE_TOXICITY, Label.THREAT, Label.IDENTITY_ATTACK)
    assert not_assessed(assessed) == missing
    assert not_assessed({}) == tuple(Label)


def test_every_action_has_a_word_for_when_it_was_done() -> None:
    assert set(ACTION_DONE) == set(Action)
    assert {Action.HOLD, Action.ESCALATE} == AWAITS_PERSON

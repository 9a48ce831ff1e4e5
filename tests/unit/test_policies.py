"""Policies: score bands, clauses, the stored form and its digest."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import InvalidPolicy, NotFound
from core.moderation.default_policy import BANDS, REASONS
from core.moderation.policies import (
    ACTION_DONE,
    AWAITS_PERSON,
    SEVERITY,
    Action,
    Policy,
    Reason,
    Rule,
)
from core.moderation.policy_json import policy_digest, policy_from_json, policy_to_json
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
    policy = Policy(7, rules, REASONS, NOW)
    assert policy.thresholds(Label.THREAT) == {Action.HOLD: 0.2, Action.APPROVE: 0.0}
    assert policy.thresholds(Label.OBSCENE) == {}


def test_policy_comes_back_from_its_stored_form() -> None:
    assert policy_from_json(policy_to_json(POLICY), version=1, created_at=NOW) == POLICY


def test_same_content_has_the_same_digest_whatever_its_version() -> None:
    later = replace(POLICY, version=9, created_at=datetime(2030, 1, 1, tzinfo=UTC))
    assert policy_digest(later) == policy_digest(POLICY)


def test_another_threshold_or_word_changes_the_digest() -> None:
    hold, remove = POLICY.rules[-2:]
    edges = (replace(hold, high=0.96), replace(remove, low=0.96))
    moved = replace(POLICY, rules=(*POLICY.rules[:-2], *edges))
    worded = replace(POLICY, reasons=(*POLICY.reasons[:-1], Reason("other", "b", "c")))
    ranked = replace(POLICY, reason_precedence=POLICY.reason_precedence[::-1])
    assert len({policy_digest(policy) for policy in (POLICY, moved, worded, ranked)}) == 4


@pytest.mark.parametrize("stated", [("threat", "threat"), ("threat", "nothing"), ("",)])
def test_precedence_that_names_no_reason_or_one_twice_cannot_be_built(
    stated: tuple[str, ...],
) -> None:
    with pytest.raises(ValueError, match="policy 1: reason_precedence names"):
        replace(POLICY, reason_precedence=stated)


def test_policy_stored_without_a_precedence_is_read_and_keeps_its_digest() -> None:
    old = json.loads(policy_to_json(POLICY))
    del old["reason_precedence"]
    body = json.dumps(old, sort_keys=True, ensure_ascii=False)
    read = policy_from_json(body, version=1, created_at=NOW)
    assert read.reason_precedence == ()
    assert policy_to_json(read) == body
    ranks = {rule.reason_code: read.reason_rank(rule) for rule in read.rules}
    assert sorted(ranks, key=ranks.__getitem__) == [
        "threat",
        "identity_attack",
        "harassment",
        "obscene",
    ]


def test_reasons_without_a_place_follow_those_that_have_one() -> None:
    stated = replace(POLICY, reason_precedence=("obscene",))
    ranks = {rule.reason_code: stated.reason_rank(rule) for rule in stated.rules}
    assert min(ranks, key=ranks.__getitem__) == "obscene"
    assert ranks["threat"] < ranks["identity_attack"] < ranks["harassment"]


def test_stored_form_keeps_neither_version_nor_time() -> None:
    assert set(json.loads(policy_to_json(POLICY))) == {"rules", "reasons", "reason_precedence"}


def whole(**changes: object) -> Policy:
    return replace(POLICY, **changes)


def changed(rule_id: str, **changes: object) -> tuple[Rule, ...]:
    assert POLICY.rule(rule_id)
    return tuple(replace(r, **changes) if r.id == rule_id else r for r in POLICY.rules)


REMOVE_THREAT = POLICY.rule("threat-remove")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 0}, "version is 1 or more, not 0"),
        ({"version": -3}, "version is 1 or more, not -3"),
        ({"reasons": ()}, "needs a reason"),
        ({"reasons": (*REASONS, REASONS[0])}, "reason 'threat' appears twice"),
        ({"reasons": (*REASONS, Reason("threat", "Other", "words"))}, "'threat' appears twice"),
        ({"reasons": (*REASONS, Reason("", "No", "code"))}, "must not be empty"),
        ({"reasons": (*REASONS, Reason("new", " ", "words"))}, "reason 'new'"),
        ({"reasons": (*REASONS, Reason("new", "Title", ""))}, "reason 'new'"),
        ({"reasons": REASONS[1:]}, "threat-approve: the policy has no reason 'threat'"),
        ({"rules": (*POLICY.rules, POLICY.rules[0])}, "rule 'toxicity-approve' appears twice"),
        ({"rules": changed("threat-hold", id="threat-remove")}, "'threat-remove' appears twice"),
        ({"rules": changed("threat-hold", id=" ")}, "a rule on threat has no id"),
        ({"rules": changed("threat-remove", reason_code="nothing")}, "no reason 'nothing'"),
        ({"rules": changed("threat-remove", reason_code="")}, "threat-remove: .* no reason ''"),
        ({"rules": changed("threat-remove", reason_code=None)}, "threat-remove: .* no reason"),
        ({"rules": changed("threat-remove", label="rudeness")}, "there is no label 'rudeness'"),
        ({"rules": changed("threat-remove", action="delete")}, "there is no action 'delete'"),
        ({"rules": changed("threat-hold", high=0.95)}, "threat-hold and threat-remove overlap"),
        ({"rules": changed("threat-hold", high=1.0)}, "threat-hold and threat-remove overlap"),
        ({"rules": changed("threat-hold", low=0.4)}, "threat-approve and threat-hold overlap"),
        ({"rules": changed("threat-hold", high=0.8)}, "no rule for scores from 0.8 to 0.9"),
        ({"rules": changed("threat-approve", low=0.1)}, "no rule for scores from 0.0 to 0.1"),
        ({"rules": changed("threat-remove", high=0.99)}, "no rule for scores from 0.99 to 1.0"),
        ({"rules": POLICY.rules[1:]}, "toxicity: no rule for scores from 0.0 to 0.8"),
        ({"rules": (*POLICY.rules, replace(REMOVE_THREAT, id="again"))}, "overlap"),
    ],
)  # fmt: skip
def test_policy_that_contradicts_itself_or_leaves_a_hole_cannot_be_made(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidPolicy, match=message):
        whole(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": True}, "version is 1 or more, not True"),
        ({"version": 1.5}, "version is 1 or more, not 1.5"),
        ({"version": float("nan")}, "version is 1 or more, not nan"),
        ({"created_at": datetime(2026, 1, 1)}, "has no time zone"),
        ({"reasons": (*REASONS, Reason("new", 5, "words"))}, "reason 'new'"),
        ({"reasons": (*REASONS, Reason("new", "\u200b", "words"))}, "reason 'new'"),
        ({"reasons": (*REASONS, Reason("new", "Title", "a\x00b"))}, "reason 'new'"),
        ({"rules": changed("threat-hold", id="\u200b")}, "a rule on threat has no id"),
        ({"rules": changed("threat-hold", id=5)}, "a rule on threat has no id"),
        ({"rules": changed("threat-hold", id="a\ud800")}, "a rule on threat has no id"),
    ],
)  # fmt: skip
def test_policy_with_a_value_of_the_wrong_kind_cannot_be_made(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidPolicy, match=message):
        whole(**changes)


@pytest.mark.parametrize("edge", ["0.5", None, float("nan"), float("inf"), True, -0.1])
def test_edge_that_is_no_number_from_0_to_1_cannot_be_made(edge: object) -> None:
    for name in ("low", "high"):
        with pytest.raises(InvalidPolicy, match="threat-hold: band"):
            changed("threat-hold", **{name: edge})


def test_label_without_a_rule_and_bands_in_any_order_are_valid() -> None:
    assert whole(rules=()).rules == ()
    assert whole(rules=POLICY.rules[::-1]).rules
    assert whole(rules=tuple(r for r in POLICY.rules if r.label is not Label.THREAT)).rules


def test_stored_policy_that_is_not_sound_is_refused_when_it_is_read() -> None:
    body = json.loads(policy_to_json(POLICY))
    for change in ({"label": "rudeness"}, {"action": "delete"}, {"reason_code": "x"}, {"low": 2}):
        raw = {**body, "rules": [{**body["rules"][0], **change}, *body["rules"][1:]]}
        with pytest.raises(InvalidPolicy, match="rule toxicity-approve"):
            policy_from_json(json.dumps(raw), version=1, created_at=NOW)


def stored(**changes: object) -> str:
    return json.dumps(json.loads(policy_to_json(POLICY)) | changes)


def stored_rule(**changes: object) -> str:
    first, *rest = json.loads(policy_to_json(POLICY))["rules"]
    changed_rule = {name: value for name, value in (first | changes).items() if value != "LEFT OUT"}
    return stored(rules=[changed_rule, *rest])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "not an object"),
        (stored()[:-1] + ', "rules": []}', "appears twice"),
        (stored_rule().replace("0.0,", "NaN,", 1), "NaN"),
        (stored(extra=1), "'extra'"),
        (stored(rules=None), "`rules` is not a list"),
        (stored(rules={}), "`rules` is not a list"),
        (stored(rules=["x"]), "rule 1 is not an object"),
        (stored(reasons=[5]), "reason 1 is not an object"),
        (stored(reason_precedence="threat"), "`reason_precedence` is not a list"),
        (stored(reason_precedence=None), "`reason_precedence` is not a list"),
        (stored(reasons=[{"code": "a", "title": "b"}]), "reason 1: .*'text'"),
        (stored_rule(low="LEFT OUT"), "rule 1: .*'low'"),
        (stored_rule(id="LEFT OUT", label="zz"), "rule 1: .*'id'"),
        (stored_rule(colour="red"), "rule 1: .*'colour'"),
        (stored_rule(low="0.0"), "band"),
        (stored_rule(label="zz"), "toxicity-approve: 'zz'"),
        (stored_rule(label=[]), "toxicity-approve"),
    ],
)
def test_stored_form_with_something_wrong_is_refused_by_its_place(body: str, message: str) -> None:
    with pytest.raises(InvalidPolicy, match=message):
        policy_from_json(body, version=1, created_at=NOW)


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

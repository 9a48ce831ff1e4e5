"""Policies that contradict themselves, leave a hole or hold a wrong value can't be made."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import InvalidPolicy
from core.moderation.default_policy import REASONS
from core.moderation.policies import Policy, Rule
from core.moderation.reasons import Reason
from core.moderation.scores import Label
from tests.policies import fixed_policy

POLICY = fixed_policy(datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize("stated", [("threat", "threat"), ("threat", "nothing"), ("",)])
def test_precedence_that_names_no_reason_or_one_twice_cannot_be_built(
    stated: tuple[str, ...],
) -> None:
    with pytest.raises(ValueError, match="policy 1: reason_precedence names"):
        replace(POLICY, reason_precedence=stated)


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
        ({"rules": changed("threat-hold", id="Threat-Remove ")}, "appears twice"),
        ({"rules": changed("threat-hold", id="threat-remove\u200b")}, "appears twice"),
        ({"reasons": (*REASONS, Reason("threat ", "Other", "words"))}, "appears twice"),
        ({"reasons": (*REASONS, Reason("thr\u200beat", "Other", "words"))}, "appears twice"),
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

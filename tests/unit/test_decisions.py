"""Decisions from scores, and the decisions that may follow."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest

from core.errors import RuleBroken
from core.moderation.comments import Visibility
from core.moderation.decisions import (
    MAX_NOTE_CHARS,
    Decision,
    DecisionSource,
    awaits_scores,
    check_can_undo,
    is_override,
    judge,
    visibility,
)
from core.moderation.policies import Action, Policy
from core.moderation.scores import Label
from tests.policies import escalating_policy, fixed_policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = fixed_policy(NOW)
AUTOMATED = Decision("d1", "rev", Action.HOLD, DecisionSource.RULE, "system", 1, NOW)
REVIEWED = Decision(
    "d2", "rev", Action.APPROVE, DecisionSource.REVIEWER, "mina", 1, NOW, supersedes="d1"
)


@pytest.mark.parametrize(
    ("score", "expected", "why"),
    [
        (0.0, Action.APPROVE, "nothing there"),
        (0.4999999, Action.APPROVE, "just below the hold band"),
        (0.5, Action.HOLD, "the hold band begins at 0.5"),
        (0.8999999, Action.HOLD, "just below the removal band"),
        (0.9, Action.REMOVE, "the removal band begins at 0.9"),
        (1.0, Action.REMOVE, "the highest band includes 1"),
    ],
)
def test_action_changes_exactly_at_the_edge_of_a_band(
    score: float, expected: Action, why: str
) -> None:
    assert judge({Label.THREAT: score}, POLICY).action is expected, why


@pytest.mark.parametrize(
    ("scores", "expected", "rule_ids", "why"),
    [
        (
            {Label.TOXICITY: 0.1, Label.THREAT: 0.6, Label.INSULT: 0.99},
            Action.REMOVE,
            ["insult-remove"],
            "one removal outweighs everything milder",
        ),
        (
            {Label.TOXICITY: 0.85, Label.THREAT: 0.6},
            Action.HOLD,
            ["toxicity-hold", "threat-hold"],
            "all rules of the hardest action are named, the highest score first",
        ),
        ({Label.TOXICITY: 0.1, Label.THREAT: 0.1}, Action.APPROVE, [], "an approval names none"),
        ({Label.TOXICITY: 0.1}, Action.APPROVE, [], "a label without a score asks for nothing"),
        ({}, Action.HOLD, [], "no score at all: nothing said that it is fine"),
    ],
)
def test_hardest_action_wins_and_names_its_rules(
    scores: dict[Label, float], expected: Action, rule_ids: list[str], why: str
) -> None:
    verdict = judge(scores, POLICY)
    assert verdict.action is expected, why
    assert [rule.id for rule in verdict.rules] == rule_ids, why


REASONS_GIVEN: list[tuple[dict[Label, float], str | None]] = [
    ({Label.OBSCENE: 0.9996, Label.THREAT: 0.9988}, "threat"),
    (
        {Label.TOXICITY: 0.9999, Label.INSULT: 0.9998, Label.IDENTITY_ATTACK: 0.96},
        "identity_attack",
    ),
    ({Label.OBSCENE: 0.99, Label.INSULT: 0.98}, "harassment"),
    ({Label.OBSCENE: 0.99, Label.THREAT: 0.6}, "obscene"),  # the threat asks for a hold only
    ({Label.OBSCENE: 0.85, Label.THREAT: 0.55}, "threat"),  # the same among holds
    ({Label.TOXICITY: 0.1}, None),
    ({}, None),
]


@pytest.mark.parametrize(("scores", "reason"), REASONS_GIVEN)
def test_gravest_reason_is_given_and_not_the_highest_score(
    scores: dict[Label, float], reason: str | None
) -> None:
    assert judge(scores, POLICY).reason_code == reason
    unstated = replace(POLICY, reason_precedence=())
    assert judge(scores, unstated).reason_code == reason


def test_policy_states_which_reason_comes_first() -> None:
    scores = {Label.OBSCENE: 0.98, Label.THREAT: 0.999}
    swearing_first = replace(POLICY, reason_precedence=("obscene", "threat"))
    assert judge(scores, swearing_first).reason_code == "obscene"


def test_label_without_a_rule_asks_for_nothing() -> None:
    threats = tuple(rule for rule in POLICY.rules if rule.label is Label.THREAT)
    only_threats = Policy(2, threats, POLICY.reasons, NOW)
    assert judge({Label.THREAT: 0.1, Label.INSULT: 0.99}, only_threats).action is Action.APPROVE


def test_scores_without_a_matching_rule_are_held() -> None:
    verdict = judge({Label.THREAT: 0.7}, Policy(2, (), POLICY.reasons, NOW))
    assert (verdict.action, verdict.rules) == (Action.HOLD, ())


def test_escalation_is_harder_than_a_hold_and_milder_than_a_removal() -> None:
    policy = escalating_policy(POLICY, Label.OBSCENE, 0.85)
    assert judge({Label.OBSCENE: 0.82}, policy).action is Action.HOLD
    assert judge({Label.OBSCENE: 0.9}, policy).action is Action.ESCALATE
    assert judge({Label.OBSCENE: 0.98}, policy).action is Action.REMOVE
    both = {Label.OBSCENE: 0.9, Label.INSULT: 0.85}
    assert judge(both, policy).action is Action.ESCALATE
    assert judge({**both, Label.INSULT: 0.98}, policy).action is Action.REMOVE


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (None, Visibility.PENDING),
        (Action.APPROVE, Visibility.VISIBLE),
        (Action.HOLD, Visibility.HELD),
        (Action.ESCALATE, Visibility.HELD),
        (Action.REMOVE, Visibility.REMOVED),
    ],
)
def test_visibility_follows_the_current_decision(
    action: Action | None, expected: Visibility
) -> None:
    current = replace(AUTOMATED, action=action, reason_code="other") if action else None
    assert visibility(current) is expected


@pytest.mark.parametrize("reason_code", [None, ""])
def test_removal_without_a_reason_cannot_be_built(reason_code: str | None) -> None:
    with pytest.raises(RuleBroken, match="A removal needs a reason"):
        replace(REVIEWED, action=Action.REMOVE, reason_code=reason_code)


def test_note_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert replace(REVIEWED, note="x" * MAX_NOTE_CHARS).note
    with pytest.raises(RuleBroken, match="over 2,000 characters"):
        replace(REVIEWED, note="x" * (MAX_NOTE_CHARS + 1))


@pytest.mark.parametrize("note", ["a\x00b", "a\ud800b"])
def test_note_that_cannot_be_stored_is_refused(note: str) -> None:
    with pytest.raises(RuleBroken, match="can't be stored"):
        replace(REVIEWED, note=note)


def test_decision_cannot_be_edited() -> None:
    with pytest.raises(FrozenInstanceError):
        REVIEWED.action = Action.HOLD  # type: ignore[misc]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (DecisionSource.RULE, True),
        (DecisionSource.FAILURE_POLICY, True),
        (DecisionSource.REVIEWER, False),
    ],
)
def test_only_a_reviewers_decision_is_not_automated(source: DecisionSource, expected: bool) -> None:
    assert replace(AUTOMATED, source=source).is_automated is expected


@pytest.mark.parametrize(
    ("decision", "chain", "expected", "why"),
    [
        (REVIEWED, [AUTOMATED], True, "approved what the model held"),
        (replace(REVIEWED, action=Action.HOLD), [AUTOMATED], False, "the same action again"),
        (AUTOMATED, [AUTOMATED], False, "the model does not override itself"),
        (REVIEWED, [], False, "there was nothing to override"),
        (
            replace(REVIEWED, action=Action.HOLD, id="d3"),
            [AUTOMATED, REVIEWED],
            False,
            "measured against the automated decision, not the one in between",
        ),
    ],
)
def test_override_is_a_reviewer_differing_from_the_automated_decision(
    decision: Decision, chain: list[Decision], expected: bool, why: str
) -> None:
    assert is_override(decision, chain) is expected, why


def test_own_standing_decision_can_be_undone() -> None:
    check_can_undo("mina", REVIEWED, has_appeal=False)


@pytest.mark.parametrize(
    ("actor", "current", "has_appeal", "message"),
    [
        ("ravi", REVIEWED, False, "only your own decision"),
        ("system", AUTOMATED, False, "only your own decision"),
        ("mina", replace(REVIEWED, undoes="d1"), False, "nothing to undo"),
        ("mina", replace(REVIEWED, appeal_id="a1"), False, "nothing to undo"),
        ("mina", replace(REVIEWED, supersedes=None), False, "nothing to undo"),
        ("mina", REVIEWED, True, "the appeal decides now"),
    ],
)
def test_what_cannot_be_undone_says_why(
    actor: str, current: Decision, has_appeal: bool, message: str
) -> None:
    with pytest.raises(RuleBroken, match=message):
        check_can_undo(actor, current, has_appeal=has_appeal)


@pytest.mark.parametrize(
    ("source", "action", "expected"),
    [
        (DecisionSource.FAILURE_POLICY, Action.HOLD, True),
        (DecisionSource.FAILURE_POLICY, Action.APPROVE, True),
        (DecisionSource.LANGUAGE, Action.HOLD, True),
        (DecisionSource.LANGUAGE, Action.APPROVE, False),
        (DecisionSource.RULE, Action.HOLD, False),
        (DecisionSource.AFTER_EDIT, Action.HOLD, False),
        (DecisionSource.NOT_READ_WHOLE, Action.HOLD, True),
        (DecisionSource.REVIEWER, Action.HOLD, False),
    ],
)
def test_scores_may_still_decide_on_what_was_decided_without_them(
    source: DecisionSource, action: Action, expected: bool
) -> None:
    assert awaits_scores([replace(AUTOMATED, source=source, action=action)]) is expected
    assert awaits_scores([REVIEWED, replace(AUTOMATED, source=source, action=action)]) is expected
    assert awaits_scores([])

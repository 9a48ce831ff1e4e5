"""The bands that a person sets, and a policy in words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidPolicy
from core.moderation.decisions import judge
from core.moderation.default_policy import default_policy
from core.moderation.policies import Action, LanguageRule, Rule
from core.moderation.policy_bands import LabelBands, bands_of, with_bands
from core.moderation.policy_json import policy_digest
from core.moderation.policy_words import NOTHING_CHANGED, changed_lines, policy_lines, reason_lines
from core.moderation.reasons import Reason
from core.moderation.scores import Label
from tests.policies import escalating_policy, fixed_policy, without_removal

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LATER = datetime(2026, 11, 2, tzinfo=UTC)
FIXED, DEFAULT = fixed_policy(NOW), default_policy(NOW)
edges = st.none() | st.floats(0, 1, exclude_max=True)


def changed(bands: dict[Label, LabelBands], policy=FIXED):
    return with_bands(policy, bands, version=2, created_at=LATER)


def test_bands_of_a_policy_are_its_lowest_scores() -> None:
    assert bands_of(FIXED)[Label.THREAT] == LabelBands(0.5, 0.9)
    assert bands_of(DEFAULT)[Label.THREAT] == LabelBands(0.21, None)
    assert set(bands_of(DEFAULT)) == set(Label)


def test_labels_with_other_bands_can_not_be_set_and_stay() -> None:
    policy = escalating_policy(FIXED, Label.THREAT, 0.7)
    assert Label.THREAT not in bands_of(policy)
    after = changed({Label.INSULT: LabelBands(0.1, 0.2)}, policy)
    assert [rule for rule in after.rules if rule.label is Label.THREAT] == [
        rule for rule in policy.rules if rule.label is Label.THREAT
    ]
    with pytest.raises(InvalidPolicy, match="threat: policy 2 has no bands that can be set"):
        changed({Label.THREAT: LabelBands(0.1, 0.2)}, policy)


def test_a_label_that_is_milder_for_a_higher_score_is_left_out() -> None:
    rules = (
        Rule("a", Label.INSULT, 0.0, 0.5, Action.HOLD, "harassment"),
        Rule("b", Label.INSULT, 0.5, 1.0, Action.APPROVE, "harassment"),
    )
    assert bands_of(replace(FIXED, rules=rules)) == {}
    twice = (
        replace(rules[0], action=Action.HOLD),
        replace(rules[1], action=Action.HOLD),
    )
    assert bands_of(replace(FIXED, rules=twice)) == {}


def test_the_same_bands_give_the_same_content() -> None:
    after = changed(dict(bands_of(FIXED)))
    assert policy_digest(after) == policy_digest(FIXED)
    assert (after.version, after.created_at) == (2, LATER)


@given(edges, edges, st.floats(0, 1))
def test_a_score_leads_to_what_the_bands_say(hold, remove, score) -> None:
    wanted = LabelBands(hold, remove)
    if hold is not None and remove is not None and hold > remove:
        with pytest.raises(InvalidPolicy):
            changed({Label.THREAT: wanted})
        return
    action = judge({Label.THREAT: score}, changed({Label.THREAT: wanted})).action
    if remove is not None and score >= remove:
        assert action is Action.REMOVE
    elif hold is not None and score >= hold:
        assert action is Action.HOLD
    else:
        assert action is Action.APPROVE


@given(edges, edges)
def test_bands_that_were_set_are_read_again(hold, remove) -> None:
    if hold is not None and remove is not None and hold > remove:
        return
    found = bands_of(changed({Label.THREAT: LabelBands(hold, remove)}))[Label.THREAT]
    # Nothing is left between two edges that are the same.
    assert found == LabelBands(None if hold == remove else hold, remove)


@pytest.mark.parametrize("edge", [1.5, -0.1, float("nan")])
def test_an_edge_outside_0_to_1_is_refused(edge: float) -> None:
    with pytest.raises(InvalidPolicy):
        changed({Label.THREAT: LabelBands(edge, None)})


def test_a_policy_in_words() -> None:
    policy = replace(
        DEFAULT,
        language_rules=(LanguageRule("de", Action.APPROVE), LanguageRule("other", Action.HOLD)),
    )
    lines = policy_lines(changed({Label.OBSCENE: LabelBands(None, None)}, policy))
    assert lines[0] == "toxicity: held from 0.68; only a person removes."
    assert "obscene: every score is approved." in lines
    assert lines[-3:] == [
        "When several rules fire, the author is told the first of: threats, identity attacks, "
        "harassment, obscenity.",
        "Comments in the language de that nothing assesses are approved.",
        "Comments in other languages that nothing assesses are held.",
    ]
    assert "threat: held from 0.5, removed from 0.9." in policy_lines(FIXED)
    escalating = escalating_policy(FIXED, Label.THREAT, 0.7)
    words = "threat: held from 0.5, escalated from 0.7, removed from 0.9."
    assert words in policy_lines(escalating)


def test_what_a_version_changed() -> None:
    assert changed_lines(FIXED, replace(FIXED, version=9)) == [NOTHING_CHANGED]
    assert changed_lines(FIXED, without_removal(FIXED, Label.THREAT)) == [
        "threat: held from 0.5; only a person removes. Before: held from 0.5, removed from 0.9."
    ]
    fewer = replace(FIXED, rules=FIXED.rules[3:])
    assert changed_lines(FIXED, fewer) == [
        "toxicity: no rule. Before: held from 0.8, removed from 0.97."
    ]
    assert changed_lines(fewer, FIXED) == [
        "toxicity: held from 0.8, removed from 0.97. Before: no rule."
    ]
    first, *others = FIXED.reasons
    reasons = (replace(first, text="Other words."), *others[:-1], Reason("new", "New", "A rule."))
    assert changed_lines(FIXED, replace(FIXED, reasons=reasons)) == [
        f"threat: Threats. Other words. Before: Threats. {first.text}",
        "The reason 'other' is gone.",
        "New reason: new: New. A rule.",
    ]
    translated = replace(FIXED, reasons=(first.translated("de", "Drohungen", "Nie."), *others))
    assert changed_lines(FIXED, translated) == ["threat, in de: Drohungen. Nie."]
    assert changed_lines(translated, FIXED) == ["threat: its translation into de is gone."]
    assert "threat, in de: Drohungen. Nie." in reason_lines(translated)
    assert len(reason_lines(translated)) == len(FIXED.reasons) + 1
    spoken = replace(
        FIXED, reason_precedence=(), language_rules=(LanguageRule("de", Action.APPROVE),)
    )
    assert changed_lines(FIXED, spoken) == [
        "When several rules fire, the author is told the gravest reason.",
        "Comments in the language de that nothing assesses are approved.",
    ]
    assert changed_lines(spoken, FIXED)[-1] == (
        "Comments in the language de have no rule any more."
    )

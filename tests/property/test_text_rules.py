"""Text rules: no disguise of a matching text is missed, and no rule lowers an action."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.text.rule_matcher import RuleMatcher
from core.moderation.cleaning import clean_text
from core.moderation.decisions import judge, judge_unscored
from core.moderation.policies import SEVERITY, Action
from core.moderation.scores import Label
from tests.factories_text_rules import text_rule
from tests.policies import fixed_policy

POLICY = fixed_policy(datetime(2026, 11, 1, tzinfo=UTC))
RULE = text_rule("brackets are forbidden")
MATCHER = RuleMatcher([RULE])
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u2060\u2064\u2066\u2069"
    "\u2800\u3164\ufe0f\ufeff\uffa0\U000e0041\U0001d173\u0301\u0336\u20dd"
)
TEXTS = st.sampled_from(
    ["brackets are forbidden", "So: BRACKETS, are\nforbidden!", "<p>brackets are <b>forbidden</b>"]
)
RULES = st.lists(
    st.builds(
        text_rule,
        st.sampled_from([f"word{n}" for n in range(20)]),
        action=st.sampled_from([Action.HOLD, Action.ESCALATE, Action.REMOVE]),
        reason_code=st.sampled_from([reason.code for reason in POLICY.reasons]),
    ),
    max_size=4,
    unique_by=lambda rule: rule.id,
)
SCORES = st.dictionaries(st.sampled_from(list(Label)), st.floats(0, 1))


def _styled(letter: str, style: int) -> str:
    at = ord(letter.lower()) - ord("a")
    if not (letter.isascii() and letter.isalpha()):
        return letter
    return (letter, letter.upper(), chr(0x24D0 + at), chr(0x1D41A + at), chr(0xFF41 + at))[style]


@given(TEXTS, st.lists(st.tuples(st.integers(0, 60), st.sampled_from(INVISIBLE)), max_size=25))
def test_no_invisible_character_makes_a_word_rule_miss(text: str, added) -> None:
    for place, char in added:
        # Within a tag it would be another tag.
        at = place % (len(text) + 1)
        if text.rfind("<", 0, at) <= text.rfind(">", 0, at):
            text = text[:at] + char + text[at:]
    assert MATCHER.fired(clean_text(text)) == (RULE,)


@given(TEXTS, st.lists(st.integers(0, 4), min_size=60, max_size=60))
def test_no_styled_letter_makes_a_word_rule_miss(text: str, styles: list[int]) -> None:
    inside = text.replace("<p>", "").replace("<b>", "").replace("</b>", "")
    styled = "".join(map(_styled, inside, styles))
    assert MATCHER.fired(clean_text(styled)) == (RULE,)


@given(st.text(max_size=60))
def test_any_text_is_read_and_places_are_in_it(text: str) -> None:
    readable = clean_text(f"{text} brackets are forbidden {text}")
    matches = RuleMatcher([RULE, text_rule("[a-z]+", "pattern")]).matches(readable)
    for match in matches:
        for span in match.spans:
            assert 0 <= span.start < span.end <= len(readable)


@given(SCORES, RULES, RULES)
def test_a_rule_more_never_lowers_an_action(scores, fired, more) -> None:
    # An id has one rule in a policy: that of `fired`, if both have it.
    both = list({one.id: one for one in [*more, *fired]}.values())
    policy = replace(POLICY, text_rules=tuple(both))
    fewer = judge(scores, policy, fired)
    verdict = judge(scores, policy, both)
    assert SEVERITY[verdict.action] >= SEVERITY[fewer.action]
    assert SEVERITY[fewer.action] >= SEVERITY[judge(scores, policy).action]
    if verdict.action is Action.REMOVE:
        assert verdict.reason_code


@pytest.mark.slow
@given(st.sampled_from([Action.HOLD, Action.APPROVE]), RULES)
def test_without_scores_a_rule_never_lowers_what_is_done_otherwise(otherwise, fired) -> None:
    policy = replace(POLICY, text_rules=tuple(fired))
    verdict = judge_unscored(otherwise, policy, fired)
    if not fired:
        assert verdict is None
    else:
        assert verdict is not None
        assert verdict.action is max((one.action for one in fired), key=SEVERITY.__getitem__)
        assert verdict.reason_code in {one.reason_code for one in fired}

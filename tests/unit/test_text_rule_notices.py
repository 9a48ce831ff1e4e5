"""The statement of reasons where a rule about words, links or patterns led to the decision."""

from dataclasses import replace

import pytest

from core.moderation.cases import TextGone
from core.moderation.comments import Visibility
from core.moderation.decisions import Decision
from core.moderation.notices import (
    AppealStage,
    DecidedBy,
    Statement,
    appeal_stage,
    build_statement,
    decided_by,
)
from core.moderation.policies import Action
from core.texts.texts import english
from dashboard.lookup.wording import who_decided, why_this_reason
from tests.factories_text_rules import text_rule
from tests.unit.test_notices import BY_PERSON, ESCALATION, HELD, NOW, PASSED, REMOVAL, WINDOW
from tests.unit.test_notices import POLICY as SCORES_ALONE

WORD = text_rule("casino", description="Regeln & “Casinos”.")
LINK = text_rule("casino.example", "link", Action.REMOVE, "threat")
POLICY = replace(SCORES_ALONE, text_rules=(WORD, LINK))
BY_TEXT = replace(PASSED, action=Action.HOLD, rule_ids=(WORD.id,), reason_code="spam")
UNSCORED = replace(BY_TEXT, scores={}, language="de")
CUT = replace(UNSCORED, action=Action.REMOVE, rule_ids=(LINK.id,), reason_code="threat")
BY_BOTH = replace(HELD, rule_ids=(*HELD.rule_ids, WORD.id))


def statement(*chain: Decision, gone: TextGone | None = None) -> Statement:
    found = {WORD.id: ("c.a.s.i.n.o", "Casino\n" * 20), LINK.id: ("casino.example",)}
    return build_statement(
        chain,
        {1: POLICY},
        None,
        now=NOW,
        window_days=WINDOW,
        gone=gone,
        words={} if gone else found,
    )


TEXT_STATES = [
    ("held by a text rule", statement(BY_TEXT), Visibility.HELD, DecidedBy.TEXT_RULE),
    ("held by a text rule, not scored", statement(UNSCORED), Visibility.HELD, DecidedBy.TEXT_RULE),
    ("removed by a text rule", statement(CUT), Visibility.REMOVED, DecidedBy.TEXT_RULE),
    ("held by scores and a text rule", statement(BY_BOTH), Visibility.HELD, DecidedBy.MODEL),
    ("a text rule, then approved", statement(BY_TEXT, BY_PERSON), Visibility.VISIBLE,
     DecidedBy.TEXT_RULE_THEN_PERSON),
    ("a text rule, then removed", statement(BY_TEXT, REMOVAL), Visibility.REMOVED,
     DecidedBy.TEXT_RULE_THEN_PERSON),
    ("a text rule, then escalated", statement(BY_TEXT, ESCALATION), Visibility.HELD,
     DecidedBy.TEXT_RULE_THEN_PERSON),
]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "seen", "by"),
    [each[1:] for each in TEXT_STATES],
    ids=[each[0] for each in TEXT_STATES],
)
def test_the_author_is_told_that_a_rule_led_to_it(told, seen, by) -> None:
    assert (told.visibility, decided_by(told)) == (seen, by)
    assert told.found_automatically
    assert ("rule of this site" in who_decided(told, english())) == (by is not DecidedBy.MODEL)
    is_removed = seen is Visibility.REMOVED
    assert appeal_stage(told) is (AppealStage.OPEN if is_removed else AppealStage.NOTHING_TO_APPEAL)


def test_text_rules_are_facts_with_what_they_matched() -> None:
    (fact,) = statement(CUT).text_facts
    assert (fact.rule, fact.words) == (LINK, ("casino.example",))
    (gone,) = statement(BY_TEXT, gone=TextGone.WITHDRAWN).text_facts
    assert gone.words == ()


def test_rules_of_both_kinds_say_why_this_reason_is_given() -> None:
    both = statement(BY_BOTH)
    assert [reason.code for reason in both.ranked_reasons] == ["harassment", "spam"]
    assert "given: Harassment, then Spam" in why_this_reason(both, english())
    two = replace(CUT, action=Action.HOLD, rule_ids=(WORD.id, LINK.id))
    said = why_this_reason(statement(two), english())
    assert "given: Threats, then Spam (policy version 1)" in said

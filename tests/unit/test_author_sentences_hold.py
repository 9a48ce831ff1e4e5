"""Sentences to authors that newcomers found false, each with the state in which it was."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from core.moderation.comments import Visibility
from core.moderation.decisions import DecisionSource
from core.moderation.notices import build_statement
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.services.lookup import LookupAnswer, look_up
from core.texts.texts import LANGUAGES, english, texts_in
from dashboard.lookup import wording as words
from dashboard.lookup.copy import copy_text
from dashboard.lookup.course import course_lines
from tests.factories import HELD, edited, make_services, scored
from tests.moving_clock import MovingClock
from tests.unit.test_notices import (
    BY_PERSON,
    CUT,
    ESCALATION,
    FOREIGN,
    NOW,
    PASSED,
    PENDING,
    POLICY,
    REMOVAL,
    TAKEN_BACK,
    UPHELD,
    statement,
)
from tests.unit.test_notices import HELD as BY_SCORES
from tests.unit.test_text_rule_notices import LINK
from tests.unit.test_text_rule_notices import statement as with_text_rules

EN = english()
GRAVER_RULE = replace(
    BY_SCORES, action=Action.REMOVE, rule_ids=(LINK.id,), reason_code="threat", scores={
        Label.TOXICITY: 0.96, Label.INSULT: 0.85, Label.THREAT: 0.1,
    },
)  # fmt: skip
OTHER_REASON = replace(
    REMOVAL, id="d3", actor="lena", supersedes="d2", appeal_id="a1", reason_code="obscene"
)


def test_scores_that_asked_for_less_than_a_text_rule_are_told() -> None:
    told = with_text_rules(GRAVER_RULE)
    assert told.facts == ()
    assert [(fact.label, fact.score) for fact in told.milder_facts] == [
        (Label.TOXICITY, 0.96),
        (Label.INSULT, 0.85),
    ]
    said = words.no_scores(told, EN)
    assert said.startswith("Scores reached a threshold, too")
    only_text = replace(GRAVER_RULE, scores={Label.TOXICITY: 0.1})
    assert words.no_scores(with_text_rules(only_text), EN).startswith("No score reached")
    assert statement(BY_SCORES).milder_facts == ()
    assert statement(PASSED).milder_facts == ()


def test_a_copy_has_the_scores_that_asked_for_less() -> None:
    answer = answer_of(with_text_rules(GRAVER_RULE))
    assert "toxicity 0.96 — rule: hold from 0.80" in copy_text(answer, NOW, UTC, EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_overdue_appeal_is_said_to_be_late(language: str) -> None:
    texts = texts_in(language)
    due = replace(PENDING, due_at=NOW + timedelta(days=7))
    told = statement(BY_SCORES, REMOVAL, appeal=due)
    late = due.due_at + timedelta(seconds=1)
    in_time, after = (
        words.how_appeal_stands(told, due, now, UTC, texts) for now in (due.due_at, late)
    )
    assert in_time == texts.say("appeal_stands.pending", when=texts.time(due.due_at, UTC))
    assert after == texts.say("appeal_stands.overdue", when=texts.time(due.due_at, UTC))
    assert after in copy_text(answer_of(told), late, UTC, texts)


def test_an_overdue_appeal_is_not_promised_for_a_time_that_is_past() -> None:
    said = words.how_appeal_stands(
        statement(BY_SCORES, REMOVAL, appeal=PENDING), PENDING, NOW + timedelta(1), UTC, EN
    )
    assert "You get it by" not in said
    assert "should have been heard by 1 Nov 2026" in said
    assert "will still be heard" in said


def test_an_edited_text_stands_under_the_time_of_the_edit(tmp_path: Path) -> None:
    clock = MovingClock(NOW)
    services = make_services(tmp_path, clock=clock.clock)
    first = scored(services, HELD)
    clock.move(900)
    newest = edited(services, first, "Another text altogether.")
    answer = look_up(services.context, newest.reference)
    assert (answer.posted_at, answer.is_edited) == (NOW + timedelta(minutes=15), True)
    said = copy_text(answer, clock.now, UTC, EN)
    assert "What you wrote, as changed on 1 Nov 2026, 12:15 UTC" in said
    assert not look_up(services.context, scored(services, HELD).reference).is_edited


@pytest.mark.parametrize("chain", [(BY_SCORES, ESCALATION), (BY_SCORES, REMOVAL, TAKEN_BACK)])
def test_what_a_person_looked_at_does_not_wait_to_be_looked_at(chain) -> None:
    told = statement(*chain)
    assert told.visibility is Visibility.HELD
    said = words.what_next(told, EN)
    assert "until a person has looked at it" not in said
    assert "final decision" in said
    assert "until a person has looked at it" in words.what_next(statement(BY_SCORES), EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_reason_is_named_wherever_it_stands_on_the_page(language: str) -> None:
    texts = texts_in(language)
    told = statement(BY_SCORES, REMOVAL, OTHER_REASON, appeal=UPHELD)
    said = words.how_appeal_stands(told, UPHELD, NOW, UTC, texts)
    assert said.endswith(f": {texts.say('rule_title.obscene')}.")


def test_the_policy_version_beside_the_model_is_that_of_the_scores() -> None:
    later = {1: POLICY, 2: replace(POLICY, version=2)}
    chain = (BY_SCORES, replace(REMOVAL, policy_version=2))
    told = build_statement(chain, later, None, now=NOW, window_days=10)
    assert words.made_with(told, EN) == "Model m1, policy version 1."
    assert told.facts[0].policy_version == 1


@pytest.mark.parametrize(
    "chain",
    [
        (FOREIGN,),
        (FOREIGN, BY_PERSON),
        (replace(FOREIGN, source=DecisionSource.FAILURE_POLICY, language=None),),
    ],
)
def test_no_model_is_named_for_what_no_model_scored(chain) -> None:
    assert words.made_with(statement(*chain), EN) == ""


def test_the_course_tells_of_a_hearing_that_upheld_a_removal() -> None:
    heard = replace(UPHELD, heard_at=NOW + timedelta(days=1))
    for removal in (CUT, REMOVAL):
        *_, last = course_lines(statement(removal, appeal=heard), 7, UTC, EN)
        assert last.startswith("● A person: after your appeal, somebody who took no part")
        assert last.endswith("(2 Nov 2026, 12:00 UTC)")
        assert "stands" in last
    other = course_lines(statement(CUT, OTHER_REASON, appeal=heard), 7, UTC, EN)
    assert sum("after your appeal" in line for line in other) == 1


def answer_of(told) -> LookupAnswer:
    return LookupAnswer("197T6Q", "What I wrote.", NOW, told, 7)

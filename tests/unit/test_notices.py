"""The statement of reasons in every state a comment can be in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.cases import TextGone
from core.moderation.comments import Visibility
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.notices import (
    AppealStage,
    DecidedBy,
    Statement,
    appeal_stage,
    build_statement,
    decided_by,
)
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.texts.texts import english
from dashboard.lookup.wording import headline, what_next, who_decided, why_this_reason
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
WINDOW = 10
POLICY = fixed_policy(NOW)
SCORES = {Label.TOXICITY: 0.93, Label.INSULT: 0.85, Label.THREAT: 0.1}
HELD = Decision(
    "d1", "rev", Action.HOLD, DecisionSource.RULE, "system", 1, NOW,
    rule_ids=("toxicity-hold", "insult-hold"), reason_code="harassment",
    model_version="m1", backend="fake", scores=SCORES,
)  # fmt: skip
PASSED = replace(
    HELD, action=Action.APPROVE, rule_ids=(), reason_code=None, scores={Label.TOXICITY: 0.1}
)
CUT = replace(HELD, action=Action.REMOVE, rule_ids=("insult-remove",), scores={Label.INSULT: 0.99})
UNSCORED = Decision(
    "d1", "rev", Action.HOLD, DecisionSource.FAILURE_POLICY, "system", 1, NOW,
    model_version="m1", backend="fake",
)  # fmt: skip
FOREIGN = replace(UNSCORED, source=DecisionSource.LANGUAGE, language="de")
BY_PERSON = Decision(
    "d2", "rev", Action.APPROVE, DecisionSource.REVIEWER, "mina", 1, NOW, supersedes="d1"
)
REMOVAL = replace(BY_PERSON, action=Action.REMOVE, reason_code="threat", note="Not here.")
ESCALATION = replace(BY_PERSON, action=Action.ESCALATE)
TAKEN_BACK = replace(
    BY_PERSON, id="d3", action=Action.HOLD, reason_code="harassment",
    supersedes="d2", undoes="d2",
)  # fmt: skip
RESTORED = replace(BY_PERSON, id="d3", actor="lena", supersedes="d2", appeal_id="a1")
AFTER_EDIT = replace(PASSED, action=Action.HOLD, source=DecisionSource.AFTER_EDIT)
NOT_READ = replace(AFTER_EDIT, source=DecisionSource.NOT_READ_WHOLE, unread_chars=70_000)
APPROVED_BEFORE = replace(HELD, action=Action.APPROVE, source=DecisionSource.EARLIER_APPROVAL,
                          rule_ids=(), reason_code=None)  # fmt: skip
PENDING = Appeal("a1", "d2", "rev", "It was a quotation.", AppealStatus.PENDING, NOW, NOW)
UPHELD = replace(PENDING, status=AppealStatus.UPHELD, heard_by="lena", outcome_reason="It stands.")
OVERTURNED = replace(UPHELD, status=AppealStatus.OVERTURNED)
CLOSED = replace(UPHELD, status=AppealStatus.CLOSED, heard_by=None)


def statement(
    *chain: Decision,
    appeal: Appeal | None = None,
    now: datetime = NOW,
    gone: TextGone | None = None,
) -> Statement:
    return build_statement(chain, {1: POLICY}, appeal, now=now, window_days=WINDOW, gone=gone)


STATES = [
    ("waiting", statement(), Visibility.PENDING, DecidedBy.NOBODY,
     AppealStage.NOTHING_TO_APPEAL),
    ("passed by the model", statement(PASSED), Visibility.VISIBLE, DecidedBy.MODEL,
     AppealStage.NOTHING_TO_APPEAL),
    ("held by the model", statement(HELD), Visibility.HELD, DecidedBy.MODEL,
     AppealStage.NOTHING_TO_APPEAL),
    ("removed by the model", statement(CUT), Visibility.REMOVED, DecidedBy.MODEL,
     AppealStage.OPEN),
    ("not scored", statement(UNSCORED), Visibility.HELD, DecidedBy.NOT_SCORED,
     AppealStage.NOTHING_TO_APPEAL),
    ("in another language", statement(FOREIGN), Visibility.HELD, DecidedBy.LANGUAGE,
     AppealStage.NOTHING_TO_APPEAL),
    ("in another language, passed", statement(replace(FOREIGN, action=Action.APPROVE)),
     Visibility.VISIBLE, DecidedBy.LANGUAGE, AppealStage.NOTHING_TO_APPEAL),
    ("in another language, removed", statement(FOREIGN, REMOVAL), Visibility.REMOVED,
     DecidedBy.PERSON, AppealStage.OPEN),
    ("approved by a person", statement(HELD, BY_PERSON), Visibility.VISIBLE,
     DecidedBy.MODEL_THEN_PERSON, AppealStage.NOTHING_TO_APPEAL),
    ("removed by a person", statement(HELD, REMOVAL), Visibility.REMOVED,
     DecidedBy.MODEL_THEN_PERSON, AppealStage.OPEN),
    ("escalated", statement(HELD, ESCALATION), Visibility.HELD,
     DecidedBy.MODEL_THEN_PERSON, AppealStage.NOTHING_TO_APPEAL),
    ("taken back", statement(HELD, REMOVAL, TAKEN_BACK), Visibility.HELD,
     DecidedBy.MODEL_THEN_PERSON, AppealStage.NOTHING_TO_APPEAL),
    ("not scored, approved", statement(UNSCORED, BY_PERSON), Visibility.VISIBLE,
     DecidedBy.PERSON, AppealStage.NOTHING_TO_APPEAL),
    ("not scored, removed", statement(UNSCORED, REMOVAL), Visibility.REMOVED,
     DecidedBy.PERSON, AppealStage.OPEN),
    ("not scored, escalated", statement(UNSCORED, ESCALATION), Visibility.HELD,
     DecidedBy.PERSON, AppealStage.NOTHING_TO_APPEAL),
    ("too late to appeal", statement(HELD, REMOVAL, now=NOW + timedelta(days=11)),
     Visibility.REMOVED, DecidedBy.MODEL_THEN_PERSON, AppealStage.OVER),
    ("appealed", statement(HELD, REMOVAL, appeal=PENDING), Visibility.REMOVED,
     DecidedBy.MODEL_THEN_PERSON, AppealStage.PENDING),
    ("upheld", statement(HELD, REMOVAL, appeal=UPHELD), Visibility.REMOVED,
     DecidedBy.MODEL_THEN_PERSON, AppealStage.UPHELD),
    ("model's removal upheld", statement(CUT, appeal=UPHELD), Visibility.REMOVED,
     DecidedBy.MODEL, AppealStage.UPHELD),
    ("overturned", statement(HELD, REMOVAL, RESTORED, appeal=OVERTURNED), Visibility.VISIBLE,
     DecidedBy.APPEAL, AppealStage.OVERTURNED),
    ("model's removal overturned", statement(CUT, RESTORED, appeal=OVERTURNED),
     Visibility.VISIBLE, DecidedBy.APPEAL, AppealStage.OVERTURNED),
    ("an edit of what a person removed", statement(AFTER_EDIT), Visibility.HELD,
     DecidedBy.AFTER_EDIT, AppealStage.NOTHING_TO_APPEAL),
    ("such an edit, approved", statement(AFTER_EDIT, BY_PERSON), Visibility.VISIBLE,
     DecidedBy.PERSON, AppealStage.NOTHING_TO_APPEAL),
    ("too long to be read whole", statement(NOT_READ), Visibility.HELD,
     DecidedBy.NOT_READ_WHOLE, AppealStage.NOTHING_TO_APPEAL),
    ("such a text, approved", statement(NOT_READ, BY_PERSON), Visibility.VISIBLE,
     DecidedBy.PERSON, AppealStage.NOTHING_TO_APPEAL),
    ("approved before", statement(APPROVED_BEFORE), Visibility.VISIBLE,
     DecidedBy.EARLIER_APPROVAL, AppealStage.NOTHING_TO_APPEAL),
    ("approved before, and again by a person", statement(APPROVED_BEFORE, BY_PERSON),
     Visibility.VISIBLE, DecidedBy.PERSON, AppealStage.NOTHING_TO_APPEAL),
]  # fmt: skip
# Their words are others: nobody is told who decided on a text that is gone.
GONE = [
    ("withdrawn", statement(HELD, gone=TextGone.WITHDRAWN), Visibility.WITHDRAWN,
     DecidedBy.MODEL, AppealStage.NOTHING_TO_APPEAL),
    ("withdrawn while appealed", statement(HELD, REMOVAL, appeal=CLOSED, gone=TextGone.WITHDRAWN),
     Visibility.WITHDRAWN, DecidedBy.MODEL_THEN_PERSON, AppealStage.CLOSED),
]  # fmt: skip
IDS = [state[0] for state in STATES]


@pytest.mark.parametrize(("state", "told", "seen", "by", "stage"), STATES, ids=IDS)
def test_author_is_told_what_happened_who_decided_and_what_is_left_to_do(
    state: str, told: Statement, seen: Visibility, by: DecidedBy, stage: AppealStage
) -> None:
    assert (told.visibility, decided_by(told), appeal_stage(told)) == (seen, by, stage)


@pytest.mark.parametrize(("state", "told", "seen", "by", "stage"), STATES, ids=IDS)
def test_every_state_has_words_and_names_no_person(
    state: str, told: Statement, seen: Visibility, by: DecidedBy, stage: AppealStage
) -> None:
    said = " ".join(each(told, english()) for each in (headline, what_next, who_decided))
    assert not any(name in said for name in ("mina", "lena", "system"))


def test_states_cover_everybody_who_can_decide_every_visibility_and_every_stage() -> None:
    assert {state[2] for state in STATES + GONE} == set(Visibility)
    # Those of text rules have a file of their own.
    by_text = {DecidedBy.TEXT_RULE, DecidedBy.TEXT_RULE_THEN_PERSON}
    assert {state[3] for state in STATES} == set(DecidedBy) - by_text
    assert {state[4] for state in STATES + GONE} == set(AppealStage)


@pytest.mark.parametrize(
    ("state", "told", "seen", "by", "stage"), GONE, ids=[state[0] for state in GONE]
)
def test_author_of_a_text_that_is_gone_is_told_so(
    state: str, told: Statement, seen: Visibility, by: DecidedBy, stage: AppealStage
) -> None:
    assert (told.visibility, decided_by(told), appeal_stage(told)) == (seen, by, stage)
    assert "withdrawn" in headline(told, english())
    assert "nobody decides on it any more" in what_next(told, english())


@pytest.mark.parametrize("gone", TextGone)
def test_no_appeal_is_open_for_a_text_that_is_gone(gone: TextGone) -> None:
    assert statement(HELD, REMOVAL, gone=gone).can_appeal_until is None


def test_reasons_of_an_automated_decision_are_told_in_the_order_of_the_policy() -> None:
    swearing = {Label.OBSCENE: 0.9996, Label.THREAT: 0.9988}
    rules = ("obscene-remove", "threat-remove")
    told = statement(replace(CUT, rule_ids=rules, reason_code="threat", scores=swearing))
    assert [reason.code for reason in told.ranked_reasons] == ["threat", "obscene"]
    assert "Threats, then Obscenity (policy version 1)" in why_this_reason(told, english())
    assert why_this_reason(statement(CUT), english()) == ""
    removed = statement(replace(CUT, rule_ids=rules, scores=swearing), REMOVAL)
    assert why_this_reason(removed, english()) == ""


@pytest.mark.parametrize(
    ("told", "found", "decided", "was_scored", "why"),
    [
        (statement(), False, False, False, "nothing has happened"),
        (statement(HELD), True, True, True, "found and held by the model"),
        (statement(UNSCORED), False, True, False, "nothing found it: it could not be scored"),
        (statement(HELD, REMOVAL), True, False, True, "found by the model, decided by a person"),
        (statement(UNSCORED, REMOVAL), False, False, False, "no machine took part"),
        (statement(HELD, REMOVAL, TAKEN_BACK), True, False, True, "a person put it back"),
    ],
)
def test_automated_means_are_declared(
    told: Statement, found: bool, decided: bool, was_scored: bool, why: str
) -> None:
    flags = (told.found_automatically, told.decided_automatically, told.was_scored)
    assert flags == (found, decided, was_scored), why


def test_facts_are_the_rules_that_held_it_with_score_and_thresholds() -> None:
    facts = statement(HELD, REMOVAL).facts
    assert [(fact.label, fact.score, fact.rule.id) for fact in facts] == [
        (Label.TOXICITY, 0.93, "toxicity-hold"),
        (Label.INSULT, 0.85, "insult-hold"),
    ]
    thresholds = {Action.APPROVE: 0.0, Action.HOLD: 0.80, Action.REMOVE: 0.97}
    assert facts[0].thresholds == thresholds
    assert facts[0].policy_version == 1


def test_facts_come_from_the_policy_as_it_stood_then() -> None:
    edges = {"approve": (0.0, 0.9), "hold": (0.9, 0.99), "remove": (0.99, 1.0)}
    raised = tuple(
        replace(rule, low=edges[rule.action][0], high=edges[rule.action][1])
        if rule.label is Label.TOXICITY
        else rule
        for rule in POLICY.rules
    )
    versions = {1: POLICY, 2: replace(POLICY, version=2, rules=raised)}
    later = replace(REMOVAL, policy_version=2)
    told = build_statement((HELD, later), versions, None, now=NOW, window_days=WINDOW)
    assert told.facts[0].thresholds[Action.HOLD] == 0.80
    assert (told.facts[0].policy_version, told.policy_version) == (1, 2)


def test_approval_states_no_facts() -> None:
    assert statement(PASSED).facts == ()


def test_ground_is_the_current_decisions_clause_with_its_note() -> None:
    told = statement(HELD, REMOVAL)
    assert told.reason == POLICY.reason("threat")
    assert told.note == "Not here."
    assert statement(HELD).reason == POLICY.reason("harassment")
    assert statement(PASSED).reason is None


def test_labels_the_model_does_not_look_for_are_told() -> None:
    assert statement(HELD).not_assessed == (
        Label.SEVERE_TOXICITY,
        Label.OBSCENE,
        Label.IDENTITY_ATTACK,
    )
    assert statement(UNSCORED).not_assessed == ()
    assert statement().not_assessed == ()


@pytest.mark.parametrize(
    ("told", "expected", "why"),
    [
        (statement(HELD, REMOVAL), NOW + timedelta(days=WINDOW), "a standing removal"),
        (statement(CUT), NOW + timedelta(days=WINDOW), "also an automated one"),
        (
            statement(CUT, now=NOW + timedelta(days=WINDOW)),
            NOW + timedelta(days=WINDOW),
            "the last moment",
        ),
        (statement(CUT, now=NOW + timedelta(days=WINDOW, microseconds=1)), None, "too late"),
        (statement(CUT, appeal=PENDING), None, "once"),
        (statement(HELD), None, "no removal"),
        (statement(), None, "nothing decided"),
    ],
)
def test_deadline_is_told_while_an_appeal_is_open(
    told: Statement, expected: datetime | None, why: str
) -> None:
    assert told.can_appeal_until == expected, why


def test_statement_names_model_and_policy_version() -> None:
    told = statement(HELD, REMOVAL)
    assert (told.model_version, told.policy_version, told.decided_at) == ("m1", 1, NOW)
    empty = statement()
    assert (empty.model_version, empty.policy_version, empty.decided_at) == (None, None, None)


def test_statement_says_what_decided_first_and_whether_a_model_scored_the_text() -> None:
    for decision, was_scored in ((HELD, True), (UNSCORED, False)):
        told = build_statement([decision], {1: POLICY}, None, now=NOW, window_days=WINDOW)
        assert (told.source, told.was_scored) == (decision.source, was_scored)
    nothing = build_statement([], {}, None, now=NOW, window_days=WINDOW)
    assert (nothing.source, nothing.was_scored) == (None, False)

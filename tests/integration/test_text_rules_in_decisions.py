"""Text rules in every way a comment is decided on, and what author and moderator are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.inference.fake import POISON, FakeBackend
from core.moderation.cases import CaseTrigger
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.failure_policy import FailurePolicy
from core.moderation.notices import DecidedBy, decided_by
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.explain import explain_revision
from core.services.lookup import look_up
from core.services.queries import load_case
from core.services.rescore import rescore
from core.services.statements import StatementMade, export_statements
from core.services.trials import SpareBackends, try_comment
from core.servinglog.memory import MemoryLog
from dashboard.review.case_wording import match_line, matched_pieces
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    case_of,
    chain_of,
    decided,
    edited,
    has_case,
    listed,
    make_services,
    scored,
    unscored,
    withdrawn,
)
from tests.factories_text_rules import text_rule
from tests.integration.stub_cascade import calibrated, console
from tests.policies import store_text_rules
from tests.state_checks import broken_invariants, place_of

pytestmark = pytest.mark.slow

HOLD = text_rule("lovely", reason_code="spam", description="Nothing lovely here.")
REMOVE = text_rule(
    "casino.example", "link", Action.REMOVE, "spam", "Links to casinos are advertising."
)
ESCALATE = text_rule(r"morning\s+it", "pattern", Action.ESCALATE, "threat")
LINK = "Win at https://www.casino.example/now"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


def last(services: Services, revision: Revision) -> Decision:
    return chain_of(services, revision)[-1]


def test_the_graver_action_counts_and_the_rule_is_stored(services: Services) -> None:
    store_text_rules(services.context, HOLD, REMOVE)
    for text, action, rule_ids, reason in (
        (CLEAN, Action.HOLD, (HOLD.id,), "spam"),
        (LINK, Action.REMOVE, (REMOVE.id,), "spam"),
        (f"{HELD} lovely", Action.HOLD, ("insult-hold", "toxicity-hold", HOLD.id), "harassment"),
        ("A fine day.", Action.APPROVE, (), None),
    ):
        decision = last(services, scored(services, text))
        assert (decision.action, decision.reason_code) == (action, reason)
        assert decision.rule_ids == rule_ids
        assert (decision.source, decision.actor) == (DecisionSource.RULE, SYSTEM.id)
        assert decision.is_automated
        assert decision.scores, "the scores are stored all the same"


def test_a_hold_by_a_text_rule_is_a_case_like_others(services: Services) -> None:
    store_text_rules(services.context, HOLD, ESCALATE)
    revision = scored(services, CLEAN)
    assert last(services, revision).action is Action.ESCALATE
    case = case_of(services, revision)
    assert (case.trigger, case.label, case.priority) == (CaseTrigger.HOLD, None, 1.0)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    assert not has_case(services, scored(services, LINK)), "nothing matched"


def test_a_text_rule_acts_if_the_model_failed(services: Services) -> None:
    store_text_rules(services.context, HOLD, REMOVE)
    for text in (CLEAN, LINK):
        decision = last(services, unscored(services, text))
        assert (decision.source, decision.scores) == (DecisionSource.RULE, {})
        assert decision.action is (Action.HOLD if text is CLEAN else Action.REMOVE)
    without = last(services, unscored(services, "A fine day."))
    assert without.source is DecisionSource.FAILURE_POLICY
    poisoned = last(services, scored(services, f"{POISON} {LINK}"))
    assert (poisoned.action, poisoned.rule_ids) == (Action.REMOVE, (REMOVE.id,))


def test_a_site_that_approves_in_an_outage_still_holds_what_a_rule_matches(tmp_path: Path) -> None:
    services = make_services(tmp_path, failure_policy=FailurePolicy.APPROVE)
    store_text_rules(services.context, HOLD)
    assert last(services, unscored(services, CLEAN)).action is Action.HOLD
    assert last(services, unscored(services, "A fine day.")).action is Action.APPROVE
    services.close()


def test_a_text_rule_acts_in_a_language_that_nothing_assesses(services: Services) -> None:
    rule = text_rule("Schwein", action=Action.REMOVE, reason_code="harassment")
    store_text_rules(services.context, rule)
    german = last(services, scored(services, "Ich bringe dich um, du S.c.h.w.e.i.n, ganz sicher."))
    assert (german.source, german.action, german.language) == (
        DecisionSource.RULE,
        Action.REMOVE,
        "de",
    )
    assert german.unassessed_language is None
    other = last(services, scored(services, "Morgen komme ich zu dir, das verspreche ich dir."))
    assert other.source is DecisionSource.LANGUAGE


def test_what_the_first_stage_clears_still_meets_the_rules(
    tmp_path: Path, stub_first_stage: None
) -> None:
    services = console(tmp_path, cascade="on", cascade_audit_share=1e-9)
    calibrated(services)
    cleared = last(services, scored(services, "A fine day."))
    assert cleared.model_version == "stub-1", "the first stage alone scored it"
    store_text_rules(services.context, text_rule("fine"))
    matched = last(services, scored(services, "A fine day, too."))
    assert (matched.model_version, matched.action) == ("stub-1", Action.HOLD)
    assert matched.rule_ids == (text_rule("fine").id,)
    services.close()


def test_rescoring_meets_the_rules(services: Services) -> None:
    held = unscored(services, CLEAN)
    assert last(services, held).source is DecisionSource.FAILURE_POLICY
    store_text_rules(services.context, text_rule("lovely", action=Action.REMOVE))
    list(rescore(services.context, services.scorer))
    assert last(services, held).action is Action.REMOVE


def test_what_a_person_approved_is_approved_again(services: Services) -> None:
    store_text_rules(services.context, HOLD)
    revision = scored(services, CLEAN)
    decided(services, revision, Action.APPROVE)
    other = edited(services, revision, f"{CLEAN} And more.")
    assert last(services, other).action is Action.HOLD
    again = edited(services, other, CLEAN)
    assert last(services, again).source is DecisionSource.EARLIER_APPROVAL


def test_an_edit_of_a_removed_text_waits_for_a_person_with_its_rules(services: Services) -> None:
    store_text_rules(services.context, HOLD, REMOVE)
    revision = scored(services, CLEAN)
    decided(services, revision, Action.REMOVE)
    edit = last(services, edited(services, revision, LINK))
    assert (edit.action, edit.source) == (Action.HOLD, DecisionSource.AFTER_EDIT)
    assert edit.rule_ids == (REMOVE.id,)


def test_the_author_reads_the_rule_and_the_matched_words(services: Services) -> None:
    store_text_rules(services.context, HOLD, REMOVE)
    removed = scored(services, LINK)
    statement = look_up(services.context, removed.reference).statement
    assert decided_by(statement) is DecidedBy.TEXT_RULE
    assert (statement.found_automatically, statement.decided_automatically) == (True, True)
    (fact,) = statement.text_facts
    assert (fact.rule, fact.words) == (REMOVE, ("www.casino.example",))
    assert statement.reason is not None
    assert statement.reason.code == "spam"
    held = scored(services, CLEAN)
    decided(services, held, Action.REMOVE)
    later = look_up(services.context, held.reference).statement
    assert decided_by(later) is DecidedBy.TEXT_RULE_THEN_PERSON
    withdrawn(services, held)
    gone = look_up(services.context, held.reference).statement
    assert [each.words for each in gone.text_facts] == [()]


def test_the_moderators_card_marks_what_matched(services: Services) -> None:
    store_text_rules(services.context, HOLD)
    revision = scored(services, "What a l.o.v.e.l.y morning, lovely!")
    view = load_case(services.context, MODERATOR, revision.id)
    assert [match.rule for match in view.matches] == [HOLD]
    assert matched_pieces(revision.text, view.matches) == [
        ("What a ", 0),
        ("l.o.v.e.l.y", 3),
        (" morning, ", 0),
        ("lovely", 3),
        ("!", 0),
    ]
    assert match_line(view.matches[0], revision.text) == (
        "A word rule (hold) matched in “l.o.v.e.l.y”, “lovely”: Nothing lovely here."
    )
    assert [line.revision_id for line in listed(services)] == [revision.id]


def test_a_blind_case_shows_no_rule(tmp_path: Path) -> None:
    services = make_services(tmp_path, blind_share=1.0)
    store_text_rules(services.context, HOLD)
    by_rule, by_score = scored(services, CLEAN), scored(services, HELD)
    assert not case_of(services, by_rule).is_blind, "a blind case checks the model"
    assert case_of(services, by_score).is_blind
    services.close()


def test_the_statement_for_the_database_says_that_it_was_automated(services: Services) -> None:
    store_text_rules(services.context, REMOVE)
    revision = scored(services, LINK)
    until = services.clock.now()
    (made,) = [
        each
        for each in export_statements(services.context, SYSTEM, revision.received_at, until)
        if isinstance(each, StatementMade)
    ]
    fields = made.fields
    assert fields["automated_detection"] == "Yes"
    assert fields["automated_decision"] == "AUTOMATED_DECISION_FULLY"
    assert "An automated rule about words, links or patterns matched" in fields["decision_facts"]
    assert "Links to casinos are advertising (link)" in fields["decision_facts"]
    assert "model scored" not in fields["decision_facts"]


def test_an_explanation_is_of_the_scores_alone(services: Services) -> None:
    store_text_rules(services.context, HOLD)
    revision = scored(services, f"{HELD} lovely")
    explained = explain_revision(services.context, MODERATOR, services.scorer, revision.id)
    assert [str(label) for label in explained.labels] == ["insult", "toxicity"]
    only_text = scored(services, CLEAN)
    found = explain_revision(services.context, MODERATOR, services.scorer, only_text.id)
    assert found.action is Action.APPROVE


def test_a_comment_tried_by_hand_meets_the_rules(services: Services) -> None:
    store_text_rules(services.context, HOLD, REMOVE)
    fake = FakeBackend()
    spare = SpareBackends(lambda name: fake, MemoryLog(), services.clock)
    (tried,) = try_comment(services.context, LEAD, spare, ["fake"], CLEAN).tried
    assert (tried.action, tried.text_rules) == (Action.HOLD, (HOLD,))
    fake.is_down = True
    (failed,) = try_comment(services.context, LEAD, spare, ["fake"], LINK).tried
    assert (failed.action, failed.text_rules) == (Action.REMOVE, (REMOVE,))
    spare.close()

"""A text that a person approved is not held or removed again by the model until it is edited."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.bootstrap.services import Services
from core.inference.fake import POISON
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseTrigger
from core.moderation.comments import IncomingComment, Revision, Visibility
from core.moderation.decisions import DecisionSource
from core.moderation.openings import APPROVED_PRIORITY
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.ingest import ingest
from core.services.lookup import look_up
from core.services.queries import load_case
from core.services.reopen import reopen
from core.services.rescore import rescore
from core.services.review import undo_decision
from core.services.score import score_waiting
from core.texts.texts import english
from dashboard.lookup.wording import no_scores, who_decided
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    case_of,
    chain_of,
    decided,
    edited,
    heard,
    listed,
    removed_by_person,
    reported,
    scored,
    source_key,
    unscored,
    withdrawn,
)
from tests.state_checks import broken_invariants, place_of

STUCK = (Action.APPROVE, DecisionSource.EARLIER_APPROVAL)
OTHER = "Quite another text."


@pytest.fixture(autouse=True)
def rows_agree(services: Services) -> Iterator[None]:
    yield
    assert broken_invariants(place_of(services.settings)) == {}


def approved(services: Services, text: str = HELD) -> Revision:
    revision = scored(services, text)
    decided(services, revision, Action.APPROVE)
    return revision


def last(services: Services, revision: Revision) -> tuple[Action, DecisionSource]:
    decision = chain_of(services, revision)[-1]
    return decision.action, decision.source


def test_same_text_that_comes_back_is_approved_again(services: Services) -> None:
    back = edited(services, edited(services, approved(services), OTHER), f"<p>{HELD}")
    assert last(services, back) == STUCK
    statement = look_up(services.context, back.reference).statement
    assert statement.visibility is Visibility.VISIBLE
    assert "a moderator approved the same text" in who_decided(statement, english())
    assert "its scores were not used" in no_scores(statement, english())


def test_another_text_is_judged_anew(services: Services) -> None:
    changed = edited(services, approved(services), "You idiot, you did not read it either.")
    assert last(services, changed) == (Action.HOLD, DecisionSource.RULE)


def test_text_sent_again_is_not_decided_again(services: Services) -> None:
    revision = approved(services)
    row = IncomingComment(*source_key(services, revision), HELD, "sam", services.clock.now())
    list(ingest(services.context, SYSTEM, [row]))
    list(score_waiting(services.context, services.scorer))
    assert len(chain_of(services, revision)) == 2


def test_withdrawn_comment_that_is_sent_again_keeps_its_approval(services: Services) -> None:
    revision = withdrawn(services, approved(services))
    assert last(services, edited(services, revision, HELD)) == STUCK


@pytest.mark.parametrize("text", [HELD, CLEAN])
def test_rescoring_leaves_what_a_person_approved(services: Services, text: str) -> None:
    revision = unscored(services, text)
    decided(services, revision, Action.APPROVE)
    list(rescore(services.context, services.scorer))
    assert len(chain_of(services, revision)) == 2


def test_approved_text_needs_no_scores(services: Services) -> None:
    text = f"{POISON}, which the backend can't score."
    revision = scored(services, text)
    assert last(services, revision) == (Action.HOLD, DecisionSource.FAILURE_POLICY)
    decided(services, revision, Action.APPROVE)
    back = edited(services, edited(services, revision, OTHER), text)
    assert last(services, back) == STUCK
    list(rescore(services.context, services.scorer))
    assert len(chain_of(services, back)) == 1


def test_outcome_of_an_appeal_sticks_too(services: Services) -> None:
    revision = removed_by_person(services)
    heard(services, appealed(services, revision), overturn=True, actor=LEAD)
    back = edited(services, edited(services, revision, OTHER), HELD)
    assert last(services, back) == STUCK


def test_model_does_not_remove_it_either(services: Services) -> None:
    revision = scored(services, REMOVED)
    reopen(services.context, LEAD, revision.id, seen_version=1)
    decided(services, revision, Action.APPROVE)
    back = edited(services, edited(services, revision, OTHER), REMOVED)
    assert last(services, back) == STUCK


def test_undone_approval_does_not_stick(services: Services) -> None:
    revision = approved(services)
    undo_decision(services.context, MODERATOR, revision.id, seen_version=2)
    back = edited(services, edited(services, revision, OTHER), HELD)
    assert last(services, back) == (Action.HOLD, DecisionSource.RULE)


def test_removal_of_a_later_text_comes_before_the_approval(services: Services) -> None:
    """People's last word on the comment binds, so a person looks at what comes next."""
    second = edited(services, approved(services), "You idiot, again.")
    decided(services, second, Action.REMOVE)
    back = edited(services, second, HELD)
    assert last(services, back)[0] is Action.HOLD


def test_last_decision_on_the_same_text_counts(services: Services) -> None:
    first = approved(services)
    second = edited(services, edited(services, first, OTHER), HELD)
    reported(services, second)
    view = load_case(services.context, MODERATOR, second.id)
    assert view.approval == chain_of(services, first)[-1], "the case shows who approved it"
    case = case_of(services, second)
    assert (case.trigger, case.priority) == (CaseTrigger.REPORT, APPROVED_PRIORITY)
    decided(services, second, Action.REMOVE)
    third = edited(services, edited(services, second, OTHER), HELD)
    assert last(services, third)[0] is Action.HOLD


def test_new_policy_decides_nothing_again(services: Services) -> None:

    revision = approved(services)
    with services.context.store.write() as tx:
        newer = replace(tx.policy_in_force(), version=2)
        tx.add_policy(newer, services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2"))
    list(score_waiting(services.context, services.scorer))
    list(rescore(services.context, services.scorer))
    assert last(services, revision) == (Action.APPROVE, DecisionSource.REVIEWER)
    assert listed(services) == []
    back = edited(services, edited(services, revision, OTHER), HELD)
    assert last(services, back) == STUCK

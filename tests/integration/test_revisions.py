"""Edits with the real services: what counts as one, who decides on it, and what the look-up
shows."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from core.bootstrap.services import Services
from core.errors import Conflict, PermissionDenied, RuleBroken
from core.inference.fake import FakeBackend
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus, CaseTrigger, TextGone
from core.moderation.comments import IncomingComment, Revision, Visibility
from core.moderation.decisions import DecisionSource
from core.moderation.failure_policy import FailurePolicy
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.appeal import file_appeal
from core.services.hearing import hear_appeal
from core.services.ingest import IngestReport, ingest
from core.services.lookup import look_up
from core.services.queries import load_case
from core.services.reopen import reopen
from core.services.rescore import rescore
from core.services.review import undo_decision
from core.services.score import score_waiting
from core.store.sql.tables import revisions
from core.store.sql.writer import SqlWriter
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    REMOVED,
    appealed,
    audit_kinds,
    chain_of,
    decided,
    heard,
    posted,
    removed_by_person,
    scored,
)
from tests.submitting import score_now

NICE = "You are right, I read the article first."


def bring(services: Services, revision: Revision, text: str) -> IngestReport:
    """Ingests the comment of that revision again with this text."""
    with services.context.store.read() as reader:
        comment = reader.comment(revision.comment_id)
    assert comment is not None
    row = IncomingComment("test", comment.source_id, text, comment.author, comment.created_at)
    return list(ingest(services.context, SYSTEM, [row]))[-1]


def edited(services: Services, revision: Revision, text: str) -> Revision:
    """The new text's revision, scored."""
    assert bring(services, revision, text).edited == 1
    list(score_waiting(services.context, services.scorer))
    return newest(services, revision)


def newest(services: Services, revision: Revision) -> Revision:
    with services.context.store.read() as reader:
        found = reader.latest_revision(revision.comment_id)
    assert found is not None
    return found


def state_of(services: Services, revision: Revision) -> tuple[Action, CaseStatus | None]:
    with services.context.store.read() as reader:
        case = reader.case_of(revision.id)
    return chain_of(services, revision)[-1].action, case.status if case else None


HELD_FOR_A_PERSON = (Action.HOLD, CaseStatus.OPEN)
HANDED_UP = (Action.ESCALATE, CaseStatus.ESCALATED)
LEFT_TO_THE_MODEL = (Action.APPROVE, None)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("You idiot,\nread it.", "You idiot,\r\nread it."),
        ("You idiot.", "You idiot. \n"),
        ("You idiot here.", "You idiot&nbsp;here."),
        ("You café idiot.", "You cafe\u0301 idiot."),
        ("<p>You idiot.</p><p>B</p>", "You idiot.<p>B"),
    ],
)
def test_same_cleaned_text_is_no_edit_and_its_decision_stands(
    services: Services, first: str, again: str
) -> None:
    revision = scored(services, first)
    decided(services, revision, Action.APPROVE)
    report = bring(services, revision, again)
    assert (report.unchanged, report.edited) == (1, 0)
    assert newest(services, revision).id == revision.id
    assert state_of(services, revision) == (Action.APPROVE, CaseStatus.CLOSED)


def test_text_stored_by_an_older_cleaning_is_compared_by_todays(services: Services) -> None:
    revision = scored(services, '<span style="x">You idiot</span>')
    with services.context.store.write() as tx:
        assert isinstance(tx, SqlWriter)
        tx._connection.execute(update(revisions).values(body='<span style="x">You idiot'))
    assert bring(services, revision, '<span style="x">You idiot</span>').unchanged == 1
    assert bring(services, revision, "You idiot").unchanged == 1


@pytest.mark.parametrize(
    "text", [NICE, "You \u0456diot, read the article first.", REMOVED, HELD + "!"]
)
def test_edit_of_what_a_person_removed_goes_to_a_person(services: Services, text: str) -> None:
    revision = edited(services, removed_by_person(services), text)
    assert state_of(services, revision) == HELD_FOR_A_PERSON
    assert look_up(services.context, revision.reference).statement.visibility is Visibility.HELD
    view = load_case(services.context, MODERATOR, revision.id)
    assert view.settled is not None
    assert view.settled.revision.text == HELD
    assert view.settled.chain[-1].action is Action.REMOVE


def test_edit_the_model_would_approve_says_why_it_waits(services: Services) -> None:
    revision = edited(services, removed_by_person(services), NICE)
    (decision,) = chain_of(services, revision)
    assert decision.source is DecisionSource.AFTER_EDIT
    assert decision.scores
    view = load_case(services.context, MODERATOR, revision.id)
    assert view.case.trigger is CaseTrigger.AFTER_EDIT
    decided(services, revision, Action.APPROVE)
    assert state_of(services, edited(services, revision, CLEAN)) == LEFT_TO_THE_MODEL


def test_second_edit_is_no_way_around_the_review_of_the_first(services: Services) -> None:
    first = edited(services, removed_by_person(services), NICE)
    second = edited(services, first, CLEAN)
    assert state_of(services, second) == HELD_FOR_A_PERSON
    assert bring(services, second, "Still here.").edited == 1
    unscored_third = newest(services, second)
    assert state_of(services, edited(services, unscored_third, "And again.")) == HELD_FOR_A_PERSON


def test_edit_in_an_outage_waits_for_a_person_under_every_failure_policy(
    services: Services,
) -> None:
    old = removed_by_person(services)
    bring(services, old, NICE)
    revision = newest(services, old)
    backend = services.full_model
    assert isinstance(backend, FakeBackend)
    with services.context.store.read() as reader:
        policy = reader.policy_in_force()
    context = replace(
        services.context, failure=replace(services.context.failure, policy=FailurePolicy.APPROVE)
    )
    backend.is_down = True
    score_now(context, services.scorer, policy, [revision])
    backend.is_down = False
    assert state_of(services, revision) == HELD_FOR_A_PERSON
    assert [report.decided for report in rescore(context, services.scorer)] == [1]
    assert state_of(services, revision) == HELD_FOR_A_PERSON
    assert chain_of(services, revision)[-1].source is DecisionSource.AFTER_EDIT


def test_edit_after_an_undo_or_of_a_held_case_is_the_models(services: Services) -> None:
    undone = removed_by_person(services)
    undo_decision(services.context, MODERATOR, undone.id, seen_version=2)
    assert state_of(services, edited(services, undone, NICE)) == LEFT_TO_THE_MODEL
    held = scored(services, HELD)
    assert state_of(services, edited(services, held, NICE)) == LEFT_TO_THE_MODEL
    with services.context.store.read() as reader:
        case = reader.case_of(held.id)
    assert case is not None
    assert (case.status, case.closed_because) == (CaseStatus.CLOSED, TextGone.EDITED)


def test_words_a_person_removed_do_not_come_back_by_an_approved_text_in_between(
    services: Services,
) -> None:
    first = scored(services, CLEAN)
    reopen(services.context, MODERATOR, first.id, seen_version=1)
    decided(services, first, Action.REMOVE, note="A code word.")
    nice = edited(services, first, NICE)
    decided(services, nice, Action.APPROVE)
    back = edited(services, first, f"<p>{CLEAN}</p>")
    assert state_of(services, back) == HELD_FOR_A_PERSON
    settled = load_case(services.context, MODERATOR, back.id).settled
    assert settled is not None
    assert (settled.revision.id, settled.chain[-1].note) == (first.id, "A code word.")
    decided(services, back, Action.APPROVE)
    other = edited(services, first, NICE)
    assert state_of(services, other) == LEFT_TO_THE_MODEL
    assert state_of(services, edited(services, first, CLEAN)) == LEFT_TO_THE_MODEL


def test_edit_does_not_take_a_reopened_comment_from_the_people(services: Services) -> None:
    first = scored(services, CLEAN)
    reopen(services.context, MODERATOR, first.id, seen_version=1)
    second = edited(services, first, NICE)
    assert state_of(services, second) == HELD_FOR_A_PERSON
    assert state_of(services, edited(services, second, CLEAN)) == HELD_FOR_A_PERSON
    removed = removed_by_person(services)
    reopen(services.context, LEAD, removed.id, seen_version=2)
    assert state_of(services, edited(services, removed, NICE)) == HELD_FOR_A_PERSON


def test_edit_of_an_escalated_comment_stays_with_the_leads(services: Services) -> None:
    old = scored(services, HELD)
    decided(services, old, Action.ESCALATE)
    revision = edited(services, old, NICE)
    assert state_of(services, revision) == HANDED_UP
    told = look_up(services.context, old.reference)
    assert (told.text, told.statement.visibility) == (NICE, Visibility.HELD)
    with pytest.raises(PermissionDenied):
        decided(services, revision, Action.APPROVE)
    again = edited(services, revision, CLEAN)
    assert state_of(services, again) == HANDED_UP
    decided(services, again, Action.REMOVE, actor=LEAD)
    assert state_of(services, edited(services, again, NICE)) == HANDED_UP


def test_edit_after_an_appeal_follows_its_outcome(services: Services) -> None:
    upheld = scored(services, REMOVED)
    heard(services, appealed(services, upheld), overturn=False)
    assert state_of(services, edited(services, upheld, NICE)) == HELD_FOR_A_PERSON
    overturned = scored(services, REMOVED)
    heard(services, appealed(services, overturned), overturn=True)
    assert state_of(services, edited(services, overturned, NICE)) == LEFT_TO_THE_MODEL
    by_model = scored(services, REMOVED)
    assert state_of(services, edited(services, by_model, NICE)) == LEFT_TO_THE_MODEL


def test_old_reference_tells_what_holds_now(services: Services) -> None:
    old = scored(services, REMOVED)
    new = edited(services, old, NICE)
    answer = look_up(services.context, old.reference)
    assert (answer.text, answer.reference) == (NICE, new.reference)
    assert answer.statement == look_up(services.context, new.reference).statement
    assert answer.statement.visibility is Visibility.VISIBLE
    assert answer.changed is not None
    assert (answer.changed.text, answer.changed.changed_at) == (REMOVED, new.received_at)
    assert answer.changed.statement.visibility is Visibility.REMOVED
    assert answer.changed.statement.can_appeal_until is None
    assert look_up(services.context, new.reference).changed is None


def test_no_appeal_against_a_text_that_is_gone(services: Services) -> None:
    old = removed_by_person(services)
    new = edited(services, old, NICE)
    with pytest.raises(RuleBroken, match="changed since"):
        file_appeal(services.context, old.reference, "It was a quotation.")
    decided(services, new, Action.REMOVE)
    with pytest.raises(RuleBroken, match="changed since"):
        file_appeal(services.context, old.reference, "It was a quotation.")
    assert appealed(services, new).status is AppealStatus.PENDING


def test_pending_appeal_of_a_text_that_is_gone_is_closed_with_a_reason(services: Services) -> None:
    old = removed_by_person(services)
    appeal = appealed(services, old)
    edited(services, old, NICE)
    answer = look_up(services.context, old.reference)
    assert answer.statement.appeal is None
    assert answer.changed is not None
    closed = answer.changed.statement.appeal
    assert closed is not None
    assert (closed.status, closed.heard_by) == (AppealStatus.CLOSED, None)
    assert closed.outcome_reason is not None
    assert "edited" in closed.outcome_reason
    assert audit_kinds(services, old)[-1] is AuditKind.APPEAL_CLOSED
    with pytest.raises(RuleBroken, match="gone"):
        hear_appeal(
            services.context, OTHER_LEAD, appeal.id, overturn=True, reason="It was a quotation."
        )


def test_decision_on_a_text_that_is_gone_is_a_conflict(services: Services) -> None:
    old = scored(services, HELD)
    edited(services, old, NICE)
    with pytest.raises(Conflict):
        decided(services, old, Action.APPROVE)


def test_waiting_edit_of_a_removed_comment_is_said_not_to_be_checked_yet(
    services: Services,
) -> None:
    old = removed_by_person(services)
    bring(services, old, NICE)
    answer = look_up(services.context, old.reference)
    assert answer.statement.visibility is Visibility.PENDING
    assert posted(services, CLEAN).number == 1

"""Withdrawn comments: closed work, hidden texts, and sending them again."""

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, NotFound, PermissionDenied, RuleBroken
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus, TextGone
from core.moderation.comments import IncomingComment, Visibility
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.queue import Count, QueueFilter
from core.services.appeal import file_appeal
from core.services.explain import explain_revision
from core.services.hearing import list_appeals, load_hearing
from core.services.ingest import ingest
from core.services.lookup import look_up
from core.services.queries import (
    list_undoable,
    load_case,
)
from core.services.queue import list_queue
from core.services.review import skip_case, undo_decision
from core.services.score import score_waiting
from core.services.withdraw import withdraw_comment
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    appealed,
    audit_kinds,
    decided,
    edited,
    listed,
    posted,
    removed_by_person,
    scored,
    source_key,
    withdrawn,
)
from tests.state_checks import broken_invariants, place_of

SECRET = "You idiot with a secret."


@pytest.mark.parametrize("action", [None, Action.ESCALATE])
def test_its_case_is_closed_with_that_reason_and_its_text_is_shown_nowhere(
    services: Services, action: Action | None
) -> None:
    revision = scored(services, SECRET)
    if action is not None:
        decided(services, revision, action)
    withdrawn(services, revision)
    with services.context.store.read() as reader:
        case, counted = reader.case_of(revision.id), reader.queue_count()
        assert reader.scored_texts(10) == []
    assert case is not None
    assert (case.status, case.closed_because) == (CaseStatus.CLOSED, TextGone.WITHDRAWN)
    assert (counted.open, counted.escalated, counted.not_scored_yet) == (0, 0, 0)
    for status in CaseStatus:
        assert listed(services, status, actor=LEAD) == []
    answer = look_up(services.context, revision.reference)
    assert (answer.text, answer.statement.visibility) == ("", Visibility.WITHDRAWN)
    assert answer.withdrawn_at is not None
    assert audit_kinds(services, revision)[-1] is AuditKind.COMMENT_WITHDRAWN
    for refused in (
        lambda: load_case(services.context, MODERATOR, revision.id),
        lambda: explain_revision(services.context, SYSTEM, services.explainer, revision.id),
    ):
        with pytest.raises(NotFound, match="withdrawn"):
            refused()
    with pytest.raises(Conflict, match="withdrawn"):
        decided(services, revision, Action.APPROVE, actor=LEAD)
    assert broken_invariants(place_of(services.settings)) == {}


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REMOVE])
def test_text_of_a_decided_comment_is_in_no_list_once_it_is_withdrawn(
    services: Services, action: Action
) -> None:
    revision, other = scored(services, SECRET), scored(services, HELD)
    for each in (revision, other):
        decided(services, each, action)
    withdrawn(services, revision)
    closed = list_queue(services.context, LEAD, QueueFilter(statuses=(CaseStatus.CLOSED,)))
    assert ([line.revision_id for line in closed.items], closed.total) == ([other.id], Count(1))
    own = list_undoable(services.context, MODERATOR)
    assert [each.revision_id for each in own] == [other.id]


def test_skipping_a_text_that_is_gone_says_so_and_names_no_decision(services: Services) -> None:
    held, changed = scored(services, HELD), scored(services, HELD)
    withdrawn(services, held)
    edited(services, changed, CLEAN)
    for revision, why in ((held, "withdrawn"), (changed, "changed this comment")):
        before = audit_kinds(services, revision)
        with pytest.raises(Conflict, match=why):
            skip_case(services.context, MODERATOR, revision.id)
        assert audit_kinds(services, revision) == before


def test_withdrawing_twice_changes_nothing(services: Services) -> None:
    revision = scored(services, HELD)
    key = source_key(services, revision)
    first = withdraw_comment(services.context, SYSTEM, *key)
    before = audit_kinds(services, revision)
    second = withdraw_comment(services.context, SYSTEM, *key)
    assert (first.is_new, second.is_new) == (True, False)
    assert (first.reference, first.withdrawn_at) == (second.reference, second.withdrawn_at)
    assert audit_kinds(services, revision) == before


def test_comment_that_was_never_stored_is_not_found(services: Services) -> None:
    with pytest.raises(NotFound, match="'nobody' of 'site'"):
        withdraw_comment(services.context, SYSTEM, "site", "nobody")


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.MODERATOR, Role.LEAD, Role.AUDITOR])
def test_only_roles_that_ingest_comments_can_withdraw_them(services: Services, role: Role) -> None:
    revision = scored(services, HELD)
    with pytest.raises(PermissionDenied):
        withdraw_comment(services.context, Actor("x", role), *source_key(services, revision))


def test_waiting_comment_is_not_scored_after_it_was_withdrawn(services: Services) -> None:
    revision = withdrawn(services, posted(services, HELD))
    assert [report.decided for report in score_waiting(services.context, services.scorer)] == []
    with services.context.store.read() as reader:
        assert reader.decision_chain(revision.id) == []


def test_pending_appeal_is_closed_and_none_can_be_made(services: Services) -> None:
    revision = removed_by_person(services, SECRET)
    appealed(services, revision)
    withdrawn(services, revision)
    appeal = look_up(services.context, revision.reference).statement.appeal
    assert appeal is not None
    assert appeal.status is AppealStatus.CLOSED
    assert "withdrawn" in (appeal.outcome_reason or "")
    assert appeal.heard_at is not None
    assert list_appeals(services.context, LEAD, pending=True) == []
    assert list_appeals(services.context, LEAD, pending=False) == [appeal]
    hearing = load_hearing(services.context, LEAD, appeal.id)
    assert (hearing.text, hearing.is_withdrawn) == ("", True)
    other = withdrawn(services, removed_by_person(services))
    with pytest.raises(RuleBroken, match="withdrawn"):
        file_appeal(services.context, other.reference, "It was a quotation.")
    with pytest.raises(Conflict, match="withdrawn"):
        undo_decision(services.context, MODERATOR, other.id, seen_version=2)


def test_edited_comment_is_withdrawn_with_all_its_texts(services: Services) -> None:
    first = scored(services, SECRET)
    second = edited(services, first, CLEAN)
    withdrawn(services, first)
    old = look_up(services.context, first.reference)
    assert (old.text, old.statement.visibility) == ("", Visibility.WITHDRAWN)
    assert old.changed is not None
    assert old.changed.text == ""
    assert old.reference == second.reference


def test_comment_that_is_sent_again_comes_back_as_a_new_revision(services: Services) -> None:
    revision = withdrawn(services, scored(services, SECRET))
    back = edited(services, revision, SECRET)
    assert (back.number, back.withdrawn_at) == (2, None)
    assert back.reference != revision.reference
    assert [line.revision_id for line in listed(services, actor=LEAD)] == [back.id]
    old = look_up(services.context, revision.reference)
    assert (old.text, old.statement.visibility) == (SECRET, Visibility.HELD)
    assert old.changed is not None
    assert old.changed.text == ""
    withdrawn(services, back)
    assert look_up(services.context, back.reference).statement.visibility is Visibility.WITHDRAWN
    assert broken_invariants(place_of(services.settings)) == {}


def test_withdrawing_and_sending_again_is_no_way_around_a_removal(services: Services) -> None:
    revision = withdrawn(services, removed_by_person(services, SECRET))
    back = edited(services, revision, CLEAN)
    with services.context.store.read() as reader:
        case = reader.case_of(back.id)
    assert case is not None
    assert case.status is CaseStatus.OPEN
    view = load_case(services.context, MODERATOR, back.id)
    assert view.settled is not None
    assert (view.settled.revision.text, view.settled.chain[-1].action) == ("", Action.REMOVE)
    assert view.settled.revision.original == ""


def test_answers_to_a_withdrawn_comment_show_its_place_and_not_its_words(
    services: Services,
) -> None:
    revision = scored(services, SECRET)
    source, source_id = source_key(services, revision)
    now = services.clock.now()
    answer = IncomingComment(source, "answer", HELD, "kim", now, source_id)
    list(ingest(services.context, SYSTEM, [answer]))
    list(score_waiting(services.context, services.scorer))
    withdrawn(services, revision)
    (item,) = listed(services, actor=LEAD)
    (entry,) = load_case(services.context, MODERATOR, item.revision_id).ancestors
    assert (entry.text, entry.is_withdrawn) == ("", True)

"""Reports with the real services: which cases they open, and whose reports count."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.bootstrap.services import Services
from core.clock import Clock
from core.errors import Conflict, InvalidInput, NotFound
from core.inference.fake import FakeBackend
from core.moderation.audit import AuditKind
from core.moderation.cases import Attention, CaseStatus, CaseTrigger
from core.moderation.comments import IncomingComment, Revision, Visibility
from core.moderation.openings import APPROVED_PRIORITY, REPORTED_PRIORITY
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.moderation.reports import ReportKind, ReportOutcome
from core.moderation.sampling import FLAGGED, Sampling, SamplingReason
from core.services.ingest import ingest
from core.services.lookup import look_up
from core.services.queries import load_case
from core.services.reopen import reopen
from core.services.report import (
    list_reports,
    report_comment,
)
from core.services.rescore import rescore
from core.services.review import undo_decision
from core.services.score import score_waiting
from core.services.submit import API
from tests.factories import (
    CLEAN,
    HELD,
    MODERATOR,
    REMOVED,
    appealed,
    audit_kinds,
    case_of,
    chain_of,
    decided,
    edited,
    has_case,
    heard,
    listed,
    posted,
    removed_by_person,
    report_of,
    reported,
    scored,
    source_key,
    unscored,
    withdrawn,
)
from tests.state_checks import broken_invariants, place_of

TRUSTED = {"kind": ReportKind.TRUSTED_FLAGGER}


@pytest.fixture(autouse=True)
def rows_agree(services: Services) -> Iterator[None]:
    yield
    assert broken_invariants(place_of(services.settings)) == {}


def visibility_of(services: Services, revision: Revision) -> Visibility:
    return look_up(services.context, revision.reference).statement.visibility


def test_report_on_what_the_model_approved_opens_a_case_and_the_comment_stays_visible(
    services: Services,
) -> None:
    revision = scored(services, CLEAN)
    done = reported(services, revision, words=" It is about me. ")
    assert (done.outcome, done.is_new) == (ReportOutcome.OPENED, True)
    assert done.report.words == "It is about me."
    case = case_of(services, revision)
    assert (case.status, case.trigger, case.priority) == (
        CaseStatus.OPEN, CaseTrigger.REPORT, REPORTED_PRIORITY,
    )  # fmt: skip
    assert (case.report_count, case.sampling) == (1, Sampling(SamplingReason.REPORT))
    assert visibility_of(services, revision) is Visibility.VISIBLE
    assert [item.report_count for item in listed(services)] == [1]
    assert audit_kinds(services, revision)[-1] is AuditKind.COMMENT_REPORTED
    assert load_case(services.context, MODERATOR, revision.id).approval is None


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REMOVE, Action.ESCALATE])
def test_case_of_a_visible_comment_is_decided_and_undone(
    services: Services, action: Action
) -> None:
    revision = scored(services, CLEAN)
    reported(services, revision)
    place = listed(services)
    decided(services, revision, action)
    expected = CaseStatus.ESCALATED if action is Action.ESCALATE else CaseStatus.CLOSED
    assert case_of(services, revision).status is expected
    undo_decision(services.context, MODERATOR, revision.id, seen_version=2)
    assert case_of(services, revision).status is CaseStatus.OPEN
    assert visibility_of(services, revision) is Visibility.VISIBLE
    assert listed(services) == place


def test_report_on_a_held_comment_joins_its_case(services: Services) -> None:
    revision = scored(services, HELD)
    before = case_of(services, revision)
    outcomes = [
        reported(services, revision, "una").outcome,
        reported(services, revision, "flo", **TRUSTED).outcome,
    ]
    assert outcomes == [ReportOutcome.JOINED] * 2
    attention = Attention(user_reports=1, trusted_reports=1)
    assert case_of(services, revision) == replace(before, attention=attention)
    decided(services, revision, Action.ESCALATE)
    assert reported(services, revision, "uwe").outcome is ReportOutcome.JOINED
    assert case_of(services, revision).status is CaseStatus.ESCALATED


def test_report_on_what_a_person_approved_is_low_and_shows_the_approval(
    services: Services,
) -> None:
    revision = scored(services, HELD)
    approval = decided(services, revision, Action.APPROVE)
    first = case_of(services, revision)
    assert reported(services, revision, **TRUSTED).outcome is ReportOutcome.OPENED
    case = case_of(services, revision)
    assert (case.id, case.status, case.trigger) == (
        first.id, CaseStatus.OPEN, CaseTrigger.REPORT,
    )  # fmt: skip
    assert (case.priority, case.label) == (APPROVED_PRIORITY, None)
    assert case.opened_at > first.opened_at
    assert case.sampling == FLAGGED, "it came to a person because it was held"
    assert load_case(services.context, MODERATOR, revision.id).approval == approval
    for text in (CLEAN, HELD):
        other = scored(services, text)
        if text == CLEAN:
            reported(services, other, "uwe")
    assert listed(services)[-1].revision_id == revision.id


def test_report_on_a_removed_comment_is_only_recorded(services: Services) -> None:
    by_model, by_person = scored(services, REMOVED), removed_by_person(services)
    for revision in (by_model, by_person):
        assert reported(services, revision).outcome is ReportOutcome.RECORDED
        assert len(list_reports(services.context, MODERATOR, revision.id)) == 1
    assert listed(services) == []
    assert not has_case(services, by_model)
    undo_decision(services.context, MODERATOR, by_person.id, seen_version=2)
    assert case_of(services, by_person).report_count == 1, "it counts once the case is open again"


@pytest.mark.parametrize("overturn", [True, False])
def test_outcome_of_an_appeal_is_not_taken_up_again_by_a_report(
    services: Services, overturn: bool
) -> None:
    revision = removed_by_person(services)
    heard(services, appealed(services, revision), overturn=overturn)
    assert reported(services, revision).outcome is ReportOutcome.RECORDED
    assert case_of(services, revision).status is CaseStatus.CLOSED


def test_same_reporter_reports_a_text_once(services: Services) -> None:
    revision = scored(services, CLEAN)
    first = reported(services, revision, words="First.")
    again = reported(services, revision, words="Second.", **TRUSTED)
    assert (again.report, again.is_new) == (first.report, False)
    assert (again.source_id, again.outcome) == (first.source_id, ReportOutcome.RECORDED)
    assert case_of(services, revision).report_count == 1
    assert audit_kinds(services, revision).count(AuditKind.COMMENT_REPORTED) == 1
    newer = edited(services, revision, "Another lovely morning.")
    assert reported(services, newer).is_new


def test_report_names_its_text_by_reference(services: Services) -> None:
    revision = scored(services, CLEAN)
    sent = replace(
        report_of(services, revision), source="", source_id="", reference=revision.reference
    )
    done = report_comment(services.context, API, sent)
    assert done.report.revision_id == revision.id
    assert (done.report.source, done.source_id) == source_key(services, revision)
    edited(services, revision, "Another lovely morning.")
    with pytest.raises(Conflict, match="The author has changed this comment"):
        report_comment(services.context, API, replace(sent, reporter="uwe"))


def test_report_on_what_is_not_there_is_refused(services: Services) -> None:
    gone = withdrawn(services, scored(services, CLEAN))
    with pytest.raises(Conflict, match="This comment was withdrawn"):
        reported(services, gone)
    unknown = replace(report_of(services, gone), source_id="unknown")
    with pytest.raises(NotFound, match="There is no comment 'unknown'"):
        report_comment(services.context, API, unknown)
    with pytest.raises(NotFound, match="There is no such reference"):
        report_comment(services.context, API, replace(unknown, reference="unknown"))
    with pytest.raises(InvalidInput, match="`reason` must be one of"):
        reported(services, scored(services, CLEAN), reason_code="rude")
    assert list_reports(services.context, MODERATOR, gone.id) == []


def test_report_that_comes_before_the_decision_counts_once_it_is_made(services: Services) -> None:
    clean, held = posted(services, CLEAN), posted(services, HELD)
    for revision in (clean, held):
        assert reported(services, revision).outcome is ReportOutcome.RECORDED
    list(score_waiting(services.context, services.scorer))
    assert case_of(services, clean).trigger is CaseTrigger.REPORT
    assert case_of(services, held).trigger is CaseTrigger.HOLD
    assert case_of(services, clean).report_count == case_of(services, held).report_count == 1


def test_reported_comment_that_is_scored_late_stays_open(services: Services) -> None:
    revision = unscored(services)
    reported(services, revision)
    list(rescore(services.context, services.scorer))
    assert visibility_of(services, revision) is Visibility.VISIBLE
    case = case_of(services, revision)
    assert (case.status, case.trigger) == (CaseStatus.OPEN, CaseTrigger.REPORT)


def test_withdrawal_ends_the_case_of_a_visible_comment_and_an_edit_hands_it_on(
    services: Services,
) -> None:
    changed, gone = scored(services, CLEAN), scored(services, CLEAN)
    for revision in (changed, gone):
        reported(services, revision)
    newest = edited(services, changed, "Another lovely morning.")
    withdrawn(services, gone)
    for revision in (changed, gone):
        assert case_of(services, revision).status is CaseStatus.CLOSED
    assert [line.revision_id for line in listed(services)] == [newest.id]


def test_report_that_came_while_a_comment_was_reopened_outlasts_the_undo(
    services: Services,
) -> None:
    quiet, loud = scored(services, CLEAN), scored(services, CLEAN)
    for revision in (quiet, loud):
        reopen(services.context, MODERATOR, revision.id, seen_version=1)
    assert reported(services, loud).outcome is ReportOutcome.JOINED
    for revision in (quiet, loud):
        undo_decision(services.context, MODERATOR, revision.id, seen_version=2)
    assert case_of(services, quiet).status is CaseStatus.CLOSED
    case = case_of(services, loud)
    assert (case.status, case.trigger) == (CaseStatus.OPEN, CaseTrigger.REPORT)


def test_replies_raise_a_reported_comment_over_another(services: Services) -> None:
    quiet, read = scored(services, CLEAN), scored(services, CLEAN)
    source, source_id = source_key(services, read)
    replies = [
        IncomingComment(source, f"reply-{n}", CLEAN, "sam", services.clock.now(), source_id)
        for n in range(5)
    ]
    list(ingest(services.context, SYSTEM, replies))
    list(score_waiting(services.context, services.scorer))
    for revision in (quiet, read):
        reported(services, revision)
    found = listed(services)
    assert [item.revision_id for item in found] == [read.id, quiet.id]
    assert case_of(services, read).attention == Attention(replies=5, user_reports=1)


def test_old_case_goes_before_a_newer_one_of_the_same_kind(services: Services) -> None:
    old = scored(services, HELD)
    later = Clock(lambda: services.clock.now() + timedelta(days=2), services.clock.monotonic)
    context = replace(services.context, clock=later)
    assert isinstance(services.full_model, FakeBackend)
    new = posted(services, HELD)
    list(score_waiting(context, services.scorer))
    found = [item.revision_id for item in listed(services)]
    assert found == [old.id, new.id]
    assert len(chain_of(services, new)) == 1

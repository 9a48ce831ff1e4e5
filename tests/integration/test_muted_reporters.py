"""Muted reporters with the real services: their reports are stored and count for nothing."""

from collections.abc import Iterator

import pytest

from core.bootstrap.services import Services
from core.errors import InvalidInput, PermissionDenied, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.policies import Action
from core.moderation.reports import ReportOutcome
from core.services.report import (
    list_muted_reporters,
    list_reports,
    mute_reporter,
    report_comment,
    unmute_reporter,
)
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    case_of,
    decided,
    has_case,
    report_of,
    reported,
    scored,
)
from tests.state_checks import broken_invariants, place_of


@pytest.fixture(autouse=True)
def rows_agree(services: Services) -> Iterator[None]:
    yield
    assert broken_invariants(place_of(services.settings)) == {}


def test_muted_reporters_reports_are_stored_and_open_nothing(services: Services) -> None:
    revision, held = scored(services, CLEAN), scored(services, HELD)
    mute_reporter(services.context, LEAD, "test", "una", "Reports all she reads.")
    assert reported(services, revision).outcome is ReportOutcome.RECORDED
    assert reported(services, held).outcome is ReportOutcome.RECORDED
    assert not has_case(services, revision)
    assert case_of(services, held).report_count == 0
    (item,) = list_reports(services.context, MODERATOR, revision.id)
    assert (item.report.reporter, item.is_muted) == ("una", True)
    assert reported(services, revision, "uwe").outcome is ReportOutcome.OPENED
    assert case_of(services, revision).report_count == 1


def test_muting_counts_open_cases_again_and_leaves_them_open(services: Services) -> None:
    revision, closed = scored(services, CLEAN), scored(services, HELD)
    for each in (revision, closed):
        reported(services, each)
    decided(services, closed, Action.APPROVE)
    muted = mute_reporter(services.context, LEAD, "test", "una", " Reports all she reads. ")
    case = case_of(services, revision)
    assert (case.status, case.report_count) == (CaseStatus.OPEN, 0)
    assert case_of(services, closed).report_count == 1, "closed cases stay as they were decided"
    assert list_muted_reporters(services.context, MODERATOR) == [muted]
    assert muted.because == "Reports all she reads."
    with pytest.raises(RuleBroken, match="muted already"):
        mute_reporter(services.context, LEAD, "test", "una", "Again.")
    unmute_reporter(services.context, LEAD, "test", "una", "It was somebody else.")
    assert case_of(services, revision).report_count == 1
    assert list_muted_reporters(services.context, MODERATOR) == []
    with pytest.raises(RuleBroken, match="is not muted"):
        unmute_reporter(services.context, LEAD, "test", "una", "Again.")
    with services.context.store.read() as reader:
        trail = reader.audit_trail("test:una")
    assert [(event.kind, event.actor, event.data["because"]) for event in trail] == [
        (AuditKind.REPORTER_MUTED, "lena", "Reports all she reads."),
        (AuditKind.REPORTER_UNMUTED, "lena", "It was somebody else."),
    ]


def test_reporter_without_a_name_or_reason_is_not_muted(services: Services) -> None:
    for source, reporter, because in (
        ("test", "", "Why."), ("", "una", "Why."), ("test", "a\0b", "Why."), ("test", "una", " "),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            mute_reporter(services.context, LEAD, source, reporter, because)
    assert list_muted_reporters(services.context, LEAD) == []


def test_moderators_see_reports_and_leads_mute(services: Services) -> None:
    for turn in (mute_reporter, unmute_reporter):
        with pytest.raises(PermissionDenied, match="may not mute reporters"):
            turn(services.context, MODERATOR, "test", "una", "Why not.")
    with pytest.raises(PermissionDenied, match="may not report comments"):
        report_comment(services.context, MODERATOR, report_of(services, scored(services, CLEAN)))

"""A report waits for a person: an edit or a withdrawal of the text does not answer it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.moderation.cases import Attention, CaseStatus, CaseTrigger
from core.moderation.comments import Revision
from core.moderation.policies import Action
from core.moderation.reports import ReportKind
from core.services.report import list_reports, mute_reporter, unmute_reporter
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    case_of,
    decided,
    edited,
    has_case,
    make_services,
    reported,
    scored,
    withdrawn,
)
from tests.state_checks import broken_invariants, place_of


@pytest.fixture
def site(tmp_path: Path, each_state_url: str) -> Iterator[Services]:
    made = make_services(tmp_path, state_url=each_state_url)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.context.store.close()


def waits(site: Services, revision: Revision) -> bool:
    case = case_of(site, revision)
    return case.status is CaseStatus.OPEN and case.trigger is CaseTrigger.REPORT


def reporters(site: Services, revision: Revision) -> list[str]:
    found = list_reports(site.context, MODERATOR, revision.id)
    return [item.report.reporter for item in found]


def test_an_edit_that_the_model_approves_keeps_the_report_open(site: Services) -> None:
    first = scored(site, CLEAN)
    reported(site, first, "una", words="About my street.")
    second = edited(site, first, f"{CLEAN} Really.")
    assert case_of(site, first).status is CaseStatus.CLOSED
    assert waits(site, second)
    assert case_of(site, second).report_count == 1
    assert reporters(site, second) == ["una"]


def test_a_text_that_is_withdrawn_and_sent_again_keeps_it(site: Services) -> None:
    first = scored(site, CLEAN)
    reported(site, first, "una")
    again = edited(site, withdrawn(site, first), CLEAN)
    assert again.number == 2
    assert waits(site, again)


def test_reports_of_each_kind_count_across_edits(site: Services) -> None:
    first = scored(site, CLEAN)
    reported(site, first, "una")
    reported(site, first, "flo", kind=ReportKind.TRUSTED_FLAGGER)
    second = edited(site, first, f"{CLEAN} Really.")
    reported(site, second, "udo", kind=ReportKind.TRUSTED_FLAGGER)
    assert case_of(site, second).attention == Attention(user_reports=1, trusted_reports=2)


def test_reports_of_several_texts_wait_together_and_count_once(site: Services) -> None:
    first = scored(site, CLEAN)
    reported(site, first, "una")
    second = edited(site, first, f"{CLEAN} Really.")
    reported(site, second, "udo")
    assert case_of(site, second).report_count == 2
    third = edited(site, second, f"{CLEAN} Really, yes.")
    assert case_of(site, third).report_count == 2
    assert reporters(site, third) == ["una", "udo"]
    reported(site, third, "uwe")
    assert case_of(site, third).report_count == 3


def test_an_edit_that_the_model_holds_is_as_urgent_as_its_reports(site: Services) -> None:
    first = scored(site, CLEAN)
    reported(site, first, "una")
    second = edited(site, first, HELD)
    case = case_of(site, second)
    assert (case.status, case.trigger) == (CaseStatus.OPEN, CaseTrigger.HOLD)
    assert case.report_count == 1


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REMOVE])
def test_a_decision_answers_the_reports_before_it(site: Services, action: Action) -> None:
    first = scored(site, CLEAN)
    reported(site, first, "una")
    second = edited(site, first, f"{CLEAN} Really.")
    decided(site, second, action)
    third = edited(site, second, "Something else, and quite harmless.")
    assert reporters(site, third) == []
    if action is Action.APPROVE:
        assert not has_case(site, third)
    else:
        assert case_of(site, third).report_count == 0


def test_a_report_after_an_approval_waits_as_well(site: Services) -> None:
    first = scored(site, HELD)
    decided(site, first, Action.APPROVE)
    reported(site, first, "una")
    second = edited(site, first, "Something else, and quite harmless.")
    assert waits(site, second)
    assert case_of(site, second).report_count == 1


def test_a_muted_reporter_opens_nothing(site: Services) -> None:
    first = scored(site, CLEAN)
    reported(site, first, "una")
    mute_reporter(site.context, LEAD, "test", "una", "Reports everything in bad faith.")
    second = edited(site, first, f"{CLEAN} Really.")
    assert not has_case(site, second)


def test_who_is_muted_later_counts_no_more_and_the_case_stays_open(site: Services) -> None:
    first = scored(site, CLEAN)
    reported(site, first, "una")
    reported(site, first, "udo")
    second = edited(site, first, f"{CLEAN} Really.")
    mute_reporter(site.context, LEAD, "test", "una", "Reports everything in bad faith.")
    assert case_of(site, second).report_count == 1
    unmute_reporter(site.context, LEAD, "test", "una", "It was a mistake of ours.")
    assert case_of(site, second).report_count == 2
    assert waits(site, second)


def test_a_text_without_a_report_gets_no_case_by_an_edit(site: Services) -> None:
    second = edited(site, scored(site, CLEAN), f"{CLEAN} Really.")
    assert not has_case(site, second)

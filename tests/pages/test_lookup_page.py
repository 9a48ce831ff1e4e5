"""The look-up for staff shows the author's page and a link for the author."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.audit import AuditKind
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.lookup import UNKNOWN_REFERENCE
from core.services.reopen import reopen
from tests.factories import HOSTILE, MODERATOR, audit_kinds, decided, removed_by_person
from tests.pages.conftest import carriers, press, said
from tests.staff import DEMO_STAFF

StaffPage = Callable[..., AppTest]


@pytest.mark.parametrize("actor", DEMO_STAFF, ids=lambda actor: actor.id)
def test_every_colleague_can_look_up(
    services: Services, staff_page: StaffPage, actor: Actor
) -> None:
    revision = removed_by_person(services)
    at = staff_page("lookup", actor, reference=revision.reference)
    assert not at.exception
    assert at.header[0].value == "Your comment was removed."
    link = f"{services.settings.author_url}/?reference={revision.reference}"
    assert link in [element.value for element in at.code]


def test_without_a_reference_there_is_a_hint_and_no_answer(staff_page: StaffPage) -> None:
    at = staff_page("lookup", MODERATOR)
    assert not at.header
    assert not at.code
    assert any("26 letters and digits" in element.value for element in at.caption)


def test_an_unknown_reference_gets_the_same_line_as_in_public(staff_page: StaffPage) -> None:
    at = staff_page("lookup", MODERATOR)
    at.text_input(key="reference").input("0" * 26).run()
    assert [element.value for element in at.info] == [UNKNOWN_REFERENCE]
    assert not at.code


def test_an_appeal_can_be_filed_here_in_the_authors_name(
    services: Services, staff_page: StaffPage
) -> None:
    revision = removed_by_person(services)
    at = staff_page("lookup", MODERATOR, reference=revision.reference)
    at.text_area[0].input("The author called and says it was a quotation.")
    press(at, "send_")
    assert "waits to be heard" in said(at)
    assert audit_kinds(services, revision)[-1] is AuditKind.APPEAL_FILED


def test_an_appeal_against_a_decision_that_was_replaced_is_not_filed_and_its_words_are_kept(
    services: Services, staff_page: StaffPage
) -> None:
    revision = removed_by_person(services, note="The first reason.")
    at = staff_page("lookup", MODERATOR, reference=revision.reference)
    reopen(services.context, MODERATOR, revision.id, seen_version=2)
    decided(services, revision, Action.REMOVE, reason_code="threat", note="The second reason.")
    at.text_area[0].input("I never insulted anybody.")
    press(at, "send_")
    assert "It was decided on again" in at.error[0].value
    assert "The second reason." in said(at)
    assert AuditKind.APPEAL_FILED not in audit_kinds(services, revision)
    assert at.text_area[0].value == "I never insulted anybody."
    press(at, "send_")
    assert audit_kinds(services, revision)[-1] is AuditKind.APPEAL_FILED


def test_what_somebody_wrote_reaches_only_plain_text(
    services: Services, staff_page: StaffPage
) -> None:
    revision = removed_by_person(services, f"idiot {HOSTILE}", note=HOSTILE)
    at = staff_page("lookup", MODERATOR, reference=revision.reference)
    assert carriers(at, "example.invalid") == {"Text"}

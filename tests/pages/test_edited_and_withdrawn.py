"""Pages about edited and withdrawn comments, and about authors with odd names or none."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.ingest import ingest
from core.services.score import score_waiting
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    REMOVED,
    appealed,
    decided,
    edited,
    heard,
    removed_by_person,
    scored,
    withdrawn,
)
from tests.pages.conftest import press, said

Page = Callable[..., AppTest]


def test_old_reference_says_the_text_was_changed_and_what_holds_now(
    services: Services, author_app: Page
) -> None:
    old = removed_by_person(services, note="Please rephrase.")
    appealed(services, old, "It was a quotation.")
    new = edited(services, old, CLEAN)
    decided(services, new, Action.APPROVE)
    at = author_app(reference=old.reference)
    assert not at.exception
    assert "was changed on" in at.info[0].value
    assert [element.value for element in at.header] == ["Your comment is visible."]
    text = said(at)
    for sentence in (
        CLEAN,
        HELD,
        "It had been removed.",
        "Please rephrase.",
        "Closed without an answer: the text it was about is gone.",
        "It was a quotation.",
    ):
        assert sentence in text
    assert at.code[0].value == new.reference
    assert not at.text_area


def test_by_an_old_reference_the_newest_text_is_appealed(
    services: Services, author_app: Page
) -> None:
    old = scored(services, REMOVED)
    edited(services, old, f"{REMOVED} Truly.")
    at = author_app(reference=old.reference)
    at.text_area[0].input("I take it back.")
    press(at, "send_")
    assert not at.error
    assert "waits to be heard" in said(at)


@pytest.mark.parametrize("overturn", [True, False])
def test_withdrawn_comment_is_said_to_be_and_its_text_is_gone(
    services: Services, author_app: Page, overturn: bool
) -> None:
    revision = scored(services, REMOVED)
    heard(services, appealed(services, revision), overturn=overturn)
    at = author_app(reference=withdrawn(services, revision).reference)
    assert [element.value for element in at.header] == ["Your comment was withdrawn."]
    text = said(at)
    assert REMOVED not in text
    assert "Withdrawn: " in text
    assert f"Decision {'overturned' if overturn else 'upheld'}, before the text was gone." in text
    assert not at.text_area


def test_removal_is_in_view_of_whoever_decides_on_the_edit(
    services: Services, staff_page: Page
) -> None:
    edited(services, removed_by_person(services, note="Please rephrase."), CLEAN)
    text = said(staff_page("review", MODERATOR))
    for sentence in (CLEAN, HELD, "mina · removed", "Reason: Harassment", "Please rephrase."):
        assert sentence in text


def test_words_of_a_removed_text_that_was_withdrawn_are_not_in_view(
    services: Services, staff_page: Page
) -> None:
    edited(services, withdrawn(services, removed_by_person(services)), CLEAN)
    text = said(staff_page("review", MODERATOR))
    assert "mina · removed" in text
    assert HELD not in text
    assert "(withdrawn: its text is no longer shown)" in text


def test_names_cannot_change_places_with_what_is_beside_them(
    services: Services, staff_page: Page
) -> None:
    name = "alice \u202enimda · etis"
    shown = "\u2068alice [U+202E]nimda · etis\u2069"
    now = services.clock.now()
    rows = [
        IncomingComment("si\u202ete", "1", CLEAN, name, now),
        IncomingComment("si\u202ete", "2", HELD, name, now, "1"),
    ]
    list(ingest(services.context, SYSTEM, rows))
    list(score_waiting(services.context, services.scorer))
    text = said(staff_page("review", MODERATOR))
    assert f"{shown} · \u2068si[U+202E]te\u2069 · " in text
    assert f"{shown} · just now\n{CLEAN}" in text
    assert "\u202e" not in text


def test_name_beside_an_appeal_is_isolated(services: Services, staff_page: Page) -> None:
    revision = scored(services, REMOVED, author="bob\u2069\u202e")
    appealed(services, revision)
    at = press(staff_page("appeals", LEAD), "look_approve_")
    assert "— \u2068bob[U+2069][U+202E]\u2069" in said(at)


def test_unnamed_author_has_no_record(services: Services, staff_page: Page) -> None:
    scored(services, HELD, author="[unknown]")
    at = staff_page("review", MODERATOR)
    assert "there is no record" in said(at)
    assert not at.metric


def test_appeal_that_was_closed_is_listed_as_ended_by_nobody(
    services: Services, staff_page: Page
) -> None:
    revision = removed_by_person(services)
    appealed(services, revision)
    withdrawn(services, revision)
    at = staff_page("appeals", OTHER_LEAD, appeals="Ended")
    assert not at.exception
    text = said(at)
    assert "(withdrawn: its text is no longer shown)" in text
    assert HELD not in text
    assert "by None" not in text
    assert "The comment was withdrawn before anybody heard your appeal" in text

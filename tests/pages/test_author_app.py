"""The public look-up: every state has its text, an appeal is accepted once, and no other page is
served."""

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.comments import Revision
from core.moderation.permissions import SYSTEM
from core.services.lookup import UNKNOWN_REFERENCE, look_up
from core.services.withdraw import withdraw_comment
from core.texts.texts import english
from dashboard.lookup.copy import copy_text
from tests.factories import (
    CLEAN,
    HELD,
    HOSTILE,
    REMOVED,
    appealed,
    audit_kinds,
    heard,
    make_services,
    posted,
    removed_by_person,
    scored,
    unscored,
)
from tests.pages.conftest import carriers, press, said

AuthorApp = Callable[..., AppTest]


def _overturned(services: Services) -> Revision:
    revision = scored(services, REMOVED)
    heard(services, appealed(services, revision), overturn=True)
    return revision


def _upheld(services: Services) -> Revision:
    revision = removed_by_person(services)
    heard(services, appealed(services, revision), overturn=False)
    return revision


def _pending_appeal(services: Services) -> Revision:
    revision = scored(services, REMOVED)
    appealed(services, revision, "It is a quotation.")
    return revision


STATES: dict[str, tuple[Callable[[Services], Revision], str, str]] = {
    "not checked": (
        lambda services: posted(services, CLEAN),
        "Your comment has not been checked yet.",
        "Nothing has been decided",
    ),
    "visible": (
        lambda services: scored(services, CLEAN),
        "Your comment is visible.",
        "No score reached a threshold",
    ),
    "held": (
        lambda services: scored(services, HELD),
        "Your comment waits for a moderator.",
        "No person has decided yet",
    ),
    "not scored": (
        unscored,
        "Your comment waits for a moderator.",
        "The comment could not be scored, so a person looks at it.",
    ),
    "removed by the model": (
        lambda services: scored(services, REMOVED),
        "Your comment was removed.",
        "No person took part in this decision.",
    ),
    "removed by a person": (
        lambda services: removed_by_person(services, note="Please leave out the insult."),
        "Your comment was removed.",
        "Please leave out the insult.",
    ),
    "appeal pending": (
        _pending_appeal,
        "Your comment was removed.",
        "It is a quotation.",
    ),
    "upheld": (_upheld, "Your comment was removed.", "It insults a person directly."),
    "overturned": (_overturned, "Your comment is visible.", "The quotation marks make it clear."),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_told_in_a_headline_and_in_plain_text(
    services: Services, author_app: AuthorApp, state: str
) -> None:
    reach, headline, sentence = STATES[state]
    revision = reach(services)
    at = author_app(reference=revision.reference)
    assert not at.exception
    assert [element.value for element in at.header] == [headline]
    assert sentence in said(at)
    assert revision.text in said(at)
    assert at.code[0].value == revision.reference
    assert not {"mina", "lena"} & set(said(at).split())


def test_the_reference_is_forgiven_its_case_spaces_and_hyphens(
    services: Services, author_app: AuthorApp
) -> None:
    revision = removed_by_person(services)
    at = author_app()
    assert not at.header
    typed = revision.reference.lower().replace("-", " ")
    at.text_input(key="reference").input(f" {typed} ").run()
    assert at.header[0].value == "Your comment was removed."


@pytest.mark.parametrize("typed", ["nonsense", "ABC123-4DEF567-8GHJ901-KMNPQR", "<b>", "💥" * 20])
def test_an_unknown_reference_gets_one_calm_line(author_app: AuthorApp, typed: str) -> None:
    at = author_app(reference=typed)
    assert not at.exception
    assert [element.value for element in at.info] == [UNKNOWN_REFERENCE]
    assert at.title[0].value == "What happened to my comment?"
    assert not at.header
    assert not at.code


def test_an_appeal_is_stored_and_the_page_shows_that_it_waits(
    services: Services, author_app: AuthorApp
) -> None:
    revision = removed_by_person(services)
    at = author_app(reference=revision.reference)
    at.text_area[0].input("I was quoting the mayor.")
    press(at, "send_")
    assert "waits to be heard" in said(at)
    assert "I was quoting the mayor." in said(at)
    assert not at.text_area
    appeal = look_up(services.context, revision.reference).statement.appeal
    assert appeal is not None
    assert appeal.status is AppealStatus.PENDING
    assert appeal.words == "I was quoting the mayor."
    assert audit_kinds(services, revision)[-1] is AuditKind.APPEAL_FILED


def test_an_empty_appeal_is_refused_in_one_line_and_can_be_sent_again(
    services: Services, author_app: AuthorApp
) -> None:
    revision = removed_by_person(services)
    at = author_app(reference=revision.reference)
    at.text_area[0].input("   ")
    press(at, "send_")
    assert [element.value for element in at.error] == [
        "Please say in a sentence why the decision is wrong."
    ]
    assert at.text_area[0].value == "   "
    at.text_area[0].input("Because it is a quotation.")
    press(at, "send_")
    assert not at.error
    assert "waits to be heard" in said(at)


def test_an_appeal_sent_from_two_tabs_is_filed_once(
    services: Services, author_app: AuthorApp
) -> None:
    revision = removed_by_person(services)
    first, second = (author_app(reference=revision.reference) for _ in range(2))
    for at, why in ((first, "The first reason."), (second, "The second reason.")):
        at.text_area[0].input(why)
        press(at, "send_")
        assert not at.error
        assert "The first reason." in said(at)
    assert audit_kinds(services, revision).count(AuditKind.APPEAL_FILED) == 1


def test_after_the_window_the_form_is_gone_and_other_redress_is_named(
    home: Path, author_app: AuthorApp
) -> None:
    long_ago = make_services(home, days_ago=200)
    at = author_app(reference=removed_by_person(long_ago).reference)
    assert "The time to appeal this decision here is over." in said(at)
    assert any("out-of-court" in element.value for element in at.caption)
    assert not at.text_area
    long_ago.context.store.close()


def test_the_deadline_is_shown_in_the_readers_zone(
    services: Services, author_app: AuthorApp
) -> None:
    at = author_app(reference=removed_by_person(services).reference)
    at.context["timezone"] = "Asia/Tokyo"
    at.run()
    assert "JST" in said(at)
    assert "183 days left" in said(at)


def test_what_somebody_wrote_reaches_only_plain_text(
    services: Services, author_app: AuthorApp
) -> None:
    revision = removed_by_person(services, f"idiot {HOSTILE}", note=HOSTILE)
    appealed(services, revision, HOSTILE)
    at = author_app(reference=revision.reference)
    assert said(at).count("![x](http://example.invalid/y.png)") == 3
    assert carriers(at, "example.invalid") == {"Text"}


@pytest.mark.parametrize("name", ["appeals/screen", "review/screen", "lookup/screen", "sign_in"])
def test_no_page_of_the_staff_is_served_here(author_app: AuthorApp, name: str) -> None:
    at = author_app()
    with pytest.raises(ValueError, match="Could not find"):
        at.switch_page(f"{name}.py")


def test_the_copy_has_what_the_page_tells(services: Services, tmp_path: Path) -> None:
    for state, (reach, headline, sentence) in STATES.items():
        revision = reach(services)
        answer = look_up(services.context, revision.reference)
        text = copy_text(answer, services.clock.now(), UTC, english())
        assert headline in text
        assert state == "not checked" or sentence in text
        assert revision.text in text
        assert revision.reference in text
        assert not {"mina", "lena"} & set(text.split())
    withdraw_comment(services.context, SYSTEM, "test", _source_id(services, revision))
    answer = look_up(services.context, revision.reference)
    text = copy_text(answer, services.clock.now(), UTC, english())
    assert "Your comment was withdrawn." in text
    assert revision.text not in text


def _source_id(services: Services, revision: Revision) -> str:
    with services.context.store.read() as reader:
        comment = reader.comment(revision.comment_id)
    assert comment is not None
    return comment.source_id


def test_the_answer_comes_first_and_the_copy_can_be_kept(
    services: Services, author_app: AuthorApp
) -> None:
    revision = removed_by_person(services)
    at = author_app(reference=revision.reference)
    assert not at.title
    assert [each.proto.label for each in at.get("download_button")] == ["Keep a copy"]
    assert author_app().title[0].value == "What happened to my comment?"


def test_what_happened_and_what_to_do_come_first_then_why_then_the_figures(
    services: Services, author_app: AuthorApp
) -> None:
    revision = removed_by_person(services, note="Please leave out the insult.")
    at = author_app(reference=revision.reference)
    drawn = [
        (node.type, str(getattr(node, "value", "")), str(getattr(node, "label", "")))
        for node in at.main
    ]

    def place(kind: str, words: str = "") -> int:
        fits = (found == kind and words in f"{value} {label}" for found, value, label in drawn)
        return list(fits).index(True)

    say = english().say
    in_order = [
        place("header", "Your comment was removed."),
        place("text", "Readers no longer see it"),
        place("text_area", say("appeal.field")),
        place("text", revision.text),
        place("text", "Please leave out the insult."),
        place("markdown", say("course.title")),
        place("expander", say("course.figures")),
        place("table"),
        place("code"),
    ]
    assert in_order == sorted(in_order)

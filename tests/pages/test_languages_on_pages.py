"""A comment that was not assessed because of its language, on the queue, the look-up and the page
of the backends."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from tests.contract.remote_server import RemoteServer
from tests.factories import CLEAN, HELD, MODERATOR, scored
from tests.pages.backends_page import OPS, badges, declare, row

StaffPage = Callable[..., AppTest]
GERMAN, THAI = "Ich bringe dich um, du Schwein.", "ขอบคุณมากครับ"
NOBODY_SAW = ("attack", "flagged", "toxic", "threat", "insult", "Not assessed by")


def said(at: AppTest) -> str:
    """All text of the page."""
    parts = [*at.text, *at.caption, *at.markdown, *at.header, *at.warning]
    return "\n".join(element.value for element in parts)


@pytest.mark.parametrize(("text", "name"), [(GERMAN, "German"), (THAI, "Thai")])
def test_reviewer_is_told_the_language_and_of_no_attack(
    services: Services, staff_page: StaffPage, text: str, name: str
) -> None:
    scored(services, text)
    at = staff_page("review", MODERATOR)
    words = said(at)
    assert "not assessed: language" in words
    assert (
        f"This comment, or a part of it, is in {name}, which the model does not assess: nothing is "
        "known about that, and a person decides unaided." in words
    )
    assert "Why it is here" in words
    assert not any(button.key.startswith("words_") for button in at.button if button.key)
    (table,) = (frame.value for frame in at.dataframe if "comment" in frame.value)
    assert list(table["label"]) == ["not assessed: language"]
    assert not [word for word in NOBODY_SAW if word in words]


def test_scored_case_keeps_its_words(services: Services, staff_page: StaffPage) -> None:
    scored(services, HELD)
    at = staff_page("review", MODERATOR)
    assert "Why flagged" in said(at)
    assert any(button.key.startswith("words_") for button in at.button if button.key)


def test_author_is_told_why_a_person_reads_it(
    services: Services, author_app: Callable[..., AppTest]
) -> None:
    words = said(author_app(reference=scored(services, THAI).reference))
    assert "Nobody yet: a moderator will." in words
    assert (
        "The comment, or a part of it, is in Thai, which the model does not assess. That says "
        "nothing about what you wrote: a person reads it first." in words
    )
    assert not [word for word in NOBODY_SAW if word in words]


def test_over_a_tenth_is_a_warning_that_says_what_helps(
    services: Services, staff_page: StaffPage
) -> None:
    for number in range(18):
        scored(services, f"{CLEAN} {number}")
    scored(services, GERMAN)
    scored(services, THAI)
    assert not staff_page("backends", OPS).warning  # 2 of 20 are a tenth, not over it
    scored(services, GERMAN)
    (warning,) = staff_page("backends", OPS).warning
    words = warning.value.replace("\\", "")
    assert "of the last 21 comments were not assessed because of their language" in words
    assert "2 German, 1 Thai" in words
    assert 'What helps: another backend, by language. In the backends file, languages = ["de"]' in (
        words
    )


def test_expected_language_that_nothing_assesses_is_named(
    services: Services, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODCONSOLE_LANGUAGES", "en,fr")
    (warning,) = staff_page("backends", OPS).warning
    words = warning.value.replace("\\", "")
    assert "No backend assesses French, which this site expects" in words


def test_backend_by_language_is_in_use_and_ends_the_warning(
    home: Path,
    services: Services,
    staff_page: StaffPage,
    server: RemoteServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MODCONSOLE_LANGUAGES", "en,de")
    declare(home, server.url, "tei", languages=["de"])
    at = staff_page("backends", OPS)
    assert not at.warning
    assert row(at, "tei")["use"] == "by language"
    assert "fallback: none" in badges(at)
    assert "Assesses comments in English." in said(at)

"""Which language an author reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.texts.choice import (
    accepted_languages,
    language_of_notice,
    language_of_page,
    language_of_staff,
    with_texts,
)
from core.texts.texts import LANGUAGES


@pytest.mark.parametrize(
    ("link", "header", "browser", "site", "found", "why"),
    [
        ("de", "fr", "es", "nl", "de", "the link comes first"),
        ("", "fr-CA,fr;q=0.9", "es", "nl", "fr", "then what the browser accepts"),
        ("", "it,pl;q=0.8", "es-MX", "nl", "es", "then the browser's own language"),
        ("", "", "", "nl", "nl", "then the site's"),
        ("it", "sv", "ja", "en", "en", "those without texts are passed over"),
        ("DE", "", "", "en", "de", "capitals don't matter"),
        ("pt-BR", "", "", "en", "pt", "nor does the country"),
        ("pt_BR", "", "", "en", "pt", "nor how it is joined"),
        ("de<script>", "", "", "en", "en", "nothing else passes for a language"),
        ("\x00", "\x00;q=\x00", "💥", "fr", "fr", "whatever is sent"),
    ],
)
def test_the_first_language_with_texts_is_taken(
    link: str, header: str, browser: str, site: str, found: str, why: str
) -> None:
    assert language_of_page(link, header, browser, site) == found, why


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("de, en;q=0.5", ["de", "en"]),
        ("en;q=0.5, de", ["de", "en"]),
        ("de;q=0.2,fr;q=0.8,nl;q=0.5", ["fr", "nl", "de"]),
        ("de;q=0, fr;q=0.1", ["fr"]),
        ("de;q=nan, fr;q=inf, nl;q=2, es;q=-1, pt;level=1", []),
        ("de ; q=0.5 , fr ; Q = 0.7", ["fr", "de"]),
        ("*", ["*"]),
    ],
)
def test_a_header_is_read_by_its_weights(header: str, tags: list[str]) -> None:
    assert accepted_languages(header) == tags


def test_a_header_without_end_costs_no_more_than_its_first_languages() -> None:
    assert len(accepted_languages("xx," * 10_000 + "de")) <= 20


@pytest.mark.parametrize(
    ("comment", "site", "found"),
    [("de", "en", "de"), (None, "fr", "fr"), ("und", "nl", "nl"), ("ja", "es", "es")],
)
def test_a_notice_is_in_the_comments_language_if_it_is_sure_and_has_texts(
    comment: str | None, site: str, found: str
) -> None:
    assert language_of_notice(comment, site) == found


@given(st.text(), st.text(), st.text())
def test_whatever_a_browser_sends_a_language_is_found(link: str, header: str, browser: str) -> None:
    assert language_of_page(link, header, browser, "en") in LANGUAGES
    assert with_texts(link) in ("", *LANGUAGES)


@pytest.mark.parametrize(
    ("own", "header", "browser", "site", "read"),
    [
        ("de", "fr", "en", "en", "de"),
        (None, "nl, fr-CH;q=0.5", "de", "en", "fr"),
        (None, "nl", "de-AT", "fr", "de"),
        (None, "", "", "fr", "fr"),
        (None, "nl", "es", "pt", "en"),
        ("", "", "", "", "en"),
    ],
)
def test_staff_read_their_own_choice_then_the_browsers_then_the_sites(
    own: str | None, header: str, browser: str, site: str, read: str
) -> None:
    assert language_of_staff(own, header, browser, site) == read

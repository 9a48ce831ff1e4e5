"""Whose comments the look-up is about, and whom to ask: only what the site has set."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from tests.factories import removed_by_person

AuthorApp = Callable[..., AppTest]


def texts(at: AppTest) -> list[str]:
    return [str(each.value) for each in at.text]


def test_nothing_stands_there_where_nothing_is_set(author_app: AuthorApp) -> None:
    assert not [line for line in texts(author_app()) if "none" in line or "Questions" in line]


@pytest.mark.parametrize("has_reference", [True, False])
def test_the_site_and_its_contact_are_named_below_each_answer(
    services: Services,
    author_app: AuthorApp,
    monkeypatch: pytest.MonkeyPatch,
    has_reference: bool,
) -> None:
    monkeypatch.setenv("MODCONSOLE_SITE_NAME", "The **Nook** ![x](http://192.0.2.1)")
    monkeypatch.setenv("MODCONSOLE_CONTACT", "mods@example.org")
    asked = {"reference": removed_by_person(services).reference} if has_reference else {}
    at = author_app(lang="fr", **asked)
    assert not at.exception
    assert texts(at)[-2:] == [
        "Il s’agit de commentaires sur The **Nook** ![x](http://192.0.2.1).",
        "Questions sur une décision de cette page : mods@example.org",
    ]

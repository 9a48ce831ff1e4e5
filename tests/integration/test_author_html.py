"""The page that the look-up serves names its language, whatever a browser sends."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import running
from tests.factories import make_services
from tests.patience import PATIENT_S


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home: Path = tmp_path_factory.mktemp("home")
    make_services(home).close()
    with running("author", home) as address:
        yield address.removeprefix("http://")


def page(place: str, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(place, timeout=PATIENT_S)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/", "", "en"),
        ("/", "fr-CA,en;q=0.5", "fr"),
        ("/?reference=X&lang=de", "fr", "de"),
        ("/?lang=pt-BR&lang=de", "fr", "pt"),
        ("/?lang=%22%3E%3Cscript%3E", "x" * 5_000, "en"),
        ("/?lang=%FF%00", "de;q=nan, \xff, *", "en"),
    ],
)
def test_the_html_names_the_language(place: str, path: str, accepted: str, language: str) -> None:
    status, html = page(place, path, **({"Accept-Language": accepted} if accepted else {}))
    assert status == 200
    assert html.count("<html lang=") == 1
    assert f'<html lang="{language}"' in html
    assert html.rstrip().endswith("</html>")


def test_a_copy_in_another_language_is_not_taken_for_this_one(place: str) -> None:
    """A browser that has the page in English asks for it again in German."""
    always = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT", "If-None-Match": "*"}
    status, html = page(place, "/?lang=de", **always, **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert '<html lang="de"' in html

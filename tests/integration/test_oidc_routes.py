"""The console's addresses for signing in by an identity provider, as a browser meets them."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from core.environment import load_settings
from dashboard.oidc_routes import ROUTES, own_page
from dashboard.server import make_app, sockets_of, streamlit_config
from dashboard.sign_in_first import SignInFirst
from tests.integration.openid_server import CLIENT_ID, SECRET, OpenIdServer

CONSOLE = "http://127.0.0.1:8501"
PERSON = "modconsole_person_8501"
PAGE = {"accept": "text/html"}


@pytest.fixture
def provider() -> Iterator[OpenIdServer]:
    with OpenIdServer() as running:
        yield running


@pytest.fixture
def browser(
    tmp_path: Path, provider: OpenIdServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """The sign-in's part of the console, and one page behind it."""
    own = {
        "HOME": str(tmp_path),
        "BACKEND": "fake",
        "SIGN_IN": "oidc",
        "OIDC_ISSUER": provider.url,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": SECRET,
    }
    for name, value in own.items():
        monkeypatch.setenv(f"MODCONSOLE_{name}", value)
    page = Route("/appeals", lambda request: PlainTextResponse("the page"))
    app = Starlette(routes=[*ROUTES, page], middleware=[Middleware(SignInFirst)])
    with TestClient(app, base_url=CONSOLE, follow_redirects=False) as client:
        yield client


def go_to_provider(browser: TestClient, address: str = "/oidc/sign-in?next=/appeals") -> str:
    """The address there; the browser has the attempt's cookie then."""
    answer = browser.get(address)
    assert answer.status_code == 303
    return answer.headers["location"]


def come_back(browser: TestClient, provider: OpenIdServer, address: str, **changes: str):
    code = provider.visit(address)
    state = parse_qs(urlsplit(address).query)["state"][0]
    return browser.get("/oidc/callback", params={"code": code, "state": state} | changes)


def test_a_page_leads_to_the_provider_and_back_to_itself(browser, provider) -> None:
    first = browser.get("/appeals?tab=ended", headers=PAGE)
    assert first.status_code == 303
    assert first.headers["location"] == "/oidc/sign-in?next=%2Fappeals%3Ftab%3Dended"
    address = go_to_provider(browser, first.headers["location"])
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == [f"{CONSOLE}/oidc/callback"]
    assert asked["scope"] == ["openid profile email"]
    back = come_back(browser, provider, address)
    assert back.headers["location"] == "/appeals?tab=ended"
    cookie = back.headers["set-cookie"]
    assert cookie.startswith(f"{PERSON}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/appeals", headers=PAGE).text == "the page"


def test_other_requests_than_for_pages_are_not_sent_away(browser) -> None:
    assert browser.get("/appeals", headers={"accept": "image/png"}).text == "the page"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": "another"}, "another sign-in"),
        ({"error": "access_denied", "error_description": "<script>no</script>"}, "&lt;script&gt;"),
    ],
)
def test_a_refusal_is_told_without_a_cookie(browser, provider, changes, why) -> None:
    back = come_back(browser, provider, go_to_provider(browser), **changes)
    assert back.status_code == 403
    assert why in back.text
    assert "<script>" not in back.text
    assert "set-cookie" not in back.headers


def test_an_answer_without_an_attempt_is_refused(browser, provider) -> None:
    address = go_to_provider(browser)
    browser.cookies.clear()
    assert "took too long, or began elsewhere" in come_back(browser, provider, address).text
    browser.cookies.set("modconsole_sign_in", "{}", path="/oidc")
    assert come_back(browser, provider, address).status_code == 403


def test_a_person_without_a_role_is_told_what_is_missing(browser, provider) -> None:
    provider.info = {"roles": ["visitor"]}
    back = come_back(browser, provider, go_to_provider(browser))
    assert back.status_code == 403
    assert "You have no role in this console" in back.text
    assert "prompt=login" in go_to_provider(browser, "/oidc/sign-in?anew=1")


def test_a_provider_that_is_away_is_told(browser, provider) -> None:
    provider.status["/.well-known/openid-configuration"] = 500
    answer = browser.get("/oidc/sign-in")
    assert answer.status_code == 503
    assert "did not answer as it should" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "",
        "/x\\..", "/x\nSet-Cookie: a", "/oidc/sign-in", "appeals",
    ],
)  # fmt: skip
def test_nobody_is_sent_to_another_place_after_it(address: str) -> None:
    assert own_page(address) == "/"
    assert own_page("/appeals?tab=ended") == "/appeals?tab=ended"


def test_the_console_answers_under_its_name_and_sends_pages_away(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    settings = load_settings(
        {
            "MODCONSOLE_SIGN_IN": "oidc",
            "MODCONSOLE_OIDC_ISSUER": "https://login.example",
            "MODCONSOLE_OIDC_CLIENT_ID": "c",
            "MODCONSOLE_DASHBOARD_HOST": "0.0.0.0",
            "MODCONSOLE_STAFF_URL": "https://console.example",
        }
    )
    config = streamlit_config("staff", settings)
    assert config["server.address"] == "0.0.0.0"
    assert config["server.allowedHosts"][-1] == "console.example"
    assert "wss://console.example" in sockets_of("staff", settings)
    assert make_app("staff", settings) is not None

"""Fixtures of the page tests: Streamlit's AppTest on the fake backend and a separate home."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from dashboard.lookup.limit import lookup_limit
from dashboard.review.desk.routes import ROUTE as REVIEW_DESK
from dashboard.wiring import ACTOR_KEY, current_services
from tests.contract.remote_server import KEY, RemoteServer
from tests.factories import make_services
from tests.pages.nightly import Nightly
from tests.patience import PATIENT_S
from tests.postgres_states import state_url

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Each AppTest reads the metadata of every installed package for components, which takes longer
    than most pages."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of the pages under test."""
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", state_url(tmp_path))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return tmp_path


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    """Services on the same state, to prepare it and to check the results."""
    opened = make_services(home)
    yield opened
    opened.context.store.close()


@pytest.fixture
def staff_page(home: Path) -> Callable[..., AppTest]:
    """Opens a page of the staff console as a person: `staff_page("appeals", LEAD)`."""

    def open_page(name: str, actor: Actor, **query: str) -> AppTest:
        at = AppTest.from_file(ROOT / "dashboard" / "app.py", default_timeout=PATIENT_S)
        at.session_state[ACTOR_KEY] = actor.id
        if name == "review":
            query = {"view": "plain", **query}  # the desk's own requests: test_review_desk
        at.query_params.update(query)  # where the page is the role's first one
        at.run()
        at.query_params.update(query)
        file = "sign_in.py" if name == "sign_in" else f"{name}/screen.py"
        return at.switch_page(file).run()

    return open_page


@pytest.fixture
def nightly(
    services: Services, home: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Nightly]:
    """Declares a job that writes where it is told: `nightly("x.csv")`."""

    def declare(out: str = "x.duckdb") -> Nightly:
        return Nightly(home, capsys, out)

    return declare


@pytest.fixture
def author_app(home: Path) -> Callable[..., AppTest]:
    """Opens the public look-up, with `reference=` and `lang=` in its URL; nobody has looked
    anything up before."""
    lookup_limit.clear()

    def open_app(**query: str) -> AppTest:
        at = AppTest.from_file(ROOT / "dashboard" / "author.py", default_timeout=PATIENT_S)
        at.query_params.update(query)
        return at.run()

    return open_app


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteServer]:
    monkeypatch.setenv("TEST_KEY", KEY)
    with RemoteServer() as running:
        yield running


@pytest.fixture
def close_the_apps_services(home: Path) -> Iterator[None]:
    yield
    try:
        current_services().close()
    finally:
        st.cache_resource.clear()


def carriers(at: AppTest, needle: str) -> set[str]:
    """The kinds of elements that contain the needle, to check where an author's text is shown."""
    return {
        type(node).__name__
        for node in at.main
        if hasattr(node, "proto") and needle in str(node.proto)
    }


def said(at: AppTest) -> str:
    """All plain text of the page, from top to bottom."""
    return "\n".join(element.value for element in at.text)


def press(at: AppTest, prefix: str) -> AppTest:
    """Click the button whose key begins so."""
    key = next(button.key for button in at.button if button.key and button.key.startswith(prefix))
    return at.button(key=key).click().run()


@pytest.fixture
def client() -> TestClient:
    """Asks the review desk's addresses, signed in as nobody."""
    return TestClient(Starlette(routes=[REVIEW_DESK]))

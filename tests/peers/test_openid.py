"""Sign-in against a real OpenID provider (oidc-provider from npm), in a browser: in, out, ended,
role taken away, claim missing, clocks apart."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.moderation.sign_ins import ASK_EVERY
from core.processes.ports import free_port
from tests.e2e.conftest import CHROMIUM_ARGS, await_page, console_env
from tests.patience import PATIENT_MS

FOLDER = Path(__file__).with_name("oidc")
SECRET = "a secret of the tests, long enough"
pytestmark = pytest.mark.timeout(900)


@dataclass
class Site:
    """A provider and a console, each a process. `people` are what the provider tells of each."""

    url: str
    folder: Path
    browser: Browser
    people: dict[str, dict[str, Any]] = field(default_factory=dict)

    def tell(self, **people: dict[str, Any]) -> None:
        self.people |= people
        (self.folder / "people.json").write_text(json.dumps(self.people))

    def enter(self, who: str, path: str = "/appeals") -> Page:
        """A new browser in which that person opens a page and signs in at the provider."""
        page = self.browser.new_context().new_page()
        page.goto(self.url + path)
        page.fill("input[name=login]", who)
        page.fill("input[name=password]", "any")
        page.click("button[type=submit]")
        page.click("button[type=submit]")  # agrees that the console is told
        return page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        yield playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)


@pytest.fixture(scope="session")
def modules(environments: Path) -> Path:
    found = environments / "oidc" / "node_modules"
    if not found.exists():
        pytest.skip("oidc-provider is not installed: run `make test-peers` where npm is")
    return found


@contextmanager
def opened_site(tmp_path: Path, modules: Path, browser: Browser, **changes: Any) -> Iterator[Site]:
    port, console = free_port(), free_port()
    site = Site(f"http://127.0.0.1:{console}", tmp_path, browser)
    site.tell(mina={"roles": ["modconsole-moderator"]}, lena={"roles": ["lead"]}, zoe={})
    given = {"port": port, "console": site.url, "people": str(tmp_path / "people.json")}
    usual = {"accessTokenSeconds": 600, "renews": True, "skewSeconds": 0}
    (tmp_path / "config.json").write_text(json.dumps({**given, **usual, **changes}))
    shutil.copy(FOLDER / "provider.mjs", modules.parent)
    settings = {
        "dashboard_port": console,
        "sign_in": "oidc",
        "oidc_issuer": f"http://127.0.0.1:{port}",
        "oidc_client_id": "modconsole",
        "oidc_client_secret": SECRET,
    }
    command = ["node", modules.parent / "provider.mjs", tmp_path / "config.json"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as provider,
        subprocess.Popen(
            [sys.executable, "-m", "dashboard.server", "staff"],
            env=console_env(tmp_path / "home", **settings),
            stdout=subprocess.DEVNULL,
        ) as server,
    ):
        try:
            assert provider.stdout is not None
            assert provider.stdout.readline() == b"ready\n"
            await_page(f"{site.url}/_stcore/health", server)
            yield site
        finally:
            provider.kill()
            server.kill()


@pytest.fixture
def site(tmp_path: Path, modules: Path, browser: Browser) -> Iterator[Site]:
    with opened_site(tmp_path, modules, browser) as opened:
        yield opened


def is_in(page: Page, words: str) -> None:
    expect(page.get_by_text(words).locator("visible=true").first).to_be_visible(timeout=PATIENT_MS)


def await_question() -> None:
    """Until the console asks the provider again."""
    time.sleep(ASK_EVERY.total_seconds() + 2)


def test_people_come_in_with_their_roles_and_go_out(site: Site) -> None:
    mina, lena = site.enter("mina"), site.enter("lena")
    is_in(mina, "mina · moderator")
    is_in(lena, "lena · lead")
    assert mina.url == f"{site.url}/appeals"
    mina.reload()
    is_in(mina, "mina · moderator")
    mina.goto(f"{site.url}/sign_out")
    mina.get_by_test_id("stMain").get_by_role("button", name="Sign out").click()
    mina.get_by_role("button", name="Yes, sign me out").click()
    mina.wait_for_selector("input[name=login]")  # back here, which leads to the provider again
    is_in(lena, "lena · lead")


def test_a_claim_that_is_missing_is_told(site: Site) -> None:
    page = site.enter("zoe")
    is_in(page, "You are not signed in")
    is_in(page, "claim `roles` has none of")
    page.get_by_role("link", name="Sign in again").click()
    page.fill("input[name=login]", "lena")  # the provider asks who it is
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.click("button[type=submit]")
    is_in(page, "lena · lead")


def test_a_role_that_is_taken_away_is_gone_in_an_open_page(site: Site) -> None:
    page = site.enter("mina")
    is_in(page, "mina · moderator")
    site.tell(mina={"roles": []}, lena={"roles": ["auditor"]})
    await_question()
    page.get_by_text("Ended").first.click()
    is_in(page, "Your sign-in has ended")
    page.get_by_role("button", name="Sign in").click()
    is_in(page, "You have no role in this console")


def test_an_ended_session_is_told_and_entered_again(
    tmp_path: Path, modules: Path, browser: Browser
) -> None:
    with opened_site(tmp_path, modules, browser, accessTokenSeconds=5, renews=False) as site:
        page = site.enter("mina")
        is_in(page, "mina · moderator")
        await_question()
        page.get_by_text("Ended").first.click()
        is_in(page, "Your sign-in has ended")
        page.get_by_role("button", name="Sign in").click()
        is_in(page, "mina · moderator")  # the provider still knows the person


def test_short_tokens_are_renewed(tmp_path: Path, modules: Path, browser: Browser) -> None:
    with opened_site(tmp_path, modules, browser, accessTokenSeconds=5) as site:
        page = site.enter("mina")
        is_in(page, "mina · moderator")
        await_question()
        page.reload()
        is_in(page, "mina · moderator")


@pytest.mark.parametrize(("skew_s", "words"), [(90, "mina · moderator"), (900, "clocks")])
def test_clocks_may_differ_a_little(
    tmp_path: Path, modules: Path, browser: Browser, skew_s: int, words: str
) -> None:
    with opened_site(tmp_path, modules, browser, skewSeconds=skew_s) as site:
        is_in(site.enter("mina"), words)

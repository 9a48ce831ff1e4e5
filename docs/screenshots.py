"""Takes the pictures of the docs from the running console: `make screenshots`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Page, sync_playwright

from core.bootstrap.services import build_services
from core.clock import system_clock
from core.config import Settings
from core.moderation.api_keys import KeyScope
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.queue import QueueFilter
from core.services.appeal import file_appeal
from core.services.queries import load_case
from core.services.queue import MAX_LIMIT, list_queue
from core.services.review import Review, decide_case
from core.serving.api_keys import KeyFolder
from docs.past_days import bring_past_days

IMAGES = Path(__file__).parent / "images"
NO_DRAWS = {"MODCONSOLE_BLIND_SHARE": "0"}  # a blind case has no reference and no scores to show
PORTS = {"DASHBOARD": 18501, "AUTHOR": 18502, "API": 18000}
OF_MODERATORS = (
    "help",
    "overview",
    "latency",
    "how_long",
    "does_it_scale",
    "what_runs_here",
    "backends",
    "runs",
)
OF_LEADS = ("policy", "work", "quality", "second_looks", "transparency")
REVIEW = {
    "light": (1440, 860, "light"),
    "dark": (1440, 860, "dark"),
    "1024": (1024, 768, "light"),
    "390": (390, 844, "light"),
}
MODERATOR = Actor("mina", Role.MODERATOR)
MILD = "dimwit"  # what is on the pictures of the review desk
MISTAKEN = "The crest of the dyke"
WORDS = "A dyke is the bank that keeps the water out. I live behind one, and so does the town."
PATIENT_MS = 600_000
"""A comparison takes long on a machine with other work."""
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Takes the staff pages in both themes, with the bundled sample in a temporary home."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is needed: apt-get install chromium")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, _console(home):
        reference = _file_appeal(Path(home))
        _load_test({**os.environ, "MODCONSOLE_HOME": home})
        _make_keys(Path(home))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for theme in ("light", "dark"):
                _shoot(browser.new_page(viewport={"width": 1440, "height": 860}), theme)
            for name, (width, height, theme) in REVIEW.items():
                size = {"width": width, "height": height}
                _review(browser.new_page(viewport=size, color_scheme=theme), name)
            _author(browser.new_page(viewport={"width": 390, "height": 844}), reference)
            browser.close()
    with tempfile.TemporaryDirectory() as home:
        bring_past_days(Path(home))
        with _console(home), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for theme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": 1440, "height": 1040}, color_scheme=theme
                )
                _sign_in(page, "ola")
                for name in ("drift", "cost"):
                    _picture(page, name, theme)
            browser.close()


@contextmanager
def _console(home: str) -> Iterator[None]:
    """The servers on that home, from when their queue is ready."""
    ports = {f"MODCONSOLE_{name}_PORT": str(port) for name, port in PORTS.items()}
    environment = {**os.environ, **ports, "MODCONSOLE_HOME": home, **NO_DRAWS}
    console = subprocess.Popen([sys.executable, "-m", "core.cli", "up"], env=environment)
    try:
        _await_queue()
        yield
    finally:
        console.terminate()
        console.wait()


def _load_test(environment: dict[str, str]) -> None:
    """A short one, with servers of its own."""
    command = [sys.executable, "-m", "core.cli", "loadtest", "run", "--seconds", "2"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def _make_keys(home: Path) -> None:
    """One that was rotated, and one that only scores."""
    keys = KeyFolder(Settings(home=home).api_keys_dir)
    now = system_clock().now()
    keys.create("site", now, (KeyScope.COMMENTS_WRITE, KeyScope.DECISIONS_READ))
    keys.rotate("site", now, timedelta(days=1))
    keys.create("editor", now, (KeyScope.SCORE,), now + timedelta(days=365))
    for key in keys.read_all():
        keys.note_use(key)


def _file_appeal(home: Path) -> str:
    """Removes a harmless comment by mistake and files an appeal; returns the reference."""
    services = build_services(
        Settings(home=home, grace_s=0, second_look_share=1), worker="screenshots"
    )
    queue = list_queue(services.context, MODERATOR, QueueFilter(), limit=MAX_LIMIT).items
    held = next(item.revision_id for item in queue if MISTAKEN in item.excerpt)
    case = load_case(services.context, MODERATOR, held)
    review = Review(held, len(case.chain), Action.REMOVE, "screenshots", "identity_attack")
    decide_case(services.context, MODERATOR, review)
    file_appeal(services.context, case.revision.reference, WORDS)
    services.context.store.close()
    return case.revision.reference


def _shoot(page: Page, theme: str) -> None:
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    _sign_in(page, "mina")
    for name in OF_MODERATORS:
        _picture(page, name, theme)
    _sign_in(page, "lena")  # who may hear appeals
    page.get_by_role("link", name="Appeals").click()
    _settle(page)
    page.screenshot(path=IMAGES / f"appeals-{theme}.png")
    for name in OF_LEADS:
        _picture(page, name, theme)
    _compare(page)
    page.screenshot(path=IMAGES / f"parity-{theme}.png")
    _sign_in(page, "ines")
    for name in ("audit", "api_keys"):
        _picture(page, name, theme)
    _sign_in(page, "ada")  # who changes people
    _picture(page, "people", theme)


def _picture(page: Page, name: str, theme: str) -> None:
    page.goto(f"http://127.0.0.1:{PORTS['DASHBOARD']}/{name}")
    _settle(page)
    page.screenshot(path=IMAGES / f"{name}-{theme}.png")


def _author(page: Page, reference: str) -> None:
    """What an author reads about a removed comment, on a phone."""
    page.goto(f"http://127.0.0.1:{PORTS['AUTHOR']}/?reference={reference}")
    _settle(page)
    page.screenshot(path=IMAGES / "author-390.png")


def _review(page: Page, name: str) -> None:
    """The review desk with a reason chosen and the words marked."""
    _sign_in(page, "mina")
    page.goto(f"http://127.0.0.1:{PORTS['DASHBOARD']}/")
    page.locator("[data-shown]").wait_for(timeout=PATIENT_MS)
    page.wait_for_timeout(1_000)
    page.keyboard.press("/")
    page.keyboard.type(MILD)
    page.keyboard.press("Enter")
    page.locator("[data-part=card] .say").get_by_text(MILD).wait_for(timeout=PATIENT_MS)
    page.locator("[data-part=query]").fill("")
    page.goto(
        page.url.split("?")[0] + "?case=" + page.locator("[data-shown]").get_attribute("data-shown")
    )
    page.locator("[data-shown]").wait_for(timeout=PATIENT_MS)
    page.wait_for_timeout(1_000)
    page.keyboard.press("2")
    page.keyboard.press("w")
    page.locator("[data-part=card] mark").first.wait_for(timeout=PATIENT_MS)
    page.wait_for_timeout(2_000)
    page.screenshot(path=IMAGES / f"review-{name}.png")


def _compare(page: Page) -> None:
    """Compares two local backends on the parity page, as a role that may open it."""
    _sign_in(page, "ola")
    page.get_by_role("button", name="Operate").click()
    page.get_by_role("menuitem", name="Parity").click()
    page.locator(".st-key-parity_others input").click()
    page.get_by_role("option").first.click()  # which one is in use depends on the processor
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Thresholds that flag as many comments").wait_for(timeout=PATIENT_MS)
    _settle(page)


def _sign_in(page: Page, who: str) -> None:
    page.goto(f"http://127.0.0.1:{PORTS['DASHBOARD']}/sign_in")
    page.locator(f".st-key-sign_in_{who} button").click()
    # The next address is a reload: without the cookie it would ask who one is.
    page.wait_for_function("() => document.cookie.includes('modconsole_person_')")
    page.wait_for_timeout(1_000)


_IS_COMPLETE = """() =>
    document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning" &&
    !document.querySelector("[data-testid=stSkeleton]")"""


def _settle(page: Page) -> None:
    """Waits until the page is complete, then for its charts and tables to be drawn."""
    page.wait_for_timeout(3_000)
    page.wait_for_function(_IS_COMPLETE, timeout=PATIENT_MS)
    page.wait_for_timeout(3_000)
    page.wait_for_function(_IS_COMPLETE, timeout=PATIENT_MS)


def _await_queue() -> None:
    """Waits until the sample is scored: the API answers some seconds before that."""
    deadline = time.monotonic() + PATIENT_MS / 1000
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORTS['API']}/healthz") as answer:
                if b'"waiting":0' in answer.read():
                    return
        except URLError:
            pass
        time.sleep(1)
    sys.exit("the console did not come up")


if __name__ == "__main__":
    main()

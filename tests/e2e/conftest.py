"""Browser tests on real servers. Without Debian's chromium they are skipped with a reason."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect, sync_playwright

from core.processes.ports import free_port
from tests.e2e.shared_console import Staff, empty_queue
from tests.factories import make_services
from tests.patience import PATIENT_MS, PATIENT_S

CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The tabs of one context share a process, which compiles the pages' scripts once.
    "--process-per-site",
]

# A page with unsaved presses asks before it is left.
LEAVE_SILENTLY = """
  addEventListener("beforeunload", event => event.stopImmediatePropagation(), { capture: true })
"""
# A page gives up an answer after seconds; on a busy machine a test may hold one back for longer.
WAIT_FOR_ANSWERS = "AbortSignal.timeout = () => new AbortController().signal"
# By context: the cookies by site and person.
_cookies_of: MutableMapping[Any, dict[tuple[str, str], list[Any]]] = WeakKeyDictionary()


def console_env(home: Path, **settings: object) -> dict[str, str]:
    """The environment of a console process with the fake backend on its own home."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MODCONSOLE_")}
    # No case is drawn, so that a text's case depends on the text alone.
    drawn = {"audit_share": 0, "blind_share": 0}
    given = {"home": home, "backend": "fake", **drawn, **settings}
    return kept | {f"MODCONSOLE_{name.upper()}": str(value) for name, value in given.items()}


def await_page(url: str, process: subprocess.Popen[bytes], within_s: float = PATIENT_S) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server stopped: exit {process.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENT_S) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within {within_s:.0f} s")


@contextmanager
def running(which: str, home: Path, **settings: object) -> Iterator[str]:
    """The staff console or the public look-up as a process; gives its address."""
    with running_process(which, home, **settings) as (address, _):
        yield address


@contextmanager
def running_process(
    which: str, home: Path, **settings: object
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """As `running`, for tests that halt the process."""
    port = free_port()
    setting = "dashboard_port" if which == "staff" else "author_port"
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard.server", which],
        env=console_env(home, **{setting: port, **settings}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_page(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=PATIENT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def halted(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process does nothing meanwhile; what browsers send it waits."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def sign_in(page, who: str) -> None:
    """Choose a person on the sign-in page, and wait until the browser has the cookie."""
    page.locator(f".st-key-sign_in_{who} button").click()
    page.wait_for_function("() => document.cookie.includes('modconsole_person_')")


def open_signed_in(page, url: str, who: str) -> None:
    """Open an address of the staff console as that person. Where an earlier test of the file has
    signed in, the browser gets its cookie back: the sign-in page costs seconds."""
    known = _cookies_of.setdefault(page.context, {})
    person = urlsplit(url).netloc, who
    if person in known:
        page.context.add_cookies(known[person])
        page.goto(url)
        return
    page.goto(url)
    sign_in(page, who)
    known[person] = page.context.cookies(url)


def await_card(page, *, after: str = "") -> str:
    """Wait until the card shown accepts keys, and return its mark. `after` is the mark of the
    card before: a press that comes too early is meant for that one and does nothing."""
    ready = page.locator(f'.st-key-keyboard p[data-ready]:not([data-ready="{after}"])')
    ready.wait_for()
    return ready.get_attribute("data-ready")


def settle(page, quiet_ms: int = 1_500) -> None:
    """Waits until the page is drawn and quiet for that long."""
    page.evaluate("delete window.quietSince")
    page.wait_for_function(
        """quiet_ms => {
          const app = document.querySelector("[data-test-script-state]")
          const now = performance.now()
          if (app?.dataset.testScriptState !== "notRunning") window.quietSince = undefined
          else window.quietSince ??= now
          return now - window.quietSince > quiet_ms
        }""",
        arg=quiet_ms,
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """A test that fails tells what its pages showed."""
    report = yield
    context = getattr(item, "funcargs", {}).get("_kept_context")
    if call.when == "call" and report.failed and context is not None:
        for page in context.pages[1:]:
            try:
                shown = page.evaluate("document.body?.innerText ?? ''")
            except PlaywrightError as error:
                shown = f"can't be read: {error}"
            report.sections.append((f"page {page.url}", shown[:2_000]))
    return report


# Not for the session: while it runs, no other test can start an event loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine: apt-get install chromium runs these tests")
    expect.set_options(timeout=PATIENT_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def _shared_staff(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staff]:
    home = tmp_path_factory.mktemp("shared")
    services = make_services(home)
    with running("staff", home) as address:
        yield Staff(services, address)
    services.close()


@pytest.fixture
def staff(_shared_staff: Staff) -> Staff:
    """The console that the tests of a file share, with nothing in its queue."""
    empty_queue(_shared_staff.services)
    return _shared_staff


@pytest.fixture(scope="module")
def _kept_context(browser) -> Iterator[object]:
    """A context for the tests of one file, of whose site a tab stays open: a page's scripts take
    seconds to load and compile, and the second time a third of that."""
    context = _new_context(browser)
    anchor = context.new_page()
    anchor.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
    anchor.goto("http://127.0.0.1/")
    yield context
    context.close()


@pytest.fixture
def new_page(browser, _kept_context) -> Iterator[Callable[[], object]]:
    """Makes tabs, the first in a context that a file's tests share, each other in one of its own;
    no test finds what another left. `page.outside` lists requests to other hosts."""
    contexts = []

    def make() -> object:
        context = _new_context(browser) if contexts else _kept_context
        contexts.append(context)
        page = context.new_page()
        page.outside = []
        page.on("request", lambda request: _note(page, request.url))
        return page

    yield make
    for context in contexts[1:]:
        context.close()
    if contexts:
        _forget(_kept_context)


def _new_context(browser):
    context = browser.new_context(viewport={"width": 1440, "height": 860})
    context.set_default_timeout(PATIENT_MS)
    context.add_init_script(WAIT_FOR_ANSWERS)
    return context


def _forget(context) -> None:
    """Closes every tab but the anchor, then clears what the browser keeps of them. A page outlives
    its tab for some milliseconds, in which it may write its cookie once more; an empty page does
    not."""
    anchor, *pages = context.pages
    urls = [urlsplit(page.url) for page in pages]
    context.unroute_all()
    for page in pages:
        page.evaluate(LEAVE_SILENTLY)
        page.goto("about:blank")
        page.close()
    context.clear_cookies()
    storage = context.new_cdp_session(anchor)
    for origin in {f"{url.scheme}://{url.netloc}" for url in urls if url.netloc}:
        storage.send(
            "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage"}
        )
    storage.detach()


def _note(page, url: str) -> None:
    if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
        page.outside.append(url)

"""kill -9 of the dashboard's server while keys are pressed in a real browser: each decision the
page showed is stored exactly once, and the next start continues."""

import random
import signal
import time
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as PageTimeout

from core.moderation.policies import Action
from core.servinglog.queries import ServingLogQueries
from tests.e2e.conftest import settle
from tests.e2e.reviewing import ANOTHER, Console, Reviewer, check_state, fill
from tests.e2e.test_review_in_browser import CARD, open_queue
from tests.factories import make_services
from tests.kills import kill_count
from tests.patience import PATIENT_MS, PATIENT_S

FULL = 100
MOST_PRESSES = 2
WORDS_EVERY = 5
FIRST_LONGEST_S, LATER, EARLIER = 0.1, 1.05, 0.7
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kills,
    pytest.mark.timeout(120 + 60 * kill_count(FULL)),
]


def calls_in(home) -> int:
    return ServingLogQueries(home / "serving-log").bounds().calls


def test_killed_dashboard_keeps_what_it_showed_and_starts_again(tmp_path, browser) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)  # shown when the test fails
    moments = random.Random(seed)
    kills = kill_count(FULL)
    console = Console(tmp_path / "a home? [100%20]")
    services = make_services(console.home)
    revisions = fill(services, kills * 5 * (MOST_PRESSES + 1) + 2)
    acknowledged: dict[str, Action] = {}
    starts_s: list[float] = []
    hits = landed = logged = tries = 0
    longest_s = FIRST_LONGEST_S
    while hits < kills:
        tries += 1
        assert tries <= kills * 5, "most kills came when nothing was under way"
        context = browser.new_context(viewport={"width": 1440, "height": 860})
        began = time.perf_counter()
        with console.running() as process:
            starts_s.append(time.perf_counter() - began)
            reviewer = Reviewer(context.new_page(), revisions)
            open_queue(reviewer.page, console.address)
            for _ in range(moments.randrange(MOST_PRESSES + 1)):
                reviewer.press(moments.choice("aex"))
                reviewer.await_answer()
            if tries % WORDS_EVERY == 1:
                reviewer.look_at_words()
            reviewer.press(moments.choice("aex"))
            was_open = not reviewer.note_answer()
            time.sleep(moments.uniform(0, longest_s))
            process.send_signal(signal.SIGKILL)
            process.wait()
            reviewer.page.wait_for_timeout(200)  # for what was sent before the end
            was_shown = reviewer.note_answer()
        is_hit = was_open and not was_shown
        hits += is_hit
        # However fast the machine is: later while kills come too early, and the other way round.
        longest_s *= LATER if is_hit else EARLIER
        context.close()
        acknowledged |= reviewer.acknowledged
        check_state(services, revisions, acknowledged)
        landed += not was_shown and is_decided(services, revisions[reviewer.pressed[0]])
        calls = calls_in(console.home)
        assert calls >= logged, "the serving log lost calls"
        logged = calls
    assert logged > 0
    services.close()
    starts_s.sort()
    print(
        f"{tries} kills, {hits} before the page had the answer ({landed} after the commit); "
        f"{len(acknowledged)} decisions shown, none lost, none doubled; start to health: median "
        f"{starts_s[len(starts_s) // 2]:.1f} s, longest {starts_s[-1]:.1f} s"
    )


def is_decided(services, revision) -> bool:
    with services.context.store.read() as reader:
        return len(reader.decision_chain(revision.id)) > 1


def press_until_answered(reviewer: Reviewer, key: str) -> None:
    """A key that comes while the page is drawn anew is not taken: a person presses it again."""
    while True:
        reviewer.press(key)
        with suppress(PageTimeout):
            reviewer.page.wait_for_function(
                ANOTHER, arg=[CARD, reviewer.pressed[0]], timeout=20_000
            )
            break
    reviewer.note_answer()


def test_page_that_stayed_open_over_a_kill_goes_on_and_doubles_nothing(tmp_path, browser) -> None:
    console = Console(tmp_path)
    services = make_services(tmp_path)
    revisions = fill(services, 6)
    context = browser.new_context(viewport={"width": 1440, "height": 860})
    page = context.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda _: sockets.append(page.url))
    reviewer = Reviewer(page, revisions)
    with console.running():
        open_queue(page, console.address)
        reviewer.press("a")
        # Killed here, before the page has the answer.
    before = len(sockets)
    with console.running():
        deadline = time.monotonic() + PATIENT_S
        while len(sockets) == before:
            assert time.monotonic() < deadline, "the page did not connect again"
            page.wait_for_timeout(100)
        page.locator("[data-test-script-state='notRunning']").wait_for()
        page.locator(CARD).wait_for()
        first, _ = reviewer.pressed
        if is_decided(services, revisions[first]):
            page.wait_for_function(ANOTHER, arg=[CARD, first], timeout=PATIENT_MS)
        settle(page)
        press_until_answered(reviewer, "e")
    check_state(services, revisions, reviewer.acknowledged)
    context.close()
    services.close()

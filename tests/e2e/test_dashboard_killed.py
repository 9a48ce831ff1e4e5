"""kill -9 of the dashboard's server while keys are pressed in a real browser: each decision the
page showed is stored exactly once, and the next start continues."""

import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.moderation.comments import IncomingComment
from core.moderation.decisions import DecisionSource
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.processes.ports import free_port
from core.services.ingest import ingest
from core.services.score import score_waiting
from core.servinglog.queries import ServingLogQueries
from tests.e2e.conftest import await_page, console_env
from tests.e2e.test_review_in_browser import CARD, card_text, open_queue
from tests.factories import make_services
from tests.kills import kill_count
from tests.patience import PATIENT_MS, PATIENT_S
from tests.state_checks import broken_invariants

FULL = 100
MOST_PRESSES = 2
WORDS_EVERY = 5
FIRST_LONGEST_S, LATER, EARLIER = 0.1, 1.05, 0.7
SETTLE_MS = 700  # a card must have been on screen for a moment before its keys count
NUMBER = re.compile(r"number \d{5}")
ON_CARD = "card => document.querySelector(card)?.innerText.match(/number \\d{5}/)?.[0]"
ANOTHER = f"([card, number]) => ![undefined, number].includes(({ON_CARD})(card))"
HIDDEN = f"([card, number]) => ({ON_CARD})(card) !== number"
KEYS = {"a": Action.APPROVE, "e": Action.ESCALATE, "x": Action.REMOVE}

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kills,
    pytest.mark.timeout(120 + 60 * kill_count(FULL)),
]


class Console:
    """The staff console on one home and port, to be killed and started again."""

    def __init__(self, home):
        self.home = home
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.server", "staff"],
            env=console_env(self.home, dashboard_port=self.port),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            await_page(f"{self.address}/_stcore/health", process)
            yield process
        finally:
            process.kill()
            process.wait()


def await_keys(page, revision) -> None:
    """Until the card of that comment has been shown for long enough to be decided on."""
    page.locator(f'.st-key-keyboard p[data-ready^="{revision.id}_"]').wait_for()


class Reviewer:
    """Presses keys on one page and records which comments the page showed as decided."""

    def __init__(self, page, revisions):
        self.page = page
        self.revisions = revisions
        self.pressed = None
        self.acknowledged: dict[str, Action] = {}

    def press(self, key: str) -> None:
        """Decide on the comment that is on screen."""
        number = shown_number(self.page)
        await_keys(self.page, self.revisions[number])
        self.page.wait_for_timeout(SETTLE_MS)
        if key == "x":
            self.page.keyboard.press("2")
            self.page.get_by_text("radio_button_checked").filter(visible=True).first.wait_for()
            await_keys(self.page, self.revisions[number])
        self.pressed = number, KEYS[key]
        self.page.keyboard.press(key)

    def look_at_words(self) -> None:
        """Press W: the dashboard itself calls the model."""
        number = shown_number(self.page)
        await_keys(self.page, self.revisions[number])
        self.page.keyboard.press("w")
        self.page.wait_for_function(HIDDEN, arg=[CARD, number], timeout=PATIENT_MS)
        self.page.keyboard.press("w")
        assert shown_number(self.page) == number

    def await_answer(self) -> None:
        self.page.wait_for_function(ANOTHER, arg=[CARD, self.pressed[0]], timeout=PATIENT_MS)
        self.note_answer()

    def note_answer(self) -> bool:
        """Whether the page already shows the decision of the last press."""
        number, action = self.pressed
        shown = NUMBER.search(card_text(self.page))
        if shown is None or shown[0] == number:
            return False
        self.acknowledged[number] = action
        return True


def shown_number(page) -> str:
    """The number of the comment on the card; waits during a redraw, when there is none."""
    return page.wait_for_function(ON_CARD, arg=CARD, timeout=PATIENT_MS).json_value()


def fill(services, count: int):
    """Adds that many held comments; returns them by the text the card shows."""
    now = services.clock.now()
    texts = [f"You idiot, this is number {n:05d}." for n in range(count)]
    rows = [IncomingComment("site", text[-6:-1], text, "sam", now) for text in texts]
    list(ingest(services.context, SYSTEM, rows))
    list(score_waiting(services.context, services.scorer))
    with services.context.store.read() as reader:
        kept = [reader.comment_by_source("site", text[-6:-1]) for text in texts]
        return {
            text[-13:-1]: reader.latest_revision(c.id) for text, c in zip(texts, kept, strict=True)
        }


def check_state(services, revisions, acknowledged) -> None:
    state = services.settings.state_path
    assert broken_invariants(state) == {}  # each decision has its event, each held comment its case
    with services.context.store.read() as reader:
        for number, revision in revisions.items():
            chain = reader.decision_chain(revision.id)
            by_people = [d.action for d in chain if d.source is DecisionSource.REVIEWER]
            assert len(by_people) <= 1, f"{number} was decided twice"
            if number in acknowledged:
                assert by_people == [acknowledged[number]], f"{number} was shown as decided"


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
        reviewer.press("e")
        reviewer.await_answer()
    check_state(services, revisions, reviewer.acknowledged)
    context.close()
    services.close()

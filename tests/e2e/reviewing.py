"""A staff console as a process, a reviewer at its keys, and what must hold afterwards."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from core.moderation.comments import IncomingComment
from core.moderation.decisions import DecisionSource
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.processes.ports import free_port
from core.services.ingest import ingest
from core.services.score import score_waiting
from tests.e2e.conftest import await_page, console_env, settle
from tests.e2e.test_review_in_browser import CARD, card_text
from tests.patience import PATIENT_MS
from tests.state_checks import broken_invariants, place_of

QUIET_MS = 700  # a card must have been on screen for a moment before its keys count
NUMBER = re.compile(r"number \d{5}")
ON_CARD = "card => document.querySelector(card)?.innerText.match(/number \\d{5}/)?.[0]"
ANOTHER = f"([card, number]) => ![undefined, number].includes(({ON_CARD})(card))"
HIDDEN = f"([card, number]) => ({ON_CARD})(card) !== number"
KEYS = {"a": Action.APPROVE, "e": Action.ESCALATE, "x": Action.REMOVE}


class Console:
    """The staff console on one home and port, to be killed and started again."""

    def __init__(self, home, **settings):
        self.home = home
        self.settings = settings
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.server", "staff"],
            env=console_env(self.home, dashboard_port=self.port, **self.settings),
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
        settle(self.page, QUIET_MS)  # a key that comes while the page is drawn anew is not taken
        if key == "x":
            self.page.keyboard.press("2")
            self.page.get_by_text("radio_button_checked").filter(visible=True).first.wait_for()
            await_keys(self.page, self.revisions[number])
            settle(self.page, QUIET_MS)
        self.pressed = number, KEYS[key]
        self.page.keyboard.press(key)

    def look_at_words(self) -> None:
        """Press W: the dashboard itself calls the model."""
        number = shown_number(self.page)
        await_keys(self.page, self.revisions[number])
        settle(self.page, QUIET_MS)
        self.page.keyboard.press("w")
        self.page.wait_for_function(HIDDEN, arg=[CARD, number], timeout=PATIENT_MS)
        settle(self.page, QUIET_MS)
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
    # Each decision has its event, each held comment its case.
    assert broken_invariants(place_of(services.settings)) == {}
    with services.context.store.read() as reader:
        for number, revision in revisions.items():
            chain = reader.decision_chain(revision.id)
            by_people = [d.action for d in chain if d.source is DecisionSource.REVIEWER]
            assert len(by_people) <= 1, f"{number} was decided twice"
            if number in acknowledged:
                assert by_people == [acknowledged[number]], f"{number} was shown as decided"

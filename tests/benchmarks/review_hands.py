"""Reviews a queue to its end by hand: with keys alone, then with the mouse alone, at three widths.

    python -m tests.benchmarks.review_hands [COMMENTS] [FOLDER]

Every third comment is removed for a reason, every fourth escalated, every tenth skipped at first,
and after every seventh decision the last one is taken back and made anew. Prints JSON: how many of
the comments each hand decided, lost, or decided otherwise than it pressed. With a FOLDER, each
queue is photographed in light and dark: at its beginning, with a reason and a note, with the
dialogs open, and at its end.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from core.moderation.policies import Action
from tests.benchmarks.measured import print_table
from tests.e2e.conftest import CHROMIUM_ARGS
from tests.e2e.desk_page import await_saved, await_shown, decided, open_desk, shown
from tests.e2e.reviewing import Console, fill
from tests.factories import make_services
from tests.patience import PATIENT_MS

SIZES = ((390, 844), (1024, 768), (1440, 860))
ACTIONS = {"Approve": Action.APPROVE, "Remove": Action.REMOVE, "Escalate": Action.ESCALATE}
KEYS = {"Approve": "a", "Remove": "x", "Escalate": "e", "Skip": "s", "Undo": "u", "Threats": "1",
        "Note to the author": "n", "Help": "h"}  # fmt: skip
THEMES = ("light", "dark")


@dataclass
class Hand:
    """One way to press on one page, and what it pressed on each comment last."""

    name: str
    page: Page
    pressed: dict[str, Action] = field(default_factory=dict)

    def press(self, what: str) -> None:
        if self.name == "keys":
            self.page.keyboard.press(KEYS[what])
        else:
            # The button for removing also names the chosen reason.
            self.page.get_by_role("button", name=re.compile(f"^{what}")).click()

    def decide(self, number: int, *, is_last: bool) -> None:
        now = shown(self.page)
        what = "Remove" if number % 3 == 0 else "Escalate" if number % 4 == 0 else "Approve"
        if what == "Remove":
            self.press("Threats")
        self.press(what)
        self.pressed[now] = ACTIONS[what]
        if not is_last:
            await_shown(self.page, after=now)

    def take_back(self) -> None:
        """Undo the last press, and approve instead."""
        now, last = shown(self.page), next(reversed(self.pressed))
        self.press("Undo")
        await_shown(self.page, after=now)
        self.press("Approve")
        self.pressed[last] = Action.APPROVE
        await_shown(self.page, after=last)


def main(count: int, folder: Path | None) -> None:
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
        )
        for width, height in SIZES:
            for name in ("keys", "mouse"):
                page = browser.new_page(viewport={"width": width, "height": height})
                page.set_default_timeout(PATIENT_MS)
                hand = Hand(name, page)
                rows.append({"width": width, "hand": name, **_review(hand, count, folder)})
                page.close()
        browser.close()
    command = f"python -m tests.benchmarks.review_hands {count}"
    print_table({"benchmark": "review hands", "command": command, "rows": rows})


def _review(hand: Hand, count: int, folder: Path | None) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as home:
        services = make_services(Path(home))
        revisions = {each.id: each for each in fill(services, count).values()}
        console = Console(Path(home))
        with console.running():
            open_desk(hand.page, console.address)
            width = hand.page.viewport_size["width"] if hand.page.viewport_size else 0
            photograph = _camera(hand.page, folder, f"{width}-{hand.name}")
            photograph("first")
            _work(hand, count, photograph)
            await_saved(hand.page)
            photograph("end")
        made = {each: decided(services, revision)[-1:] for each, revision in revisions.items()}
        services.context.store.close()
    return {
        "comments": count,
        "decided": sum(map(bool, made.values())),
        "lost": sum(made[each] == [] for each in hand.pressed),
        "otherwise": sum(made[each] not in ([], [action]) for each, action in hand.pressed.items()),
    }


def _work(hand: Hand, count: int, photograph: Callable[[str], None]) -> None:
    for number in range(1, count + 1):
        if number % 10 == 0 and number < count:
            now = shown(hand.page)
            hand.press("Skip")
            await_shown(hand.page, after=now)
        if number == 2:
            _look_around(hand, photograph)
        hand.decide(number, is_last=number == count)
        if number % 7 == 0 and number < count:
            hand.take_back()


def _look_around(hand: Hand, photograph: Callable[[str], None]) -> None:
    """Opens what a moderator opens now and then."""
    hand.press("Threats")
    hand.press("Note to the author")
    hand.page.keyboard.type("Please say it without the insult.")
    hand.page.keyboard.press("Escape")
    photograph("reason-and-note")
    hand.press("Help")
    photograph("help")
    hand.page.keyboard.press("Escape")


def _camera(page: Page, folder: Path | None, name: str) -> Callable[[str], None]:
    def photograph(moment: str) -> None:
        if folder is None:
            return
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(500)
            page.screenshot(path=folder / f"{name}-{moment}-{theme}.png")

    return photograph


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int((*given, "60")[0]), Path(given[1]) if given[1:] else None)

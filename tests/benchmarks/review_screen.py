"""Time until a comment is on screen in a review queue of many cases, in a real browser.

    python -m tests.benchmarks.review_screen [CASES] [TIMES]

Makes that many cases, opens the review desk once so that server and browser are warm, then does
each thing TIMES times. Prints JSON, each figure in milliseconds with its median, 95th percentile
and end:

- `open`: from the beginning of the navigation until the first comment is painted;
- `filter`: from the click on a label above the list until the first comment with it is painted;
- `search`: from Enter until the first comment that the search found is painted;
- `case`: from the click on a comment of the list until it is painted.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import cycle
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from core.benchmarks import queue_data
from core.services.policies import ensure_policy
from tests.benchmarks.measured import print_table
from tests.e2e.conftest import CHROMIUM_ARGS
from tests.e2e.desk_page import await_shown, open_desk
from tests.e2e.reviewing import Console
from tests.factories import make_services

# The card's `data-shown` is set after the paint of a comment.
WATCH = """
  window.begun_ms = 0
  const begin = event => {
    if (event.type === "keydown" && event.key !== "Enter") return
    Object.assign(window, { begun_ms: event.timeStamp, painted_ms: undefined })
  }
  for (const kind of ["click", "keydown"]) addEventListener(kind, begin, true)
  const find = root => root.querySelector("[data-part=card]")
    ?? [...root.querySelectorAll("*")].map(e => e.shadowRoot && find(e.shadowRoot)).find(Boolean)
  const painted = card => { if (card.dataset.shown) window.painted_ms ??= performance.now() }
  const look = () => {
    const card = find(document)
    if (!card) return requestAnimationFrame(look)
    painted(card)
    new MutationObserver(() => painted(card)).observe(card, { attributeFilter: ["data-shown"] })
  }
  requestAnimationFrame(look)
"""
PATIENCE_MS = 60_000
FREQUENT = 100
"""So many words are in nearly every comment or in every tenth."""


def main(cases: int, times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        words = fill(Path(folder), cases)
        console = Console(Path(folder))
        with console.running(), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
            )
            page = browser.new_page(viewport={"width": 1440, "height": 860})
            page.add_init_script(WATCH)
            open_desk(page, console.address)
            took_ms = {"open": opened(page, console.address, times), **used(page, words, times)}
            browser.close()
    print_table(
        {
            "benchmark": "review screen",
            "command": f"python -m tests.benchmarks.review_screen {cases} {times}",
            "cases": cases,
            "times": times,
            "rows": [{"what": what, **spread(ms)} for what, ms in took_ms.items()],
        }
    )


def fill(home: Path, cases: int) -> Sequence[str]:
    """The words of the comments, the most frequent ones first."""
    with closing(make_services(home)) as services:
        ensure_policy(services.context)
        return queue_data.fill(services.context.store, cases, lambda _: None).words


def opened(page: Page, address: str, times: int) -> list[float]:
    """The first time, which warms up, is left out."""
    found = []
    for _ in range(times + 1):
        page.goto(f"{address}/review_queue")
        found.append(painted_ms(page))
    return found[1:]


def used(page: Page, words: Sequence[str], times: int) -> dict[str, list[float]]:
    """In turn, so that a busy moment of the machine affects all."""
    looked_for = cycle(words[FREQUENT::7])
    quick = page.locator("[data-part=quick] button")

    def search() -> None:
        page.locator("[data-part=query]").fill(next(looked_for))
        page.locator("[data-part=query]").press("Enter")

    works: dict[str, Callable[[int], None]] = {
        "filter": lambda number: quick.nth(number % 2).click(),
        "search": lambda _: search(),
        "case": lambda number: page.locator("[data-part=list] > li").nth(2 + number % 5).click(),
    }
    found: dict[str, list[float]] = {what: [] for what in works}
    for number in range(times):
        page.goto(page.url.partition("?")[0])
        await_shown(page)
        page.wait_for_timeout(500)
        for what in ("filter", "case", "search"):
            works[what](number)
            found[what].append(painted_ms(page))
            page.wait_for_timeout(500)
    return found


def painted_ms(page: Page) -> float:
    page.wait_for_function("() => window.painted_ms !== undefined", timeout=PATIENCE_MS)
    took_ms: float = page.evaluate("painted_ms - begun_ms")
    return took_ms


def spread(took_ms: Sequence[float]) -> dict[str, float]:
    p50, p95, most = np.percentile(took_ms, [50, 95, 100])
    return {"p50_ms": round(p50, 1), "p95_ms": round(p95, 1), "max_ms": round(most, 1)}


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main((*given, 1_000_000)[0], (*given[1:], 20)[0])

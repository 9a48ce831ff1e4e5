"""Time from a key press to the painted next comment, in a real browser.

    python -m tests.benchmarks.review_keys [DECISIONS] [PAUSE_MS] [DELAY_MS]

Decides that many comments with pauses around PAUSE_MS between the presses, while each answer of the
server takes DELAY_MS longer. Prints JSON: percentiles
of the time from key to paint in milliseconds, how many presses were lost or doubled, and the memory
of page and server at the beginning and at the end.
"""

import random
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from core.moderation.decisions import DecisionSource
from tests.benchmarks.measured import print_table, rss_mb
from tests.e2e.conftest import CHROMIUM_ARGS
from tests.e2e.desk_page import await_saved, open_desk, slow_down
from tests.e2e.reviewing import Console, fill
from tests.factories import make_services

SEED = 14
# `data-shown` is set after the paint of a comment; the key's own time comes from the browser.
LISTEN = """
  window.took_ms = []
  window.addEventListener(
    "keydown", event => { if (event.key === "a") window.pressed = event.timeStamp }, true)
"""
WATCH = """() => {
  const find = root => root.querySelector("[data-part=card]")
    ?? [...root.querySelectorAll("*")].map(e => e.shadowRoot && find(e.shadowRoot)).find(Boolean)
  const card = find(document)
  new MutationObserver(() => {
    if (!card.dataset.shown) return
    if (window.pressed !== undefined) window.took_ms.push(performance.now() - window.pressed)
    window.pressed = undefined
  }).observe(card, { attributeFilter: ["data-shown"] })
}"""


def main(decisions: int, pause_ms: float, delay_ms: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = make_services(Path(folder))
        revisions = fill(services, decisions + 2)
        console = Console(Path(folder))
        with console.running() as process:
            took_ms, memory = measure(console.address, process.pid, decisions, pause_ms, delay_ms)
        with services.context.store.read() as reader:
            counts = [
                sum(d.source is DecisionSource.REVIEWER for d in reader.decision_chain(each.id))
                for each in revisions.values()
            ]
        services.context.store.close()
    p50, p95, p99 = np.percentile(took_ms, [50, 95, 99])
    table = {
        "benchmark": "review keys",
        "command": f"python -m tests.benchmarks.review_keys {decisions} {pause_ms:g} {delay_ms:g}",
        "decisions": decisions,
        "pause_ms": pause_ms,
        "delay_ms": delay_ms,
        "p50_ms": round(p50, 1),
        "p95_ms": round(p95, 1),
        "p99_ms": round(p99, 1),
        "max_ms": round(max(took_ms), 1),
        "lost": decisions - sum(map(bool, counts)),
        "doubled": sum(count > 1 for count in counts),
        **memory,
    }
    print_table(table)


def measure(
    address: str, server: int, decisions: int, pause_ms: float, delay_ms: float
) -> tuple[list[float], dict[str, float]]:
    pauses = random.Random(SEED)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
        )
        page = browser.new_page(viewport={"width": 1440, "height": 860})
        page.add_init_script(LISTEN)  # before the desk, which lets no key through
        open_desk(page, address)
        page.evaluate(WATCH)
        page.wait_for_timeout(2_000)
        slow_down(page, int(delay_ms))
        memory = {}
        for number in range(decisions):
            if number == decisions // 10:  # everything that is loaded once has been loaded
                memory |= _memory(page, server, "after_a_tenth")
            page.keyboard.press("a")
            page.wait_for_function("n => took_ms.length > n", arg=number, polling=10)
            page.wait_for_timeout(pause_ms * pauses.uniform(0.5, 1.5))
        await_saved(page)
        memory |= _memory(page, server, "at_the_end")
        took_ms: list[float] = page.evaluate("took_ms")
        browser.close()
    return took_ms, memory


def _memory(page: Page, server: int, when: str) -> dict[str, float]:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return {f"page_mb_{when}": round(heap / 1e6, 1), f"server_mb_{when}": rss_mb(server)}


if __name__ == "__main__":
    given = [float(each) for each in sys.argv[1:]]
    main(int((*given, 50)[0]), (*given[1:], 300.0)[0], (*given[2:], 0.0)[0])

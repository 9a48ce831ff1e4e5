"""Time from a key press to the next comment, in a real browser.

    python -m tests.benchmarks.review_keys [DECISIONS]

Prints JSON: p50, p95 and maximum in milliseconds over that many approvals on one server.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM
from core.services.ingest import ingest
from core.services.score import score_waiting
from tests.e2e.conftest import CHROMIUM_ARGS, running, sign_in
from tests.factories import make_services

WAIT_FOR_OTHER_TEXT = (
    "before => { const card = document.querySelector('.st-key-case_card');"
    " return card && !card.innerText.includes(before); }"
)


def main(decisions: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = make_services(Path(folder))
        now = services.clock.now()
        texts = [f"You idiot, this is number {n:05d}." for n in range(decisions * 2)]
        items = [IncomingComment("bench", text[-6:], text, "sam", now) for text in texts]
        list(ingest(services.context, SYSTEM, items))
        list(score_waiting(services.context, services.scorer))
        with running("staff", Path(folder)) as address:
            took_ms = measure(address, decisions)
        services.context.store.close()
    p50, p95 = np.percentile(took_ms, [50, 95])
    table = {
        "benchmark": "review keys",
        "command": f"python -m tests.benchmarks.review_keys {decisions}",
        "decisions": decisions,
        "p50_ms": round(p50),
        "p95_ms": round(p95),
        "max_ms": round(max(took_ms)),
    }
    print(json.dumps(table, indent=2))


def measure(address: str, decisions: int) -> list[float]:
    took_ms: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
        )
        page = browser.new_page(viewport={"width": 1440, "height": 860})
        page.goto(address)
        sign_in(page, "mina")
        page.get_by_role("button", name="Approve").wait_for(timeout=30_000)
        page.wait_for_timeout(2_000)
        for _ in range(decisions):
            text = page.locator(".st-key-case_card").inner_text()
            shown = text[text.index("number") :][:12]
            begin = time.perf_counter()
            page.keyboard.press("a")
            page.wait_for_function(WAIT_FOR_OTHER_TEXT, arg=shown, polling="raf")
            took_ms.append((time.perf_counter() - begin) * 1000)
            page.wait_for_timeout(300)
        browser.close()
    return took_ms


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)

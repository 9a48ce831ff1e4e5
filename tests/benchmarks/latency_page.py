"""Time until the page Latency & throughput is drawn, and from a brush to its table, in a browser.

    python -m tests.benchmarks.latency_page [CALLS] [HOURS] [TIMES]

Fills a log with CALLS calls over twice HOURS, opens the page once so that server and browser are
warm, then opens it TIMES times and brushes the chart TIMES times at different places. Prints JSON,
each figure in milliseconds with its median, quartiles and ends:

- `tiles`: from the beginning of the navigation until six figures are drawn;
- `chart`: until the chart of the time of a call is drawn, too;
- `whole`: until the last chart of the page is drawn;
- `brush_to_table`: from the release of the mouse until the table of other calls is drawn;
- `opening_server_cpu`, `brush_server_cpu`: how long the server worked for it, which other work on
  the machine changes less than the times above.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from core.bootstrap.objectives import alert_file
from tests.benchmarks.measured import cpu_ms, print_table
from tests.e2e.conftest import CHROMIUM_ARGS, sign_in
from tests.e2e.reviewing import Console
from tests.factories import make_services
from tests.latency_site import write_alert, write_log

CHART = ".st-key-latency_chart .vega-embed :is(canvas, svg.marks)"
EVERY = 14
"""Charts of the page: six trends, which are images, time, throughput, waterfall, heat map, and four
of phases and sizes."""
DRAWN = ".vega-embed :is(canvas, svg.marks), [data-testid=stImage] img"
PATIENCE_MS = 120_000
# In each frame that the browser draws: what is there for the first time, and since when.
WATCH = (
    """
  window.drawn_ms = {}
  const seen = {
    tiles: () => document.querySelectorAll("[data-testid=stMetricValue]").length >= 6,
    chart: () => window.drawn_ms.tiles && document.querySelector("CHART"),
    whole: () => window.drawn_ms.chart && document.querySelectorAll("DRAWN").length >= EVERY,
  }
  const table = () => document.querySelector("[class*=st-key-slowest_]:has(canvas)")?.className
  const part = () => document.querySelector(".st-key-slowest_calls p")?.textContent
  addEventListener("pointerup", event => {
    window.released = { ms: event.timeStamp, table: table(), part: part() }
    window.table_ms = undefined
  }, true)
  const look = () => {
    for (const [name, is] of Object.entries(seen))
      if (!window.drawn_ms[name] && is()) window.drawn_ms[name] = performance.now()
    const from = window.released
    if (from && !window.table_ms && part() !== from.part && table() && table() !== from.table)
      window.table_ms = performance.now() - from.ms
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
""".replace("CHART", CHART)
    .replace("DRAWN", DRAWN)
    .replace("EVERY", str(EVERY))
)


def main(calls: int, hours: float, times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = make_services(Path(folder))
        span, until = timedelta(hours=hours), datetime.now(UTC)
        write_log(services.serving_log_queries.directory, until, span, calls)
        write_alert(services.settings.alerts_dir, until, span)
        assert alert_file(services.settings).alerts()
        services.close()
        console = Console(Path(folder))
        with console.running() as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
            )
            page = browser.new_page(viewport={"width": 1440, "height": 1800})
            page.goto(console.address)
            sign_in(page, "ola")
            page.add_init_script(WATCH)
            window = next(name for name, most in WINDOWS.items() if hours <= most)
            opened = measure_opening(
                page, f"{console.address}/latency?window={window}", times, server.pid
            )
            brushed = measure_brush(page, times, server.pid)
            browser.close()
    print_table(
        {
            "benchmark": "latency page",
            "command": f"python -m tests.benchmarks.latency_page {calls} {hours:g} {times}",
            "calls": calls,
            "hours": hours,
            "times": times,
            **{name: spread(ms) for name, ms in (opened | brushed).items()},
            "load_average": [round(one, 1) for one in os.getloadavg()],
        }
    )


WINDOWS = {"1+h": 1.0, "6+h": 6.0, "24+h": 24.0, "7+d": 168.0, "all": float("inf")}


def measure_opening(page: Page, address: str, times: int, server: int) -> dict[str, list[float]]:
    """Milliseconds by what is drawn; the first time, which warms up, is left out."""
    names = ("tiles", "chart", "whole", "opening_server_cpu")
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(times + 1):
        before = cpu_ms(server)
        page.goto(address)
        page.wait_for_function("() => window.drawn_ms?.whole", timeout=PATIENCE_MS)
        page.wait_for_timeout(1_500)
        drawn = page.evaluate("window.drawn_ms") | {"opening_server_cpu": cpu_ms(server) - before}
        for name, ms in found.items():
            if number:
                ms.append(drawn[name])
    return found


def measure_brush(page: Page, times: int, server: int) -> dict[str, list[float]]:
    """Milliseconds from the release to the table, each time for another part of the window."""
    found: dict[str, list[float]] = {"brush_to_table": [], "brush_server_cpu": []}
    box = page.locator(CHART).first.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] * 0.6
    for number in range(times + 1):
        start = 0.2 + 0.6 * (number * 0.37 % 1.0)
        page.mouse.move(box["x"] + box["width"] * start, y)
        page.mouse.down()
        for step in range(1, 5):
            page.mouse.move(box["x"] + box["width"] * (start + 0.02 * step), y)
        before = cpu_ms(server)
        page.mouse.up()
        page.wait_for_function("() => window.table_ms", timeout=PATIENCE_MS)
        took_ms = page.evaluate("window.table_ms")
        page.wait_for_timeout(1_500)
        if number:
            found["brush_to_table"].append(took_ms)
            found["brush_server_cpu"].append(cpu_ms(server) - before)
    return found


def spread(ms: Sequence[float]) -> dict[str, float]:
    """The median, the quartiles and the ends."""
    names = ("least", "quarter", "median", "three_quarters", "most")
    ends = np.percentile(ms, [0, 25, 50, 75, 100])
    return {name: round(float(value), 1) for name, value in zip(names, ends, strict=True)}


if __name__ == "__main__":
    given = [float(each) for each in sys.argv[1:]]
    main(int((*given, 20_000)[0]), (*given[1:], 1.0)[0], int((*given[2:], 15)[0]))

"""The latency page in a real browser: brush, table and waterfall, by mouse and by keyboard."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from core.servinglog.writer import encode
from tests.e2e.conftest import open_signed_in, running, settle
from tests.factories import make_services
from tests.latency_site import write_alert, write_log
from tests.servinglog_records import record

pytestmark = pytest.mark.e2e

HOSTILE = "![x](http://192.0.2.7/beacon.png) <img src=http://192.0.2.7/b> :red[b]"
SPAN = timedelta(hours=1)
CHART = ".st-key-latency_chart .vega-embed :is(canvas, svg.marks)"
TABLE = "[class*=st-key-slowest_]:not(.st-key-slowest_calls) canvas"
WATERFALL = ".st-key-request .vega-embed"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console on an hour of calls, the slowest of them of a backend with a hostile name."""
    home = tmp_path_factory.mktemp("latency")
    services = make_services(home)
    folder, until = services.serving_log_queries.directory, datetime.now(UTC)
    write_log(folder, until, SPAN, 2_000)
    write_alert(services.settings.alerts_dir, until, SPAN)
    for number, version in enumerate((HOSTILE, "v2")):
        hostile = record(HOSTILE, backend=HOSTILE, model_version=version, total_ms=9_000.0)
        at = until - timedelta(minutes=20 - number)
        line = encode(hostile).replace(b"2026-11-01T12:00:00", f"{at:%Y-%m-%dT%H:%M:%S}".encode())
        (folder / f"api-6-{number + 1}-0.jsonl").write_bytes(line)
    services.close()
    with running("staff", home) as where:
        yield where


def open_page(page: Any, address: str, more: str = "") -> None:
    open_signed_in(page, f"{address}/latency?window=1+h{more}", "ola")
    page.locator(WATERFALL).wait_for()
    page.locator(TABLE).first.wait_for()
    settle(page)


def parameter(page: Any, name: str) -> str:
    return parse_qs(urlsplit(page.url).query).get(name, [""])[0]


def await_parameter(page: Any, name: str, before: str = "") -> str:
    """Until the address has another value of it, which is given."""
    page.wait_for_function(
        "([name, before]) => (new URLSearchParams(location.search).get(name) ?? '') !== before",
        arg=[name, before],
    )
    return parameter(page, name)


def test_brush_gives_its_slowest_calls_and_one_call_its_phases(
    address: str, new_page: Callable[[], Any]
) -> None:
    page = new_page()
    open_page(page, address)
    box = page.locator(CHART).first.bounding_box()
    y = box["y"] + box["height"] * 0.6
    page.mouse.move(box["x"] + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, y, steps=4)
    page.mouse.up()
    since, until = await_parameter(page, "part").split("/")
    minutes = (datetime.fromisoformat(until) - datetime.fromisoformat(since)) / SPAN * 60
    assert 3 < minutes < 12
    expect(page.locator(".st-key-slowest_calls")).to_contain_text("from")
    settle(page)
    grid = page.locator(TABLE).first.bounding_box()
    page.mouse.click(grid["x"] + 160, grid["y"] + 50)
    at, _ = await_parameter(page, "call").split("/", 1)
    assert since <= at <= until
    page.locator(WATERFALL).wait_for()
    again = new_page()
    open_page(again, address, page.url.partition("window=1+h")[2])
    assert (parameter(again, "part"), parameter(again, "call")) == (
        parameter(page, "part"),
        parameter(page, "call"),
    )
    page.locator(".st-key-whole_window button").click()
    assert await_parameter(page, "part", f"{since}/{until}") == ""


def test_all_of_it_by_keyboard(address: str, new_page: Callable[[], Any]) -> None:
    page = new_page()
    open_page(page, address)
    page.get_by_role("button", name="Slowest stretch").focus()
    page.keyboard.press("Enter")
    stretch = await_parameter(page, "part")
    settle(page)
    page.get_by_role("button", name=re.compile("From … to")).focus()
    page.keyboard.press("Enter")
    page.get_by_label("From", exact=True).wait_for()
    now = datetime.now(UTC)
    page.get_by_label("From", exact=True).fill(f"{now - SPAN / 2:%Y-%m-%d %H:%M}")
    page.keyboard.press("Tab")
    page.get_by_label("To", exact=True).fill(f"{now - SPAN / 4:%Y-%m-%d %H:%M}")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Show its slowest calls").focus()
    page.keyboard.press("Enter")
    part = await_parameter(page, "part", stretch)
    assert part.startswith(f"{now - SPAN / 2:%Y-%m-%dT%H:%M}")
    page.keyboard.press("Escape")
    settle(page)
    page.locator(f"{TABLE}").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert await_parameter(page, "call")
    page.get_by_label("Compared with").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert await_parameter(page, "compare").startswith("backend ")


def test_hostile_names_stay_names(address: str, new_page: Callable[[], Any]) -> None:
    page = new_page()
    open_page(page, address)
    page.get_by_label("Compared with").focus()
    page.keyboard.press("ArrowDown")
    hostile = page.get_by_role("option").filter(has_text=f"{HOSTILE}, version")
    expect(hostile.first).to_contain_text(HOSTILE)
    hostile.first.click()
    await_parameter(page, "compare")
    page.get_by_role("button", name="Filter").click()
    settle(page)
    assert page.outside == []
    assert page.locator(".stException").count() == 0

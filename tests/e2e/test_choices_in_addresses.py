"""What a person chooses while the server is busy with their choice before stays in the address."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from core.texts.texts import texts_in
from tests.e2e.conftest import halted, open_signed_in, running_process, settle
from tests.factories import REMOVED, make_services, scored
from tests.latency_site import write_log

pytestmark = pytest.mark.e2e


def choices(page: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_what_is_compared_stays_beside_the_chosen_call(
    tmp_path: Path, new_page: Callable[[], Any]
) -> None:
    services = make_services(tmp_path)
    folder, until = services.serving_log_queries.directory, datetime.now(UTC)
    write_log(folder, until, timedelta(hours=1), 500)
    services.close()
    page = new_page()
    with running_process("staff", tmp_path) as (address, process):
        open_signed_in(page, f"{address}/latency?window=1+h", "ola")
        table = page.locator("[class*=st-key-slowest_]:not(.st-key-slowest_calls) canvas").first
        table.wait_for()
        settle(page)
        with halted(process):
            table.focus()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowDown")
            page.wait_for_timeout(500)  # a table sends its choice a moment after the key
            page.get_by_label("Compared with").focus()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        page.wait_for_function("() => location.search.includes('call=')")
        settle(page)
        found = choices(page)
        assert "call" in found
        assert found["compare"].startswith("backend ")
        for where in ("backends", "latency"):
            page.get_by_text("Operate", exact=True).first.click()
            page.locator(f"a[data-testid*=TopNav][href$='/{where}']").click()
            page.wait_for_url(f"**/{where}*")
        table.wait_for()
        settle(page)
        assert "call" not in choices(page)


def test_a_reference_stays_beside_the_chosen_language(
    tmp_path: Path, new_page: Callable[[], Any]
) -> None:
    services = make_services(tmp_path)
    reference = scored(services, REMOVED).reference
    services.close()
    page = new_page()
    with running_process("author", tmp_path) as (address, process):
        page.goto(address)
        field = page.locator(".st-key-reference input")
        field.wait_for()
        settle(page)
        with halted(process):
            page.get_by_role("combobox").focus()
            page.keyboard.press("Enter")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            field.fill(reference)
            page.keyboard.press("Enter")
        headline = texts_in("de").say("headline.removed")
        expect(page.get_by_role("heading", name=headline)).to_be_visible()
        settle(page)
        assert choices(page) == {"lang": "de", "reference": reference}

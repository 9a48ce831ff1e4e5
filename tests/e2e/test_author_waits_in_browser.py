"""An author who waits for the outcome of an appeal sees it without doing anything."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.texts.texts import english
from tests.e2e.conftest import running
from tests.factories import appealed, heard, make_services, removed_by_person

pytestmark = pytest.mark.e2e
WITHIN_MS = 61_000


def test_an_outcome_is_on_an_open_page_within_a_minute(tmp_path: Path, new_page) -> None:
    services = make_services(tmp_path)
    revision = removed_by_person(services)
    appeal = appealed(services, revision)
    say = english().say
    with running("author", tmp_path) as address:
        page = new_page()
        page.clock.install()
        page.goto(f"{address}/?reference={revision.reference}")
        expect(page.get_by_text(say("appeal_badge.pending")).first).to_be_visible()
        heard(services, appeal, overturn=True)
        page.evaluate("window.notReloaded = true")
        page.clock.fast_forward(WITHIN_MS)
        expect(page.get_by_role("heading", name=say("headline.visible"))).to_be_visible()
        expect(page.get_by_text(say("appeal_badge.overturned")).first).to_be_visible()
        assert page.evaluate("window.notReloaded")
    services.close()

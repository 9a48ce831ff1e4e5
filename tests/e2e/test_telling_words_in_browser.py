"""The marked words in a real browser: a component draws them, so page tests don't see them."""

import pytest
from playwright.sync_api import expect

from core.moderation.cleaning import clean_text
from tests.e2e.conftest import await_card, settle
from tests.e2e.test_review_in_browser import CARD, PROBES, await_keys, open_queue, shown_text
from tests.factories import scored

pytestmark = pytest.mark.e2e

TEXTS = tuple(f"You idiot number {n}, really." for n in (1, 2))


def test_w_marks_the_words_and_hides_them_and_the_next_comment_is_plain(staff, new_page):
    services, address = staff
    revisions = {text: scored(services, text) for text in TEXTS}
    page = new_page()
    open_queue(page, address)
    card = page.locator(CARD)
    shown = shown_text(page, TEXTS)
    await_keys(page, services, revisions[shown])
    settle(page)
    page.keyboard.press("w")
    mark = card.locator("mark").filter(visible=True)  # Streamlit may keep an old one, hidden
    expect(mark).to_have_text("idiot")
    expect(card.locator("p:has(mark)")).to_have_text(shown)
    style = mark.evaluate("e => [getComputedStyle(e).textDecorationLine, e.className]")
    assert style == ["underline", "s3"]
    settle(page)
    page.keyboard.press("w")
    expect(mark).to_have_count(0)
    card.get_by_text(shown).filter(visible=True).first.wait_for()
    settle(page)
    page.keyboard.press("w")
    mark.first.wait_for()
    settle(page)
    page.keyboard.press("a")
    page.get_by_text("You approved it").filter(visible=True).first.wait_for()
    expect(mark).to_have_count(0)
    (rest,) = set(TEXTS) - {shown}
    card.get_by_text(rest).filter(visible=True).first.wait_for()
    assert page.outside == []


def test_hostile_text_is_inert_with_its_words_marked(staff, new_page):
    services, address = staff
    for text in PROBES:
        scored(services, text)
    page = new_page()
    open_queue(page, address)
    shown = ""
    for _ in PROBES:
        shown = await_card(page, after=shown)
        settle(page)  # a key that comes while the page is drawn anew is not taken
        page.keyboard.press("w")
        mark = page.locator(CARD).locator("mark").filter(visible=True).first
        mark.wait_for()
        text = page.locator(CARD).locator("p:has(mark)")
        assert text.locator("*:not(mark)").count() == 0
        assert text.text_content() in map(clean_text, PROBES)
        page.keyboard.press("s")
        expect(mark).to_have_count(0)
    assert page.evaluate("window.__x") is None
    assert page.evaluate("getComputedStyle(document.body).display") == "block"
    assert page.outside == []

"""The review desk in German and French: its longer words are whole, and its keys decide."""

import pytest
from playwright.sync_api import expect

from core.moderation.policies import Action
from core.texts.texts import staff_texts_in
from tests.e2e.accessibility import read_in
from tests.e2e.desk_page import await_shown, decided, open_desk, shown
from tests.factories import scored
from tests.patience import PATIENT_MS

pytestmark = pytest.mark.e2e
BUTTONS = "[data-part=buttons] button:visible"
CUT = """all => all.flatMap(each => [each, ...each.querySelectorAll("*")])
  .filter(each => each.scrollWidth > each.clientWidth + 1
    && getComputedStyle(each).overflowX != "visible")
  .map(each => each.outerHTML)"""
OUT = """all => all.filter(each => {
  const box = each.getBoundingClientRect()
  return box.left < 0 || box.right > innerWidth || box.bottom > innerHeight
}).map(each => each.outerHTML)"""


@pytest.mark.parametrize(("width", "height"), [(1440, 860), (1024, 768), (390, 844)])
@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_button_is_whole_and_in_reach(staff, new_page, language, width, height):
    scored(staff.services, "You idiot.")
    page = new_page()
    read_in(page, language)
    page.set_viewport_size({"width": width, "height": height})
    open_desk(page, staff.address)
    remove = staff_texts_in(language).say("desk.button.remove")
    assert page.get_by_role("button", name=remove).is_enabled()
    buttons = page.locator(BUTTONS)
    assert buttons.count() == 4
    assert buttons.evaluate_all(CUT) == []
    assert buttons.evaluate_all(OUT) == []


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_key_decides_and_what_happened_is_told_in_that_language(staff, new_page, language):
    revisions = [scored(staff.services, f"You idiot number {each}.") for each in "ab"]
    page = new_page()
    read_in(page, language)
    open_desk(page, staff.address)
    first = shown(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    saved = staff_texts_in(language).say("desk.saved.all")
    expect(page.locator("[data-part=saved]")).to_have_text(saved, timeout=PATIENT_MS)
    pressed = next(each for each in revisions if each.id == first)
    assert decided(staff.services, pressed) == [Action.APPROVE]

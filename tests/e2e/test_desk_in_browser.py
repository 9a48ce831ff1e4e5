"""The review desk in a real browser: each press is decided once, whatever happens, and never on a
comment that was not seen."""

import pytest
from playwright.sync_api import expect

from core.moderation.policies import Action
from tests.e2e.desk_page import (
    CARD,
    await_saved,
    await_shown,
    cut_off,
    decided,
    open_desk,
    shown,
    slow_down,
    text,
)
from tests.e2e.reviewing import Console
from tests.e2e.test_review_in_browser import PROBES
from tests.factories import chain_of, make_services, scored

pytestmark = pytest.mark.e2e


@pytest.fixture
def desk(staff, new_page):
    """`desk(5)`: a page that shows the first of five comments, and their revisions by id."""

    def make(count: int):
        kept = [scored(staff.services, f"You idiot number {n:02d}.") for n in range(count)]
        page = new_page()
        open_desk(page, staff.address)
        return page, staff.services, {revision.id: revision for revision in kept}, staff.address

    return make


def test_fast_presses_on_a_slow_server_decide_each_comment_seen_once(desk):
    page, services, revisions, _ = desk(52)
    slow_down(page, 150)
    seen = [shown(page)]
    for _ in range(50):
        page.keyboard.press("a")
        seen.append(await_shown(page, after=seen[-1]))
        page.wait_for_timeout(60)
    not_pressed = seen.pop()
    assert decided(services, revisions[not_pressed]) == []
    await_saved(page)
    assert len(set(seen)) == 50
    assert {rid for rid, rev in revisions.items() if decided(services, rev)} == set(seen)
    assert all(decided(services, revisions[rid]) == [Action.APPROVE] for rid in seen)


# In the browser itself, so that no machine is too slow for it: a press in the same moment in which
# the next comment has been painted.
PRESS_AT_ONCE = """() => {
  const press = () => ["keydown", "keyup"].forEach(
    kind => window.dispatchEvent(new KeyboardEvent(kind, { key: "a", code: "KeyA" })))
  const find = root => root.querySelector("[data-part=card]")
    ?? [...root.querySelectorAll("*")].map(e => e.shadowRoot && find(e.shadowRoot)).find(Boolean)
  new MutationObserver((_, observer) => { observer.disconnect(); press() })
    .observe(find(document), { attributeFilter: ["data-shown"] })
  press()
  press()
}"""


def test_a_press_on_a_comment_just_painted_counts_for_nothing(desk):
    page, services, revisions, _ = desk(3)
    first = shown(page)
    page.evaluate(PRESS_AT_ONCE)
    await_shown(page, after=first)
    page.wait_for_timeout(500)
    await_saved(page)
    assert [rid for rid, rev in revisions.items() if decided(services, rev)] == [first]


def test_a_held_key_acts_once(desk):
    page, services, revisions, _ = desk(4)
    first = shown(page)
    page.keyboard.down("a")
    for _ in range(8):
        page.wait_for_timeout(60)
        page.keyboard.down("a")  # the browser's auto-repeat
    page.keyboard.up("a")
    await_saved(page)
    assert [rid for rid, rev in revisions.items() if decided(services, rev)] == [first]


def test_presses_outlive_a_reload_and_a_lost_connection(desk):
    page, services, revisions, address = desk(4)
    slow_down(page, 0, offline=True)
    pressed = []
    for _ in range(2):
        pressed.append(shown(page))
        page.keyboard.press("a")
        await_shown(page, after=pressed[-1])
    expect(page.locator("[data-part=saved]")).to_have_text("2 not saved yet")
    expect(page.locator("[data-part=saved]")).to_contain_text(
        "2 not saved for"
    )  # after 5 s, in red
    assert "r" in page.locator("[data-part=saved]").get_attribute("class").split()
    assert not any(decided(services, revision) for revision in revisions.values())
    page.on("dialog", lambda dialog: dialog.accept())  # the page warns before it is left
    slow_down(page, 0)
    page.goto(address)
    await_shown(page)
    await_saved(page)
    assert {rid for rid, rev in revisions.items() if decided(services, rev)} == set(pressed)
    assert shown(page) not in pressed


def test_presses_are_kept_by_the_tab_while_they_can_not_be_saved(desk):
    page, services, revisions, _ = desk(3)
    restore = cut_off(page, "**/review/desk/presses")
    first = shown(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    await_shown(page)
    expect(page.locator("[data-part=saved]")).to_contain_text("1 not saved")
    assert decided(services, revisions[first]) == []
    restore()
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.APPROVE]


def test_presses_outlive_a_restart_of_the_server(tmp_path, new_page):
    services = make_services(tmp_path)
    kept = {r.id: r for r in (scored(services, f"You idiot number {n}.") for n in range(3))}
    console, page = Console(tmp_path), new_page()
    with console.running():
        open_desk(page, console.address)
        page.wait_for_timeout(500)
    first = shown(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    assert decided(services, kept[first]) == []
    with console.running():
        await_saved(page)
        assert decided(services, kept[first]) == [Action.APPROVE]
    services.context.store.close()


def test_two_tabs_on_one_comment_decide_it_once(desk):
    page, services, revisions, address = desk(1)
    other = page.context.new_page()
    other.goto(address)
    await_shown(other)
    (revision,) = revisions.values()
    page.keyboard.press("a")
    await_saved(page)
    other.keyboard.press("1")
    other.keyboard.press("x")
    expect(other.locator(".problem")).to_contain_text("mina approved this comment at")
    assert decided(services, revision) == [Action.APPROVE]


def test_a_removal_needs_a_reason_and_nothing_moves_when_one_is_chosen(desk):
    page, services, revisions, _ = desk(2)
    first = shown(page)
    page.keyboard.press("x")
    expect(page.locator("[data-part=message]")).to_contain_text("Choose a reason first")
    assert shown(page) == first
    buttons = page.locator("[data-part=buttons] button, [data-part=reasons] button")
    before = [each.bounding_box() for each in buttons.all()]
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Threats", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert [each.bounding_box() for each in buttons.all()] == before
    page.keyboard.press("x")
    await_shown(page, after=first)
    await_saved(page)
    decision = chain_of(services, revisions[first])[-1]
    assert (decision.action, decision.reason_code) == (Action.REMOVE, "threat")


def test_undo_brings_the_comment_back(desk):
    page, services, revisions, _ = desk(3)
    first = shown(page)
    page.keyboard.press("a")
    second = await_shown(page, after=first)
    page.keyboard.press("u")
    assert await_shown(page, after=second) == first
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.APPROVE, Action.HOLD]
    page.keyboard.press("e")
    await_shown(page, after=first)
    await_saved(page)
    assert decided(services, revisions[first])[-1] is Action.ESCALATE


def test_letters_in_a_note_press_nothing_and_escape_leaves_it(desk):
    page, services, revisions, _ = desk(3)
    first = shown(page)
    page.keyboard.press("n")
    page.keyboard.type("a x e: say it kindly")
    assert shown(page) == first
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    second = await_shown(page, after=first)
    page.keyboard.press("k")
    assert await_shown(page, after=second) == first
    expect(page.get_by_label("Note to the author, shown")).to_have_value("a x e: say it kindly")
    page.keyboard.press("a")
    await_shown(page, after=first)
    await_saved(page)
    assert chain_of(services, revisions[first])[-1].note == "a x e: say it kindly"


def test_a_skipped_comment_comes_last(desk):
    page, *_ = desk(3)
    order = page.locator("[data-revision]").evaluate_all("all => all.map(e => e.dataset.revision)")
    page.keyboard.press("s")
    await_shown(page, after=order[0])
    after = page.locator("[data-revision]").evaluate_all("all => all.map(e => e.dataset.revision)")
    assert after == [*order[1:], order[0]]
    await_saved(page)


def test_keys_can_be_switched_off(desk):
    page, services, revisions, _ = desk(2)
    first = shown(page)
    page.keyboard.press("h")
    page.get_by_label("Keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert shown(page) == first
    page.get_by_role("button", name="Approve").click()
    second = await_shown(page, after=first)
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.APPROVE]
    page.get_by_role("button", name="Help").click()
    page.get_by_label("Keys are on").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("a")
    await_saved(page)
    assert decided(services, revisions[second]) == [Action.APPROVE]


def test_hostile_text_is_inert(staff, new_page):
    for probe in PROBES:
        scored(staff.services, probe)
    page = new_page()
    open_desk(page, staff.address)
    for _ in PROBES:
        now = shown(page)
        page.keyboard.press("w")
        page.locator(f"{CARD} mark").first.wait_for()
        page.keyboard.press("s")
        await_shown(page, after=now)
    assert page.evaluate("window.__x") is None
    assert page.outside == []


@pytest.mark.parametrize(("width", "height"), [(1440, 860), (1024, 768), (720, 430), (390, 844)])
def test_every_button_is_whole_and_in_reach(desk, width, height):
    page, *_ = desk(30)
    page.set_viewport_size({"width": width, "height": height})
    for name in ("Approve", "Remove", "Escalate", "Skip"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    is_wide = "() => document.scrollingElement.scrollWidth > innerWidth"
    assert not page.evaluate(is_wide)
    assert text(page).startswith("You idiot")
    if width >= 1024:
        app = page.locator("[data-testid=stMain]")
        assert app.evaluate("e => e.scrollHeight <= e.clientHeight + 1"), "the page scrolls"


def test_a_link_opens_its_case_and_the_author_page_is_one_click_away(desk):
    page, services, revisions, address = desk(3)
    last = list(revisions)[page.locator("[data-revision]").count() - 1]
    page.goto(f"{address}/?case={last}")
    page.locator(f'{CARD}[data-shown="{last}"]').wait_for()
    page.wait_for_timeout(60)
    page.keyboard.press("1")
    page.keyboard.press("x")
    await_saved(page)
    assert decided(services, revisions[last]) == [Action.REMOVE]
    link = page.get_by_role("link", name="What the author sees")
    assert revisions[last].reference in link.get_attribute("href")

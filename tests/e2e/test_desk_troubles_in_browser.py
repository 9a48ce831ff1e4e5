"""The review desk when something is missing or slow, and what stays in place on it."""

# ruff: noqa: F811 (the fixture is imported)

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import await_shown, cut_off, shown
from tests.e2e.test_desk_faults_in_browser import desk, listed  # noqa: F401
from tests.e2e.test_desk_memory_in_browser import refuse_presses
from tests.factories import withdrawn

pytestmark = pytest.mark.e2e

QUEUE = "**/review/desk/queue"
QUICK = "[data-part=quick] button >> nth=0"
CARDS = "**/review/desk/cards"
FOCUSED = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node?.innerText ?? ""
}"""


def refuse(route):
    words = {"error": "The state can't be used now."}
    route.fulfill(status=503, content_type="application/json", body=json.dumps(words))


def test_a_search_that_finds_nothing_says_so(desk):
    page, *_ = desk(2)
    page.keyboard.press("/")
    page.keyboard.type("zebra")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing was found.")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    await_shown(page)
    expect(page.get_by_text("Nothing was found.")).to_be_hidden()


def test_the_key_of_the_search_selects_the_old_words_so_that_new_ones_replace_them(desk):
    page, *_ = desk(2)
    for words in ("zebra", "gnu"):
        page.keyboard.press("/")
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nothing was found.")).to_be_visible()
        expect(page.get_by_label("Search")).to_have_value(words)


def test_a_cleared_search_box_brings_the_queue_back(desk):
    page, *_ = desk(2)
    box = page.get_by_label("Search")
    box.fill("zebra")
    box.press("Enter")
    expect(page.locator("[data-revision]")).to_have_count(0)
    box.fill("")
    expect(page.locator("[data-revision]")).to_have_count(2)


def test_a_queue_that_can_not_be_read_says_why_and_is_read_again(desk):
    page, *_ = desk(2)
    restore = cut_off(page, QUEUE, refuse)
    page.locator(QUICK).click()
    expect(page.get_by_role("heading", name="The state can't be used now.")).to_be_visible()
    restore()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-revision]")).to_have_count(2)


def test_a_comment_that_could_not_be_read_is_shown_once_it_can(desk):
    page, *_ = desk(2)
    restore = cut_off(page, CARDS)
    page.locator(QUICK).click()
    expect(page.get_by_text("can't be reached")).to_be_visible()
    restore()
    expect(page.locator(".say")).to_be_visible()


def test_a_comment_that_is_gone_is_passed_over(desk):
    page, services, revisions = desk(3)
    order = listed(page)
    restore = cut_off(page, CARDS)
    page.locator(QUICK).click()
    expect(page.get_by_text("can't be reached")).to_be_visible()
    withdrawn(services, revisions[order[0]])
    restore()
    expect(page.locator("[data-revision]")).to_have_count(2)
    expect(page.locator("[data-part=message]")).to_contain_text("gone")
    expect(page.locator(f'[data-shown="{order[1]}"]')).to_be_visible()


def test_presses_faster_than_the_list_find_the_rest_of_it(desk):
    page, *_ = desk(53)
    held = []
    restore = cut_off(page, QUEUE, held.append)
    now = shown(page)
    for _ in range(49):
        page.keyboard.press("a")
        now = await_shown(page, after=now)
    page.keyboard.press("a")
    expect(page.locator("[data-revision]")).to_have_count(0)
    expect(page.get_by_text("The queue is empty")).to_be_hidden()
    restore()
    for route in held:
        route.continue_()
    expect(page.locator("[data-revision]")).to_have_count(3)
    await_shown(page, after=now)


def test_no_comment_counts_as_shown_while_another_list_is_read(desk):
    page, *_ = desk(2)
    held = []
    restore = cut_off(page, QUEUE, held.append)
    page.locator(QUICK).click()
    expect(page.get_by_text("Loading …")).to_be_visible()
    expect(page.locator("[data-shown]")).to_have_count(0)
    restore()
    for route in held:
        route.continue_()
    await_shown(page)


def test_the_slower_of_two_changes_of_filter_moves_nothing(desk):
    page, *_ = desk(3)
    held = []
    page.route(QUEUE, lambda route: held.append(route))  # noqa: PLW0108
    page.locator(QUICK).click()
    page.locator(QUICK).click()
    while len(held) < 2:
        page.wait_for_timeout(50)
    held.pop().continue_()
    first = await_shown(page)
    expect(page.locator("[data-revision]")).to_have_count(3)
    page.keyboard.press("j")
    second = await_shown(page, after=first)
    with page.expect_response(QUEUE):
        held.pop().continue_()
    page.wait_for_timeout(300)
    assert shown(page) == second
    assert page.locator(".it.on").get_attribute("data-revision") == second


def test_the_list_stays_where_it_was_scrolled_to(desk):
    page, *_ = desk(40)
    ol = page.locator("ol[data-part=list]")
    ol.evaluate("e => { e.scrollTop = 1_000 }")
    page.keyboard.press("1")
    page.get_by_role("button", name="Filter", exact=True).focus()
    page.evaluate("""() => window.dispatchEvent(new Event("online"))""")
    page.locator("[data-part=card]").evaluate("e => e.getRootNode().host")
    page.keyboard.press("i")
    page.keyboard.press("Escape")
    page.wait_for_timeout(1_500)
    assert ol.evaluate("e => e.scrollTop") == 1_000


def test_focus_stays_on_what_was_pressed(desk):
    page, *_ = desk(3)
    page.get_by_role("button", name="Threats").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Threats", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert "Threats" in page.evaluate(FOCUSED)
    words = page.locator(QUICK).inner_text()
    page.locator(QUICK).focus()
    page.keyboard.press("Enter")
    await_shown(page)
    page.wait_for_timeout(500)
    assert words in page.evaluate(FOCUSED)


def test_on_a_phone_the_list_opens_for_a_search_and_closes_once_a_case_is_chosen(staff, desk):
    page, *_ = desk(3)
    page.set_viewport_size({"width": 390, "height": 844})
    page.keyboard.press("/")
    page.keyboard.type("idiot is:open")  # not those that other tests decided
    page.keyboard.press("Enter")
    expect(page.locator("[data-revision] mark")).to_have_count(3)
    second = listed(page)[1]
    page.locator(f'[data-revision="{second}"]').click()
    expect(page.locator(f'[data-shown="{second}"]')).to_be_visible()
    expect(page.get_by_role("navigation", name="Cases")).to_be_hidden()


@pytest.mark.parametrize("width", [761, 800, 900, 960, 1001])
def test_every_button_is_whole_between_a_phone_and_a_screen(desk, width):
    page, *_ = desk(3)
    page.set_viewport_size({"width": width, "height": 760})
    for name in ("Approve", "Remove", "Escalate", "Skip"):
        button = page.get_by_role("button", name=name, exact=True)
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        words = button.locator("span").first
        assert words.evaluate("e => e.scrollWidth <= e.clientWidth || !e.clientWidth"), name
        assert words.bounding_box()["width"] > 20, name


@pytest.mark.parametrize("width", [390, 700, 900, 1000, 1024, 1440])
def test_the_buttons_are_as_wide_as_the_card(desk, width):
    page, *_ = desk(2)
    page.set_viewport_size({"width": width, "height": 800})
    card = page.locator("[data-part=card]").bounding_box()
    for part in ("buttons", "reasons"):
        box = page.locator(f"[data-part={part}]").bounding_box()
        assert box["x"] >= card["x"] - 1
        assert box["x"] + box["width"] <= card["x"] + card["width"] + 1


@pytest.mark.parametrize("width", [1024, 1190, 1440])
def test_no_button_moves_when_a_comment_is_decided(desk, width):
    page, *_ = desk(3)
    page.set_viewport_size({"width": width, "height": 800})
    buttons = page.locator("[data-part=buttons] button:not([hidden])")
    before, first = [each.bounding_box() for each in buttons.all()], shown(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    page.locator("[data-part=last]", has_text="Approved").wait_for()
    page.wait_for_timeout(500)
    assert [each.bounding_box() for each in buttons.all()] == before


def test_no_error_hides_a_button_on_a_phone(desk):
    page, *_ = desk(4)
    page.set_viewport_size({"width": 390, "height": 844})
    page.route("**/review/desk/presses", refuse_presses)
    for _ in range(3):
        page.keyboard.press("a")
        page.wait_for_timeout(300)
    expect(page.locator(".problem")).to_have_count(3)
    problems = page.locator("[data-part=problems]").bounding_box()
    dock = page.locator("[data-part=dock]").bounding_box()
    assert problems["y"] + problems["height"] <= dock["y"]
    assert problems["x"] >= 0


def test_no_message_is_out_of_sight_on_a_phone(desk):
    page, *_ = desk(1)
    page.set_viewport_size({"width": 390, "height": 600})
    page.locator(".say").evaluate("e => e.append(' long'.repeat(3_000))")
    page.keyboard.press("x")
    box = page.locator("[data-part=message]").bounding_box()
    dock = page.locator("[data-part=dock]").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= dock["y"] + 1

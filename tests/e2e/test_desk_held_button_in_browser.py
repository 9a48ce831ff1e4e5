"""A click or a press of the space bar has two halves, and between them the desk may be drawn anew:
an answer of the server comes in, a key opens another comment. The button still hears of it, and
what was unfolded stays so."""

# ruff: noqa: F811 (the fixture is imported)

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import CARD, await_shown, cut_off, shown
from tests.e2e.test_desk_faults_in_browser import PRESSES, desk, listed  # noqa: F401
from tests.e2e.test_desk_troubles_in_browser import QUEUE, QUICK, refuse

pytestmark = pytest.mark.e2e

OPEN = "**/review/desk/open"
FACETS = "**/review/desk/facets"
CLAIM = "[data-part=claim]"
LIST = "[data-part=list]"


def is_shown(page, revision):
    return expect(page.locator(f'{CARD}[data-shown="{revision}"]')).to_be_visible()


def hold(page, what):
    """Move the mouse there and press it."""
    what.wait_for()
    box = what.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()


def open_next(page):
    """Open the next comment by key, and wait until the list would have been drawn anew."""
    second = listed(page)[1]
    page.keyboard.press("j")
    is_shown(page, second)
    page.wait_for_timeout(100)


def test_a_case_is_opened_though_the_list_is_drawn_while_the_mouse_is_down(desk):
    page, *_ = desk(4)
    third = listed(page)[2]
    hold(page, page.locator(f'[data-revision="{third}"]'))
    open_next(page)
    page.mouse.up()
    is_shown(page, third)
    expect(page.locator(f'{LIST} [aria-current="true"]')).to_have_attribute("data-revision", third)


def test_a_case_is_opened_though_the_list_is_drawn_while_the_space_bar_is_down(desk):
    page, *_ = desk(4)
    third = listed(page)[2]
    page.locator(f'[data-revision="{third}"]').focus()
    page.keyboard.down("Space")
    open_next(page)
    page.keyboard.up("Space")
    is_shown(page, third)


def test_the_list_is_drawn_once_the_mouse_was_let_go_elsewhere(desk):
    page, *_ = desk(4)
    second, third = listed(page)[1:3]
    hold(page, page.locator(f'[data-revision="{third}"]'))
    open_next(page)
    page.mouse.move(5, 5)
    page.mouse.up()
    expect(page.locator(f'{LIST} [aria-current="true"]')).to_have_attribute("data-revision", second)


def test_the_comments_of_an_author_open_though_the_facts_come_while_the_mouse_is_down(desk):
    held = []

    def wait_for_answer(page):
        cut_off(page, OPEN, held.append)

    page, *_ = desk(2, prepare=wait_for_answer)
    while not held:
        page.wait_for_timeout(50)
    hold(page, page.get_by_role("button", name="All comments"))
    with page.expect_response(OPEN):
        held[0].continue_()
    expect(page.locator(CLAIM)).to_contain_text("yours")
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_reason_is_chosen_though_another_comment_is_opened_while_the_mouse_is_down(desk):
    page, *_ = desk(4)
    hold(page, page.get_by_role("button", name="Threats", exact=True))
    open_next(page)
    page.mouse.up()
    threats = page.get_by_role("button", name="Threats", exact=True)
    expect(threats).to_have_attribute("aria-pressed", "true")


def test_distances_stay_unfolded_when_the_facts_come_and_fold_with_the_next_comment(desk):
    held = []
    page, *_ = desk(2, prepare=lambda page: cut_off(page, OPEN, held.append))
    while not held:
        page.wait_for_timeout(50)
    distances = page.locator("[data-part=facts] details")
    distances.locator("summary").click()
    expect(distances).to_have_attribute("open", "")
    held[0].continue_()
    expect(page.locator(CLAIM)).to_contain_text("yours")
    expect(distances).to_have_attribute("open", "")
    page.keyboard.press("j")
    is_shown(page, listed(page)[1])
    expect(distances).not_to_have_attribute("open", "")


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_a_click_beside_an_empty_note_is_a_press(desk, width):
    page, *_ = desk(2)
    page.set_viewport_size({"width": width, "height": 844})
    second = listed(page)[1]
    page.keyboard.press("n")
    expect(page.get_by_label("Note to the author, shown")).to_be_focused()
    hold(page, page.get_by_role("button", name="Approve", exact=True))
    page.wait_for_timeout(100)
    page.mouse.up()
    is_shown(page, second)


def test_options_stay_when_their_counts_come_anew(desk):
    held = []
    page, *_ = desk(2)
    option = page.locator("select[name=label] option").nth(1)
    cut_off(page, FACETS, held.append)
    page.get_by_role("button", name="Filter").click()
    while not held:
        page.wait_for_timeout(50)
    option.evaluate("option => { window.known = option; option.text = 'old' }")
    held[0].continue_()
    expect(option).not_to_have_text("old")
    assert page.evaluate("window.known.isConnected")


def test_try_again_is_heard_though_a_press_is_refused_while_the_mouse_is_down(desk):
    page, *_ = desk(3)
    pressed = []
    cut_off(page, PRESSES, pressed.append)
    first = shown(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    restore = cut_off(page, QUEUE, refuse)
    page.locator(QUICK).click()
    hold(page, page.get_by_role("button", name="Try again"))
    restore()
    press = pressed[0].request.post_data_json["presses"][0]
    refusal = {"id": press["id"], "is_done": False, "can_retry": False, "words": "Too late."}
    pressed[0].fulfill(json={"outcomes": [refusal]})
    expect(page.get_by_text("Too late.")).to_be_visible()
    page.mouse.up()
    await_shown(page)
    expect(page.locator("[data-revision]")).to_have_count(3)

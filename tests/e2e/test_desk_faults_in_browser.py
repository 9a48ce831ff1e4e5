"""What went wrong when a newcomer tried to break the review desk: presses, undo and notes of it."""

import pytest
from playwright.sync_api import expect

from core.moderation.policies import Action
from tests.e2e.desk_page import await_saved, await_shown, cut_off, decided, open_desk, shown
from tests.factories import LEAD, scored
from tests.factories import decided as decide

pytestmark = pytest.mark.e2e

MESSAGE = "[data-part=message]"
PROBLEM = ".problem"
SAVED = "[data-part=saved]"
PRESSES = "**/review/desk/presses"


@pytest.fixture
def desk(staff, new_page):
    """`desk(5)`: a page that shows the first of five comments, and their revisions by id. No
    script of the page may fail."""
    faults = []

    def make(count: int, *, prepare=lambda page: None):
        kept = [scored(staff.services, f"You idiot number {n:02d}.") for n in range(count)]
        page = new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        prepare(page)
        open_desk(page, staff.address)
        return page, staff.services, {revision.id: revision for revision in kept}

    yield make
    assert faults == []


def listed(page):
    return page.locator("[data-revision]").evaluate_all("all => all.map(e => e.dataset.revision)")


def reload(page):
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()


def test_an_undo_after_a_reload_shows_the_comment_again(desk):
    page, services, revisions = desk(3)
    first = shown(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    await_saved(page)
    page.reload()
    second = await_shown(page)
    page.keyboard.press("u")
    assert await_shown(page, after=second) == first
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.APPROVE, Action.HOLD]
    assert first in listed(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    await_saved(page)
    assert decided(services, revisions[first])[-1] is Action.APPROVE


def test_an_undo_after_a_reload_takes_back_the_last_press_though_it_was_not_saved(desk):
    page, services, revisions = desk(4)
    first = shown(page)
    page.keyboard.press("a")
    second = await_shown(page, after=first)
    await_saved(page)
    release = cut_off(page, PRESSES)
    page.keyboard.press("a")
    await_shown(page, after=second)
    reload(page)
    assert await_shown(page) not in (first, second), "it was decided, though not saved yet"
    page.keyboard.press("u")
    release()
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.APPROVE]
    assert decided(services, revisions[second]) == [Action.APPROVE, Action.HOLD]


def test_a_change_of_filter_does_not_list_what_was_decided_and_not_saved(desk):
    page, services, revisions = desk(4)
    release = cut_off(page, PRESSES)
    first = shown(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Order").select_option("oldest")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("[data-revision]")).to_have_count(3)
    assert first not in listed(page)
    release()
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.APPROVE]


def test_a_refused_undo_shows_the_case_as_it_is(desk):
    page, services, revisions = desk(3)
    first = shown(page)
    page.keyboard.press("e")
    second = await_shown(page, after=first)
    await_saved(page)
    decide(services, revisions[first], Action.REMOVE, actor=LEAD)
    page.keyboard.press("u")
    expect(page.locator(PROBLEM)).to_contain_text("lena removed this comment")
    for key in ("o", "w", "w"):  # none of these decides on the comment that is shown now
        page.keyboard.press(key)
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.ESCALATE, Action.REMOVE]
    assert await_shown(page) != first
    assert decided(services, revisions[second]) == []


def test_nothing_is_decided_for_whoever_signs_in_elsewhere_in_the_browser(desk, staff):
    page, services, revisions = desk(2)
    other = page.context.new_page()
    other.goto(f"{staff.address}/sign_in")
    other.locator(".st-key-sign_in_tomas button").click()
    expect(other.get_by_text("tomas · moderator").first).to_be_visible()
    other.wait_for_function("() => !document.cookie.includes('=mina')")
    other.wait_for_timeout(500)
    first = shown(page)
    page.keyboard.press("a")
    expect(page.locator(SAVED)).to_contain_text("tomas is signed in")
    assert decided(services, revisions[first]) == []
    other.goto(f"{staff.address}/sign_in")
    other.locator(".st-key-sign_in_mina button").click()
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.APPROVE]


def test_more_presses_than_one_request_takes_are_all_sent(desk):
    page, services, revisions = desk(2)
    first = shown(page)
    page.evaluate(
        """revision => sessionStorage.setItem("review-presses-mina", JSON.stringify(
          [...Array(501).keys()].map(n => ({
            id: `press-${n}`, do: n < 500 ? "skip" : "approve", revision, version: 1,
            pressed_at: Date.now() }))))""",
        first,
    )
    page.reload()
    await_shown(page)
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.APPROVE]


def test_presses_work_where_the_browser_makes_no_ids(desk):
    """Over plain http from another machine, browsers have no `crypto.randomUUID`."""

    def prepare(page):
        page.add_init_script("delete Crypto.prototype.randomUUID")

    page, services, revisions = desk(2, prepare=prepare)
    first = shown(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    await_saved(page)
    assert decided(services, revisions[first]) == [Action.APPROVE]


def test_presses_are_saved_after_the_page_was_left_for_another_one(desk):
    page, services, revisions = desk(2)
    release = cut_off(page, PRESSES)
    first = shown(page)
    page.keyboard.press("a")
    await_shown(page, after=first)
    page.get_by_role("link", name="Look-up").click()
    page.get_by_role("heading", name="Look-up").wait_for()
    with page.expect_response(PRESSES):
        release()
    assert decided(services, revisions[first]) == [Action.APPROVE]


def test_the_only_comment_can_not_be_skipped_and_the_page_says_so(desk):
    page, *_ = desk(1)
    first = shown(page)
    page.keyboard.press("s")
    expect(page.locator(MESSAGE)).to_contain_text("only one")
    assert shown(page) == first


def test_a_group_that_was_refused_is_listed_again(desk, staff):
    page, *_ = desk(0, prepare=lambda page: same_texts(staff.services))
    before = listed(page)
    page.get_by_role("button", name="Decide these waiting").click()
    page.route(PRESSES, refuse_all)
    page.get_by_role("button", name="Approve 3").click()
    expect(page.locator(f"{PROBLEM} p")).to_have_text("The note is too long.")
    assert listed(page) == before


def refuse_all(route):
    outcomes = [
        {"id": press["id"], "is_done": False, "words": "The note is too long.", "can_retry": True}
        for press in route.request.post_data_json["presses"]
    ]
    route.fulfill(json={"outcomes": outcomes})


def same_texts(services):
    for _ in range(3):
        scored(services, "You idiot, this one comes again and again.")


def test_escape_closes_each_dialog_and_letters_in_it_press_nothing(desk, staff):
    page, *_ = desk(0, prepare=lambda page: same_texts(staff.services))
    first, dialogs = shown(page), page.locator("dialog[open]")
    page.get_by_role("button", name="Decide these waiting").wait_for()
    for opens in ("g", "h"):
        page.keyboard.press(opens)
        page.get_by_role("button", name="Close").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("a")
        page.keyboard.press("Escape")
        expect(dialogs).to_have_count(0)
    assert shown(page) == first


def test_a_group_that_arrives_after_escape_stays_closed(desk, staff):
    page, *_ = desk(0, prepare=lambda page: same_texts(staff.services))
    page.get_by_role("button", name="Decide these waiting").wait_for()
    held = []
    page.route("**/review/desk/group", lambda route: held.append(route))  # noqa: PLW0108
    page.keyboard.press("g")
    page.get_by_text("Loading …").wait_for()
    page.keyboard.press("Escape")
    while not held:
        page.wait_for_timeout(50)
    with page.expect_response("**/review/desk/group"):
        held.pop().continue_()
    page.wait_for_timeout(200)
    expect(page.locator("dialog[open]")).to_have_count(0)

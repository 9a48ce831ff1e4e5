"""Claims by the review desk: kept while somebody works on a case, given back when they go on."""

# ruff: noqa: F811 (the fixture is imported)

import time

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import await_shown, cut_off, shown
from tests.e2e.test_desk_faults_in_browser import desk, listed  # noqa: F401
from tests.patience import PATIENT_S

pytestmark = pytest.mark.e2e

CLAIM = "[data-part=claim]"
OPEN = "**/review/desk/open"
RENEW = "**/review/desk/claim"
MINUTES_4 = 240_000
HIDE = """is_hidden => {
  const state = is_hidden ? "hidden" : "visible"
  Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true })
  document.dispatchEvent(new Event("visibilitychange"))
}"""


def holders(services, revisions):
    """Who holds which of the cases."""
    with services.context.store.read() as reader:
        claims = reader.claims(list(revisions))
    return {revision: claim.actor for revision, claim in claims.items()}


def await_holders(page, services, revisions, wanted):
    deadline = time.monotonic() + PATIENT_S
    while holders(services, revisions) != wanted:
        assert time.monotonic() < deadline, holders(services, revisions)
        page.wait_for_timeout(50)  # the test answers requests meanwhile


@pytest.fixture
def timed_desk(desk):
    """A desk with a clock of the browser that the test moves; and the renewals it asked for."""
    renewals = []

    def prepare(page):
        page.clock.install()
        page.on("request", lambda each: each.url.endswith("/claim") and renewals.append(each))

    page, *_ = desk(2, prepare=prepare)
    expect(page.locator(CLAIM)).to_contain_text("yours, ")
    return page, renewals


def test_a_claim_is_renewed_before_it_ends_while_the_comment_is_read(timed_desk):
    page, renewals = timed_desk
    page.clock.fast_forward(60_000)
    page.wait_for_timeout(200)
    assert renewals == [], "there is time enough"
    with page.expect_response(RENEW):
        page.clock.fast_forward(100_000)
    assert len(renewals) == 1


def test_no_claim_is_renewed_for_a_tab_in_the_background_or_without_a_reader(timed_desk):
    page, renewals = timed_desk
    page.evaluate(HIDE, True)
    page.clock.fast_forward(MINUTES_4)
    page.wait_for_timeout(200)
    assert renewals == []
    with page.expect_response(RENEW):  # back again: it may be somebody else's by now
        page.evaluate(HIDE, False)
    page.clock.fast_forward(3 * MINUTES_4)
    page.wait_for_timeout(200)
    assert len(renewals) == 1, "nobody moved anything for twelve minutes"
    with page.expect_response(RENEW):
        page.mouse.move(300, 300)
        page.clock.fast_forward(2_000)


def test_the_former_case_is_given_back_though_the_next_one_could_not_be_asked_for_at_once(desk):
    page, services, revisions = desk(2)
    first = shown(page)
    expect(page.locator(CLAIM)).to_contain_text("yours, ")
    restore = cut_off(page, OPEN)
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/open")):
        page.keyboard.press("j")
    second = await_shown(page, after=first)
    restore()
    await_holders(page, services, revisions, {second: "mina"})


def test_leaving_the_page_gives_the_case_back(desk, staff):
    page, services, revisions = desk(2)
    first = shown(page)
    await_holders(page, services, revisions, {first: "mina"})
    page.get_by_role("link", name="Look-up").click()  # to another page of the console
    await_holders(page, services, revisions, {})
    page.goto(staff.address)
    first = await_shown(page)
    await_holders(page, services, revisions, {first: "mina"})
    page.goto("about:blank")
    await_holders(page, services, revisions, {})


@pytest.mark.parametrize("key", ["j", "s"])
def test_a_case_left_before_its_claim_was_answered_is_given_back(desk, key):
    page, services, revisions = desk(3)
    first, second, _ = listed(page)
    expect(page.locator(CLAIM)).to_contain_text("yours, ")
    held = []
    restore = cut_off(page, OPEN, held.append)
    page.keyboard.press("j")
    await_shown(page, after=first)
    while not held:
        page.wait_for_timeout(50)
    page.keyboard.press(key)
    third = await_shown(page, after=second)
    page.wait_for_timeout(400)  # longer than somebody has to stay on a case to take it
    restore()
    for route in held:
        route.continue_()
    await_holders(page, services, revisions, {third: "mina"})


def test_a_case_comes_back_with_its_claim_after_an_undo(desk):
    page, services, revisions = desk(2)
    first = shown(page)
    await_holders(page, services, revisions, {first: "mina"})
    page.keyboard.press("a")
    second = await_shown(page, after=first)
    page.keyboard.press("u")
    await_shown(page, after=second)
    await_holders(page, services, revisions, {first: "mina"})

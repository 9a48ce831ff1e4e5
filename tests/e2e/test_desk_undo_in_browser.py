"""`U` on the review desk: it takes back the last own decision that stands, then the one before."""

# ruff: noqa: F811 (the fixture is imported)

import pytest
from playwright.sync_api import expect

from core.moderation.policies import Action
from tests.e2e.desk_page import await_saved, await_shown, decided, shown
from tests.e2e.test_desk_faults_in_browser import (  # noqa: F401
    MESSAGE,
    desk,
    listed,
    same_texts,
)

pytestmark = pytest.mark.e2e


def reopen_first(page, address):
    page.goto(f"{address}/?status=closed")
    first = await_shown(page)
    page.keyboard.press("o")
    await_saved(page)
    return first


def reload(page):
    page.reload()
    page.locator("[data-part=undo] button").wait_for()


def undo(page):
    expect(page.locator("[data-part=undo] button")).to_be_enabled()
    page.keyboard.press("u")
    await_saved(page)


@pytest.mark.parametrize("is_reloaded", [False, True])
def test_u_after_a_reopening_takes_back_the_reopening(desk, staff, is_reloaded):
    page, services, revisions = desk(2)
    page.keyboard.press("a")
    await_saved(page)
    first = reopen_first(page, staff.address)
    if is_reloaded:
        reload(page)
    undo(page)
    expect(page.locator(MESSAGE)).to_contain_text("as it was before")
    assert decided(services, revisions[first]) == [Action.APPROVE, Action.HOLD, Action.APPROVE]
    assert await_shown(page) == first
    if is_reloaded:
        reload(page)
    undo(page)
    assert decided(services, revisions[first])[3:] == [Action.HOLD], "the one below stood again"


def test_u_before_the_list_has_come_shows_its_comment(desk, staff):
    page, _services, _revisions = desk(1)
    page.keyboard.press("a")
    await_saved(page)
    first = reopen_first(page, staff.address)
    held = []
    page.route("**/review/desk/queue", lambda route: held.append((route, route.fetch())))
    reload(page)
    while not held:
        page.wait_for_timeout(50)
    undo(page)
    for route, answer in held:
        route.fulfill(response=answer)
    assert await_shown(page) == first


def test_a_comment_decided_again_at_once_does_not_come_back_with_the_answer_to_its_undo(desk):
    page, services, revisions = desk(3)
    first = shown(page)
    page.keyboard.press("a")
    second = await_shown(page, after=first)
    page.wait_for_timeout(500)  # the cards of the others have arrived
    held = []
    page.route("**/review/desk/cards", lambda route: held.append((route, route.fetch())))
    page.keyboard.press("u")
    await_shown(page, after=second)
    while not held:
        page.wait_for_timeout(50)
    page.keyboard.press("a")
    await_shown(page, after=first)
    await_saved(page)
    for route, answer in held:
        route.fulfill(response=answer)
    page.wait_for_timeout(300)
    assert first not in listed(page)
    assert shown(page) == second
    expect(page.locator("[data-part=count]")).to_have_text("2")
    assert decided(services, revisions[first])[-1] is Action.APPROVE


def test_u_says_when_nothing_is_left(desk):
    page, services, revisions = desk(2)
    first = shown(page)
    page.keyboard.press("e")
    await_shown(page, after=first)
    undo(page)
    for _ in range(len(listed(page)) + 60):  # other tests on this console may have left some
        page.keyboard.press("u")
        if "left to undo" in page.locator(MESSAGE).inner_text():
            break
        await_saved(page)
    expect(page.locator(MESSAGE)).to_contain_text("Nothing that you decided")
    assert decided(services, revisions[first]) == [Action.ESCALATE, Action.HOLD]


def test_a_group_is_taken_back_by_one_press_after_a_reload(desk, staff):
    page, *_ = desk(0, prepare=lambda page: same_texts(staff.services))
    members = listed(page)
    page.get_by_role("button", name="Decide these waiting").click()
    page.get_by_role("button", name="Approve 3").click()
    await_saved(page)
    expect(page.locator("[data-revision]")).to_have_count(0)
    page.reload()
    page.get_by_role("heading", name="The queue is empty").wait_for()
    undo(page)
    expect(page.locator("[data-revision]")).to_have_count(len(members))
    assert sorted(listed(page)) == sorted(members)

"""Several people at the review desk, and the way back through its lists."""

# ruff: noqa: F811 (the fixture is imported)

import re

import pytest
from playwright.sync_api import expect

from core.moderation.policies import Action
from tests.e2e.conftest import await_card, settle, sign_in
from tests.e2e.desk_page import await_saved, await_shown, decided, open_desk, shown
from tests.e2e.test_desk_faults_in_browser import PROBLEM, desk, listed  # noqa: F401
from tests.e2e.test_review_in_browser import card_text
from tests.factories import MODERATOR, scored
from tests.factories import decided as decide

pytestmark = pytest.mark.e2e

QUICK = "[data-part=quick] button >> nth=0"


def escalated(services, count):
    kept = [scored(services, f"You idiot number {n:02d}.") for n in range(count)]
    for revision in kept:
        decide(services, revision, Action.ESCALATE, actor=MODERATOR)
    return {revision.id: revision for revision in kept}


def test_a_lead_works_through_what_is_escalated(staff, new_page):
    services, page = staff.services, new_page()
    revisions = escalated(services, 3)
    open_desk_of_lead(page, staff.address)
    first = shown(page)
    expect(page.get_by_role("button", name="Escalate")).to_be_disabled()
    page.keyboard.press("e")
    assert shown(page) == first
    page.keyboard.press("a")
    second = await_shown(page, after=first)
    page.keyboard.press("u")
    await_shown(page, after=second)
    await_saved(page)
    assert decided(services, revisions[first])[-1] is Action.ESCALATE, "it waits for a lead again"
    for left, key in ((2, "a"), (1, "x"), (0, "a")):
        now = shown(page)
        page.keyboard.press("1")
        page.keyboard.press(key)
        expect(page.locator("[data-revision]")).to_have_count(left)
        if left:
            await_shown(page, after=now)
    await_saved(page)
    expect(page.get_by_text("Nothing is escalated.")).to_be_visible()
    ends = sorted(decided(services, each)[-1] for each in revisions.values())
    assert ends == [Action.APPROVE, Action.APPROVE, Action.REMOVE]


def open_desk_of_lead(page, address):
    page.goto(address)
    sign_in(page, "lena")
    page.wait_for_timeout(500)
    page.goto(f"{address}/?status=escalated")
    await_shown(page)


def test_a_lead_works_through_what_is_escalated_on_the_plain_page(staff, new_page):
    services, page = staff.services, new_page()
    revisions = escalated(services, 2)
    page.goto(staff.address)
    sign_in(page, "lena")
    page.wait_for_timeout(500)
    page.goto(f"{staff.address}/review_queue?view=plain&status=Escalated")
    ready = ""
    for _ in range(2):
        ready = await_card(page, after=ready)
        settle(page)
        page.keyboard.press("a")
        page.wait_for_timeout(300)
    expect(page.get_by_text("Nothing is escalated.")).to_be_visible()
    assert all(decided(services, each)[-1] is Action.APPROVE for each in revisions.values())


def test_the_later_of_two_people_reads_who_decided_what_and_when(desk, staff, new_page):
    page, services, revisions = desk(2)
    first = shown(page)
    expect(page.locator("[data-part=claim]")).to_contain_text("yours")
    other = new_page()
    open_desk(other, staff.address, "tomas")
    other.locator(f'[data-revision="{first}"]').click()
    await_shown(other, after=listed(other)[1])
    expect(other.locator("[data-part=claim]")).to_contain_text("mina has it")
    other.keyboard.press("a")
    expect(other.locator(PROBLEM)).to_contain_text("mina has held this case since")
    expect(other.locator(PROBLEM)).to_contain_text("Not saved: Approved “You idiot")
    other.locator(f'[data-revision="{first}"]').click()
    page.keyboard.press("1")
    page.keyboard.press("x")
    await_saved(page)
    expect(other.locator(f'[data-shown="{first}"]')).to_be_visible()
    other.wait_for_timeout(100)
    other.keyboard.press("e")
    late = other.locator(PROBLEM).last
    expect(late).to_contain_text(re.compile(r"mina removed this comment at \d\d:\d\d:\d\d UTC"))
    assert decided(services, revisions[first]) == [Action.REMOVE]
    assert first not in listed(other)


def test_back_and_forward_go_through_the_lists(desk):
    page, *_ = desk(2)
    page.locator(QUICK).click()
    expect(page.locator(QUICK)).to_have_attribute("aria-pressed", "true")
    address = page.url
    assert "label=" in address
    page.get_by_role("button", name="1 filter").click()
    page.get_by_label("Status").select_option("escalated")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("No case matches these filters.")).to_be_visible()
    page.go_back()
    expect(page.locator("[data-revision]")).to_have_count(2)
    assert page.url == address
    page.go_back()
    expect(page.locator(QUICK)).to_have_attribute("aria-pressed", "false")
    await_shown(page)
    page.go_forward()
    expect(page.locator(QUICK)).to_have_attribute("aria-pressed", "true")
    await_shown(page)
    assert page.url == address
    page.get_by_role("link", name="Look-up").click()
    page.get_by_role("heading", name="Look-up").wait_for()
    page.go_back()
    expect(page.locator(QUICK)).to_have_attribute("aria-pressed", "true")


def test_the_plain_page_tells_the_later_of_two_people(staff, new_page):
    services = staff.services
    revision = scored(services, "You idiot number 01.")
    page = new_page()
    page.goto(staff.address)
    sign_in(page, "mina")
    page.wait_for_timeout(500)
    page.goto(f"{staff.address}/review_queue?view=plain")
    await_card(page)
    settle(page)
    assert "number 01" in card_text(page)
    decide(services, revision, Action.ESCALATE, actor=MODERATOR)
    page.keyboard.press("a")
    expect(page.get_by_text(re.compile("mina escalated this comment at .* UTC"))).to_be_visible()

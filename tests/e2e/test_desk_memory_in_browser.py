"""What the review desk keeps for its reader: notes through a reload, errors until they are read,
and counts that are true."""

# ruff: noqa: F811 (the fixture is imported)

import pytest
from playwright.sync_api import expect

from core.moderation.policies import Action
from tests.e2e.desk_page import await_saved, await_shown, cut_off, decided, shown
from tests.e2e.test_desk_faults_in_browser import (  # noqa: F401
    PRESSES,
    PROBLEM,
    desk,
    listed,
    same_texts,
)
from tests.factories import chain_of, scored

pytestmark = pytest.mark.e2e

NOTE = "Note to the author, shown"
INTERNAL = "Internal note, for"
STORED = "() => sessionStorage.getItem('review-drafts-mina')"


def write(page, key, words):
    page.keyboard.press(key)
    page.keyboard.type(words)
    page.keyboard.press("Escape")


def test_notes_outlive_a_reload_and_are_dropped_once_decided(desk):
    page, services, revisions = desk(2)
    first = shown(page)
    write(page, "n", "say it kindly")
    write(page, "i", "third time")
    page.reload()
    await_shown(page)
    expect(page.get_by_label(NOTE)).to_have_value("say it kindly")
    expect(page.get_by_label(INTERNAL)).to_have_value("third time")
    page.keyboard.press("j")
    await_shown(page, after=first)
    expect(page.get_by_label(NOTE)).to_be_hidden()
    page.keyboard.press("k")
    await_shown(page, after=listed(page)[1])
    page.keyboard.press("a")
    await_shown(page, after=first)
    await_saved(page)
    decision = chain_of(services, revisions[first])[-1]
    assert (decision.note, decision.internal_note) == ("say it kindly", "third time")
    assert page.evaluate(STORED) is None


def refuse_presses(route):
    outcomes = [
        {"id": press["id"], "is_done": False, "can_retry": True,
         "words": f"Refused: {press['note'] or 'without a note'}."}
        for press in route.request.post_data_json["presses"]
    ]  # fmt: skip
    route.fulfill(json={"outcomes": outcomes})


def test_a_refused_press_leaves_its_note_and_its_error(desk):
    page, *_ = desk(3)
    problems, first = page.locator(PROBLEM), shown(page)
    cut_off(page, PRESSES, refuse_presses)
    write(page, "n", "say it kindly")
    page.keyboard.press("e")
    expect(problems.locator("p")).to_have_text(["Refused: say it kindly."])
    expect(page.get_by_role("alert").filter(has_text="kindly")).to_have_count(1)
    page.locator(f'[data-revision="{first}"]').click()
    expect(page.get_by_label(NOTE)).to_have_value("say it kindly")


def test_errors_stay_until_they_are_dismissed(desk):
    page, services, revisions = desk(7)
    problems = page.locator(PROBLEM)
    restore = cut_off(page, PRESSES, refuse_presses)
    for count in range(1, 6):
        now = shown(page)
        page.keyboard.press("a")
        await_shown(page, after=now)
        expect(problems).to_have_count(min(count, 3))
    expect(page.get_by_text("2 earlier")).to_be_visible()
    restore()
    now = shown(page)
    page.wait_for_timeout(100)
    page.keyboard.press("a")
    await_shown(page, after=now)
    await_saved(page)
    assert decided(services, revisions[now]) == [Action.APPROVE]
    expect(problems).to_have_count(3)
    page.keyboard.press("Escape")
    expect(problems).to_have_count(2)
    page.get_by_role("button", name="Dismiss").first.click()
    page.keyboard.press("Escape")
    expect(problems).to_have_count(0)
    expect(page.get_by_text("2 earlier")).to_be_hidden()


def test_the_open_filters_count_anew(desk, staff):
    page, services, _ = desk(3)
    page.get_by_role("button", name="Filter", exact=True).click()
    source = page.get_by_label("Source")
    expect(source.locator("option").nth(1)).to_contain_text("(3)")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    await_saved(page)
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(source.locator("option").nth(1)).to_contain_text("(2)")
    scored(services, "You idiot, one more.")
    page.get_by_label("Order").select_option("oldest")
    expect(source.locator("option").nth(1)).to_contain_text("(3)")
    expect(page.get_by_label("Order")).to_have_value("oldest")


def test_presses_that_are_not_saved_are_not_counted_as_waiting(desk):
    page, *_ = desk(53)
    release, now = cut_off(page, PRESSES), shown(page)
    for _ in range(24):  # the rest of the list is read meanwhile
        page.keyboard.press("a")
        now = await_shown(page, after=now)
    expect(page.locator("[data-revision]")).to_have_count(29)
    expect(page.locator("[data-part=count]")).to_have_text("29")
    release()
    await_saved(page)


def test_a_group_ticks_and_counts_what_its_title_says(desk, staff):
    near = "You idiot, this one comes again and again 2."
    page, *_ = desk(0, prepare=lambda page: (same_texts(staff.services), scored(
        staff.services, near)))  # fmt: skip
    page.locator(".it", has_text="same text").first.click()
    page.keyboard.press("1")
    page.get_by_role("button", name="Decide these waiting").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("3 with the same text, 1 nearly")
    expect(dialog.get_by_role("checkbox", checked=True)).to_have_count(3)
    expect(dialog.get_by_role("button", name="Approve 3")).to_be_visible()
    assert "null" not in dialog.inner_text()
    dialog.get_by_role("checkbox", checked=False).check()
    dialog.get_by_role("button", name="Approve 4").click()
    await_saved(page)
    expect(page.locator("[data-revision]")).to_have_count(0)


def test_a_press_whose_answer_never_comes_is_sent_again_and_decided_once(desk):
    def shorten_waits(page):  # after the script that makes all pages of tests patient
        page.add_init_script("""
          AbortSignal.timeout = wait_ms => {
            const limit = new AbortController()
            setTimeout(() => limit.abort(), wait_ms / 20)
            return limit.signal
          }
        """)

    page, services, revisions = desk(2, prepare=shorten_waits)
    sent, first = [], shown(page)

    def lose_the_first_answer(route):
        sent.append(route.request.post_data_json["presses"])
        if len(sent) == 1:
            route.fetch()  # decided, but the page never hears of it
        else:
            route.continue_()

    page.route(PRESSES, lose_the_first_answer)
    page.keyboard.press("a")
    await_shown(page, after=first)
    await_saved(page)
    assert sent[0] == sent[-1]
    assert len(sent) > 1
    assert decided(services, revisions[first]) == [Action.APPROVE]

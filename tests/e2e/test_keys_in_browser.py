"""Keys in a real browser: held down, pressed fast, typed in a field."""

import re

import pytest
from playwright.sync_api import expect

from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.ingest import ingest
from core.services.score import score_waiting
from tests.e2e.conftest import await_card, settle, sign_in
from tests.e2e.test_review_in_browser import (
    CARD,
    actions,
    await_keys,
    open_queue,
    press,
    press_at_once,
    shown_text,
)
from tests.factories import chain_of, scored

pytestmark = pytest.mark.e2e

KEYS_ON, KEYS_OFF = "Keys are on", "Keys are off while you type"


@pytest.fixture
def desk(staff, new_page):
    """Twelve comments that wait, and a page that shows the first of them."""
    services, address = staff
    revisions = [scored(services, f"You idiot number {n:02d}.") for n in range(1, 13)]
    page = new_page()
    open_queue(page, address)
    await_keys(page, services, on_card(page, revisions))
    yield services, revisions, page
    assert page.outside == []


def decided(services, revisions):
    return [revision for revision in revisions if len(chain_of(services, revision)) > 1]


def on_card(page, revisions):
    """The comment on the card; waits while the card is drawn anew."""
    text = shown_text(page, [revision.text for revision in revisions])
    return next(revision for revision in revisions if revision.text == text)


def hold(page, key: str, for_ms: int) -> None:
    """Holds a key like a keyboard: a press, a pause, then about 30 repeats a second."""
    page.keyboard.down(key)
    page.wait_for_timeout(300)
    for _ in range((for_ms - 300) // 33):
        page.keyboard.down(key)  # the key is down already, so this is sent as a repeat
        page.wait_for_timeout(33)
    page.keyboard.up(key)


@pytest.mark.parametrize("key", ["a", "e", "s"])
def test_a_held_key_acts_once(desk, key):
    services, revisions, page = desk
    first = on_card(page, revisions)
    hold(page, key, for_ms=1_400)
    expect(page.locator(CARD).get_by_text(first.text).filter(visible=True)).to_have_count(0)
    settle(page)
    assert len(decided(services, revisions)) == (0 if key == "s" else 1)
    assert on_card(page, revisions) is not first
    shown = on_card(page, revisions)
    await_keys(page, services, shown)
    press(page, key, gone=shown.text)  # after it was let go, the key works again


def test_a_held_key_takes_back_one_decision(desk):
    services, revisions, page = desk
    for _ in range(2):
        shown = on_card(page, revisions)
        await_keys(page, services, shown)
        press(page, "a", gone=shown.text)
    await_keys(page, services, on_card(page, revisions))
    hold(page, "u", for_ms=1_400)
    page.get_by_text("Undone").filter(visible=True).first.wait_for()
    settle(page)
    chains = [actions(services, revision) for revision in decided(services, revisions)]
    assert sorted(map(len, chains)) == [2, 3]


@pytest.mark.parametrize("pause_ms", [0, 20, 60, 120, 250])
def test_fast_presses_decide_each_card_once_and_none_unseen(desk, pause_ms):
    services, revisions, page = desk
    page.evaluate(
        """() => {
          window.seen = {}
          const look = () => {
            const card = document.querySelector('.st-key-case_card')
            const text = card?.innerText.match(/number \\d+/)?.[0]
            if (text) window.seen[text] ??= performance.now()
            requestAnimationFrame(look)
          }
          look()
        }"""
    )
    page.wait_for_timeout(200)
    for _ in range(8):
        page.keyboard.press("a")
        page.wait_for_timeout(pause_ms)
    settle(page)
    seen = page.evaluate("Object.keys(window.seen)")
    done = decided(services, revisions)
    assert done
    assert all(len(chain_of(services, revision)) == 2 for revision in done)
    assert all(any(name in revision.text for name in seen) for revision in done)
    assert on_card(page, revisions) not in done


PRESS_A = """for (const type of ["keydown", "keyup"]) document.body.dispatchEvent(
  new KeyboardEvent(type, { key: "a", code: "KeyA", bubbles: true, composed: true }))"""
CLICK_APPROVE = """document.querySelector("[class*='st-key-approve_'] button")?.click()"""


@pytest.mark.parametrize("script", [PRESS_A, CLICK_APPROVE], ids=["key", "click"])
def test_a_card_takes_no_press_before_it_was_shown_for_a_moment(desk, script):
    services, revisions, page = desk
    first = on_card(page, revisions)
    card, ready_ms = page.locator(".st-key-keyboard p").evaluate(
        """(line, script) => new Promise(done => {
          const number = () =>
            document.querySelector(".st-key-case_card")?.innerText.match(/number \\d+/)?.[0]
          const [before, shown] = [line.dataset.ready, number()]
          let changedAt
          const send = new Function(script)
          const timer = setInterval(() => {
            const { ready } = line.dataset
            if (ready !== undefined && ready !== before) {
              clearInterval(timer)
              return done([ready, performance.now() - changedAt])
            }
            if (number() && number() !== shown) changedAt ??= performance.now()
            send()
          }, 1)
        })""",
        script,
    )
    settle(page)
    assert decided(services, revisions) == [first]
    assert card == f"{on_card(page, revisions).id}_1"
    assert ready_ms >= 40


@pytest.mark.parametrize(("first", "second"), [("a", "e"), ("e", "a"), ("a", "s")])
def test_two_keys_on_one_card_leave_what_the_first_did(desk, first, second):
    services, revisions, page = desk
    shown = on_card(page, revisions)
    press_at_once(page, first, second)
    settle(page)
    expected = Action.APPROVE if first == "a" else Action.ESCALATE
    assert actions(services, shown) == [Action.HOLD, expected]
    assert decided(services, revisions) == [shown]
    words = "You approved it" if first == "a" else "You escalated it"
    expect(page.get_by_text(words)).to_have_count(1)


def test_a_double_click_decides_one_comment(desk):
    services, revisions, page = desk
    page.get_by_role("button", name="Approve").dblclick()
    settle(page)
    assert len(decided(services, revisions)) == 1


def test_letters_in_the_note_never_decide_and_escape_leaves_it(desk):
    services, revisions, page = desk
    shown = on_card(page, revisions)
    page.keyboard.press("n")
    page.get_by_text(KEYS_OFF).wait_for()
    page.keyboard.type("axe us")
    page.keyboard.press("Enter")
    settle(page)
    assert decided(services, revisions) == []
    page.keyboard.press("Escape")
    page.get_by_text(KEYS_ON).wait_for()
    page.keyboard.press("2")
    page.get_by_text("radio_button_checked").filter(visible=True).first.wait_for()
    press(page, "x", gone=shown.text)
    (removed,) = decided(services, revisions)
    assert chain_of(services, removed)[-1].note == "axe us"


def test_a_note_begun_before_the_next_card_is_there_decides_nothing(desk):
    services, revisions, page = desk
    first = on_card(page, revisions)
    page.keyboard.press("a")
    page.keyboard.type("naxe us axe")  # N, and then words, faster than any card comes
    page.get_by_text(KEYS_OFF).wait_for()
    settle(page)
    assert decided(services, revisions) == [first]
    expect(page.get_by_text("You approved it")).to_have_count(1)
    page.keyboard.type("!")
    expect(page.locator("[class*='st-key-note_'] input")).to_have_value(re.compile("!$"))


def test_a_note_left_without_enter_goes_with_the_decision(desk):
    services, revisions, page = desk
    shown = on_card(page, revisions)
    page.keyboard.press("n")
    page.keyboard.type("Be kind.")
    page.keyboard.press("Escape")
    press(page, "a", gone=shown.text)
    assert chain_of(services, shown)[-1].note == "Be kind."


def test_keys_work_after_the_label_was_chosen_by_mouse(desk):
    services, revisions, page = desk
    page.locator(".st-key-label input").click()
    page.get_by_text(KEYS_OFF).wait_for()
    page.get_by_role("option", name="Insult").click()
    page.get_by_text(KEYS_ON).wait_for()
    settle(page)
    shown = on_card(page, revisions)
    press(page, "a", gone=shown.text)
    assert decided(services, revisions) == [shown]


def test_a_long_queue_is_turned_by_keys(staff, new_page):
    services, address = staff
    now = services.clock.now()
    texts = [f"You idiot number {n:03d}." for n in range(240)]
    rows = [IncomingComment("site", text, text, "sam", now) for text in texts]
    list(ingest(services.context, SYSTEM, rows))
    list(score_waiting(services.context, services.scorer))
    page = new_page()
    open_queue(page, address)
    page.get_by_text("1–200 of 240").wait_for()
    await_card(page)
    page.keyboard.press("j")
    page.get_by_text("201–240 of 240").wait_for()
    settle(page, quiet_ms=500)
    page.keyboard.press("k")
    page.get_by_text("1–200 of 240").wait_for()


def test_the_sign_in_survives_a_reload_and_needs_a_token(staff, new_page):
    services, address = staff
    revision = scored(services, "You idiot, who am I?")
    page, stranger = new_page(), new_page()
    page.goto(f"{address}/?view=plain")
    page.get_by_text("Choose a person").wait_for()
    assert page.get_by_role("button", name="Approve").count() == 0
    sign_in(page, "lena")
    page.get_by_role("button", name="Approve").wait_for()
    page.reload()
    await_card(page)
    page.get_by_text("lena · lead").filter(visible=True).first.wait_for()
    page.keyboard.press("a")
    page.get_by_text("You approved it").wait_for()
    page.reload()
    page.get_by_text("The queue is empty").wait_for()
    await_card(page)
    page.keyboard.press("u")
    page.get_by_text("Undone").wait_for()
    stranger.goto(f"{address}/review_queue?signed_in_as=lena")
    stranger.get_by_text("Choose a person").wait_for()
    settle(stranger, quiet_ms=500)
    assert stranger.get_by_role("button", name="Approve").count() == 0
    assert [past.actor for past in chain_of(services, revision)] == ["system", "lena", "lena"]

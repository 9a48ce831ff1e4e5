"""A reviewer at the keyboard, in a real browser on a real server."""

import pytest
from playwright.sync_api import expect

from core.moderation.policies import Action
from tests.e2e.conftest import await_card, open_signed_in, running, settle, sign_in
from tests.factories import CLEAN, chain_of, make_services, posted, scored

pytestmark = pytest.mark.e2e

CARD = ".st-key-case_card"


def open_queue(page, address: str) -> None:
    open_signed_in(page, f"{address}/?view=plain", "mina")
    page.get_by_role("button", name="Approve").wait_for()
    await_card(page)


def shown_text(page, texts) -> str:
    """Which of the texts is on the card; waits while the card is drawn anew."""
    page.wait_for_function(
        """([card, texts]) => texts.some(
          text => document.querySelector(card)?.innerText.includes(text))""",
        arg=[CARD, list(texts)],
    )
    return next(text for text in texts if text in card_text(page))


def card_text(page) -> str:
    return page.locator(CARD).inner_text()


def await_keys(page, services, revision) -> None:
    """Until the card of that comment has been shown for long enough to be decided on."""
    card = f"{revision.id}_{len(chain_of(services, revision))}"
    page.locator(f'.st-key-keyboard p[data-ready="{card}"]').wait_for()


def press(page, key: str, gone: str) -> None:
    """Press a key and wait until the comment `gone` has left the card."""
    page.keyboard.press(key)
    expect(page.locator(CARD).get_by_text(gone).filter(visible=True)).to_have_count(0)


def press_at_once(page, *keys: str) -> None:
    """Press and release each key in one turn of the page's script: nothing is drawn in between,
    however busy the machine is."""
    page.evaluate(
        """keys => {
          for (const key of keys)
            for (const type of ["keydown", "keyup"])
              document.body.dispatchEvent(new KeyboardEvent(
                type, { key, code: `Key${key.toUpperCase()}`, bubbles: true, composed: true }))
        }""",
        list(keys),
    )


def actions(services, revision) -> list[Action]:
    return [decision.action for decision in chain_of(services, revision)]


def test_every_key_of_the_queue_does_what_it_says(staff, new_page):
    services, address = staff
    texts = [f"You idiot number {n}." for n in range(1, 5)]
    revisions = {text: scored(services, text) for text in texts}
    page = new_page()
    open_queue(page, address)
    seen = []
    for key in ("a", "e", "s"):
        shown = shown_text(page, texts)
        seen.append(shown)
        await_keys(page, services, revisions[shown])
        press(page, key, gone=shown)
    fourth = shown_text(page, texts)
    await_keys(page, services, revisions[fourth])
    page.keyboard.press("x")  # no reason yet: nothing may happen
    page.get_by_text("Choose a reason first").wait_for()
    assert actions(services, revisions[fourth]) == [Action.HOLD]
    page.keyboard.press("2")
    page.get_by_text("radio_button_checked").filter(visible=True).first.wait_for()
    await_keys(page, services, revisions[fourth])
    press(page, "x", gone=fourth)
    assert actions(services, revisions[fourth]) == [Action.HOLD, Action.REMOVE]
    page.locator(f"[class*='st-key-undo_{revisions[fourth].id}_'] button").wait_for()
    await_keys(page, services, revisions[seen[2]])
    page.keyboard.press("u")
    page.locator(CARD).get_by_text(fourth).wait_for()
    assert actions(services, revisions[seen[0]]) == [Action.HOLD, Action.APPROVE]
    assert actions(services, revisions[seen[1]]) == [Action.HOLD, Action.ESCALATE]
    assert actions(services, revisions[seen[2]]) == [Action.HOLD]
    assert actions(services, revisions[fourth]) == [Action.HOLD, Action.REMOVE, Action.HOLD]
    assert page.outside == []


def test_a_fast_double_press_never_decides_a_comment_nobody_saw(staff, new_page):
    services, address = staff
    revisions = [scored(services, f"You idiot number {n}.") for n in range(1, 8)]
    page = new_page()
    open_queue(page, address)
    first = card_text(page)
    press_at_once(page, "a", "a", "a")
    page.get_by_text("You approved it").wait_for()
    settle(page)
    decided = [r for r in revisions if len(chain_of(services, r)) > 1]
    # The presses came before the second comment could be drawn: only the one on screen counts.
    assert len(decided) == 1
    assert decided[0].text in first


def test_the_slower_of_two_reviewers_is_told_whose_decision_stands(staff, new_page):
    services, address = staff
    revision = scored(services, "You idiot, only one of us can decide.")
    scored(services, "Another idiot waits, so that the desk is not empty.")
    one, other = new_page(), new_page()
    for page in (one, other):
        open_queue(page, address)
        page.locator(CARD).get_by_text("idiot").filter(visible=True).first.wait_for()
    shown = [card_text(page) for page in (one, other)]
    assert shown[0] == shown[1]
    one.keyboard.press("a")
    one.get_by_text("You approved it").wait_for()
    other.keyboard.press("e")
    other.get_by_text("approved this comment at").wait_for()
    first = revision if revision.text in shown[0] else None
    if first is not None:
        assert actions(services, first) == [Action.HOLD, Action.APPROVE]


PROBES = (
    "idiot <b>bold</b> <script>window.__x=1</script> <img src=http://example.invalid/a.png>",
    "idiot <img src=x onerror='window.__x=1'> ![x](http://example.invalid/b.png) :red[hi]",
    "idiot $x^2$ :material/home: [link](javascript:window.__x=1)",
    "idiot <style>body{display:none}</style> <iframe src=http://example.invalid/></iframe>",
)


def test_hostile_text_is_inert_on_every_page(staff, new_page):
    services, address = staff
    revisions = [scored(services, text, author=PROBES[1][6:80]) for text in PROBES]
    removed = scored(services, f"moron {PROBES[1]}")
    posted(services, CLEAN)
    with running("author", services.settings.home) as public:
        page = new_page()
        open_queue(page, address)
        mark = ""
        for _ in revisions:
            card = page.locator(CARD)
            card.get_by_text("idiot").filter(visible=True).first.wait_for()
            mark = await_card(page, after=mark)
            page.keyboard.press("s")
        page.goto(f"{public}/?reference={removed.reference}")
        page.get_by_text("was removed").filter(visible=True).first.wait_for()
        page.get_by_role("button", name="Appeal").click()
        page.get_by_label("Why is the decision wrong?").fill(PROBES[1])
        page.get_by_role("button", name="Send the appeal").click()
        page.get_by_text("appeal waits to be heard").filter(visible=True).first.wait_for()
        page.goto(f"{address}/lookup?reference={removed.reference}")
        page.get_by_text("was removed").filter(visible=True).first.wait_for()
        page.goto(f"{address}/appeals")
        page.get_by_text("onerror").filter(visible=True).first.wait_for()
        assert page.evaluate("window.__x") is None
        assert page.evaluate("getComputedStyle(document.body).display") == "block"
    assert page.outside == []


def test_the_first_visitor_of_the_public_look_up_gets_no_staff_page(tmp_path, new_page):
    services = make_services(tmp_path)
    scored(services, "You idiot, this must stay inside.")
    with running("author", tmp_path) as address:
        page = new_page()
        page.goto(f"{address}/review_queue")
        page.get_by_text("What happened to my comment?").filter(visible=True).first.wait_for()
        settle(page)
        assert page.get_by_role("button", name="Approve").count() == 0
        assert "must stay inside" not in page.inner_text("body")
    services.context.store.close()


def test_a_deep_link_as_the_first_visit_has_the_navigation_of_the_role(tmp_path, new_page):
    services = make_services(tmp_path)
    with running("staff", tmp_path) as address:
        page = new_page()
        answer = page.goto(f"{address}/latency")
        sign_in(page, "mina")
        page.get_by_text("Review queue").filter(visible=True).first.wait_for()
        page.get_by_role("heading", name="Latency").wait_for()
        assert page.url.endswith("/latency")
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    services.context.store.close()


@pytest.mark.parametrize(("who", "first"), [("mina", "review_queue"), ("ola", "lookup")])
def test_a_link_to_the_first_page_of_the_role_is_found(staff, new_page, who, first):
    _, address = staff
    page = new_page()
    page.goto(f"{address}/{first}")
    sign_in(page, who)
    page.get_by_text(who).filter(visible=True).first.wait_for()
    page.goto(f"{address}/{first}?status=Decided")
    page.get_by_role("heading").filter(visible=True).first.wait_for()
    settle(page, quiet_ms=500)
    assert page.get_by_text("Page not found").count() == 0


def test_a_click_on_a_line_of_the_list_opens_that_case(staff, new_page):
    services, address = staff
    for number in range(1, 5):
        scored(services, f"You idiot number {number}.")
    page = new_page()
    open_queue(page, address)
    settle(page)
    before = card_text(page)
    table = page.locator('[data-testid="stDataFrame"] canvas').first.bounding_box()
    page.mouse.click(table["x"] + 250, table["y"] + 28 * 3 + 14)
    page.wait_for_function(
        "([card, before]) => document.querySelector(card).innerText !== before",
        arg=[CARD, before],
    )

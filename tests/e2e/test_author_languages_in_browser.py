"""The public look-up in a browser: in the reader's language, on a phone, by keyboard, and limited
by the address that a trusted proxy names."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from core.identifiers import new_reference
from core.texts.texts import texts_in
from dashboard.lookup.limit import AT_ONCE, FAILED_COSTS
from tests.e2e.conftest import running
from tests.factories import HELD, REMOVED, appealed, make_services, removed_by_person, scored

pytestmark = pytest.mark.e2e
SCREENS = [(390, 844), (1440, 860)]
TOO_WIDE = """() => [...document.querySelectorAll(".stMain *")].filter(each =>
  each.getClientRects().length && !each.closest("[data-testid=stTable]")
  && each.getBoundingClientRect().right > window.innerWidth + 1).map(each => each.outerHTML)"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of the look-up, and the references by state."""
    home = tmp_path_factory.mktemp("home")
    services = make_services(home)
    pending = removed_by_person(services, HELD)
    appealed(services, pending)
    references = {
        "removed": removed_by_person(services, HELD, note="It insults a person.").reference,
        "by the model": scored(services, REMOVED).reference,
        "pending": pending.reference,
        "held": scored(services, HELD).reference,
    }
    services.close()
    with running("author", home) as address:
        yield address, references


@pytest.fixture
def reader(browser) -> Iterator[Any]:
    """Opens a browser with a language, a screen and headers of its own."""
    contexts = []

    def open_browser(locale: str = "en-GB", width: int = 390, height: int = 844, **more: Any):
        viewport = {"width": width, "height": height}
        contexts.append(browser.new_context(locale=locale, viewport=viewport, **more))
        return contexts[-1].new_page()

    yield open_browser
    for context in contexts:
        context.close()


@pytest.mark.parametrize("screen", SCREENS, ids=str)
@pytest.mark.parametrize(("locale", "scheme"), [("de-DE", "light"), ("fr-FR", "dark")])
def test_the_longest_words_fit_the_screen(
    site, reader, locale: str, scheme: str, screen: tuple[int, int]
) -> None:
    address, references = site
    texts = texts_in(locale[:2])
    page = reader(locale, *screen, color_scheme=scheme)
    for state, reference in references.items():
        page.goto(f"{address}/?reference={reference}")
        headline = texts.say("headline.held" if state == "held" else "headline.removed")
        expect(page.get_by_role("heading", name=headline)).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", locale[:2])
        page.get_by_text(texts.say("course.figures")).click()
        expect(page.get_by_text(texts.say("score.about"))).to_be_visible()
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_the_language_is_changed_by_keyboard_and_what_was_typed_stays(site, reader) -> None:
    address, references = site
    page = reader("en-GB")
    page.goto(f"{address}/?reference={references['removed']}")
    page.get_by_role("button", name="Appeal").click()
    page.get_by_label("Why is the decision wrong?").fill("Half a sentence")
    page.keyboard.press("Escape")
    page.get_by_role("combobox").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    german = texts_in("de")
    expect(page.get_by_role("heading", name=german.say("headline.removed"))).to_be_visible()
    assert "lang=de" in page.url
    page.get_by_role("button", name=german.say("appeal.button")).click()
    expect(page.get_by_label(german.say("appeal.field"))).to_have_value("Half a sentence")
    page.reload()
    expect(page.get_by_role("heading", name=german.say("headline.removed"))).to_be_visible()


def test_the_limit_is_that_of_the_address_which_the_proxy_on_this_machine_names(
    site, reader
) -> None:
    address, references = site
    texts = texts_in("en")
    pages = [
        reader("en-GB", extra_http_headers={"X-Forwarded-For": f"203.0.113.{number}"})
        for number in (1, 2)
    ]
    start = texts.say("page.try_later.other", count="\0").partition("\0")[0]
    told = pages[0].get_by_text(start)
    field = pages[0].get_by_label(texts.say("page.reference_field"))
    pages[0].goto(address)
    field.fill(new_reference())
    field.press("Enter")
    again = pages[0].get_by_label(texts.say("page.another_field"))
    unknown = pages[0].get_by_text(texts.say("page.unknown_reference"))
    for _ in range(2 * int(AT_ONCE / FAILED_COSTS)):
        expect(unknown.or_(told)).to_be_visible()
        if told.is_visible():
            break
        again.fill(new_reference())
        again.press("Enter")
        pages[0].wait_for_timeout(100)
    expect(told).to_be_visible()
    pages[1].goto(f"{address}/?reference={references['removed']}")
    expect(pages[1].get_by_role("heading", name="Your comment was removed.")).to_be_visible()

"""Two hundred hostile texts on every page: none runs, none calls another host, none becomes an
element of the page."""

from collections.abc import Iterator

import pytest

from core.moderation.policies import Action
from tests.e2e.conftest import open_signed_in, running
from tests.e2e.desk_page import open_desk
from tests.factories import HELD, appealed, decided, make_services, reported, scored
from tests.hostile_texts import HOSTILE_TEXTS, KINDS, OUTSIDE
from tests.patience import PATIENT_MS

pytestmark = pytest.mark.e2e
CARDS = 25
STAFF_PAGES = {
    "/review_queue": "lena",
    "/appeals": "lena",
    "/policy?span=All": "lena",
    "/work": "lena",
    "/transparency": "lena",
    "/audit": "ines",
}
# Elements whose own tag, or whose script, holds what only the texts hold.
FOREIGN = f"""() => [...document.querySelectorAll("*")].filter(each =>
  (each.outerHTML.split(">")[0] + (each.tagName == "SCRIPT" ? each.text : ""))
    .match(/window.__x|{OUTSIDE}/)).map(each => each.outerHTML.slice(0, 300))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], list[str]]]:
    """The addresses of the servers, and references of which each kind of text has two."""
    home = tmp_path_factory.mktemp("home")
    services = make_services(home)
    references = []
    for text in HOSTILE_TEXTS:
        words = text.replace("\0", "")
        revision = scored(services, f"{HELD} {words}")
        is_first = any(text in kind[:2] for kind in KINDS.values())
        if not is_first:
            reported(services, revision, words=words[:500])
            continue
        decided(services, revision, Action.REMOVE, note=words)
        appealed(services, revision, f"No: {words}"[:2_000])
        references.append(revision.reference)
    services.close()
    with running("staff", home) as staff, running("author", home) as author:
        yield {"staff": staff, "author": author}, references


def check_inert(page) -> None:
    assert page.evaluate("window.__x") is None
    assert page.evaluate(FOREIGN) == []
    assert page.outside == []
    assert page.said == []


@pytest.fixture
def watched(new_page):
    """A tab that also keeps what a dialog would say."""
    page = new_page()
    page.said = []

    def dismiss(dialog) -> None:
        page.said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    return page


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_staff_pages_show_text_alone(site, watched, path: str) -> None:
    open_signed_in(watched, f"{site[0]['staff']}{path}", STAFF_PAGES[path])
    watched.wait_for_load_state("networkidle")
    check_inert(watched)


def test_cards_of_the_desk_show_text_alone(site, watched) -> None:
    open_desk(watched, site[0]["staff"])
    for _ in range(CARDS):
        watched.keyboard.press("j")
        watched.wait_for_timeout(60)
    check_inert(watched)


def test_authors_read_text_alone(site, watched) -> None:
    addresses, references = site
    assert len(references) == 2 * len(KINDS)
    for reference in references:
        watched.goto(f"{addresses['author']}/?reference={reference}")
        text = watched.get_by_text("You idiot", exact=False).first
        text.wait_for(state="attached")
        if not text.is_visible():  # a long one is folded
            watched.locator("details:has-text('You idiot') summary").first.click()
            text.wait_for()
        check_inert(watched)


def test_the_check_finds_what_is_no_text(watched) -> None:
    watched.route(f"**/{OUTSIDE}/**", lambda route: route.abort())
    for text in KINDS["loads"][:3]:
        # The browser asks for what it found only after the page is there.
        with watched.expect_request(lambda request: OUTSIDE in request.url, timeout=PATIENT_MS):
            watched.set_content(text, wait_until="commit")
        assert len(watched.evaluate(FOREIGN)) == 1
        assert watched.outside
        watched.outside.clear()

"""Two hundred hostile texts on every page: none runs, none calls another host, none becomes an
element of the page, and their author reads them as they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import dedent

import pytest

from core.moderation.policies import Action
from tests.e2e.conftest import open_signed_in, running
from tests.e2e.desk_page import open_desk
from tests.factories import HELD, appealed, decided, make_services, reported, scored
from tests.hostile_texts import HOSTILE_TEXTS, KINDS, OUTSIDE
from tests.integration.quality_calls import NEARLY_ALL, judged, look_of
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
    "/second_looks": "tomas",
    "/quality?part=Disagreements": "lena",
    "/lookup?reference={reference}": "mina",
}
# Elements whose own tag, or whose script, holds what only the texts hold.
FOREIGN = f"""() => [...document.querySelectorAll("*")].filter(each =>
  (each.outerHTML.split(">")[0] + (each.tagName == "SCRIPT" ? each.text : ""))
    .match(/window.__x|{OUTSIDE}/)).map(each => each.outerHTML.slice(0, 300))"""
TEXTS = """() => [...document.querySelectorAll("[data-testid=stText]")].map(
  each => each.textContent)"""


@dataclass(frozen=True)
class Site:
    """The addresses of the servers, and by reference the words of author and moderator."""

    staff: str
    author: str
    words_of: Mapping[str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Of each kind of text two were removed, appealed and drawn for a second look."""
    home = tmp_path_factory.mktemp("home")
    services = make_services(home, second_look_share=NEARLY_ALL)
    words_of = {}
    for text in HOSTILE_TEXTS:
        words = text.replace("\0", "")
        revision = scored(services, f"{HELD} {words}")
        is_first = any(text in kind[:2] for kind in KINDS.values())
        if not is_first:
            reported(services, revision, words=words[:500])
            continue
        decided(services, revision, Action.REMOVE, note=words)
        appealed(services, revision, f"No: {words}"[:2_000])
        if len(words_of) % 2:
            judged(services, look_of(services, revision.id), Action.APPROVE, note=words)
        words_of[revision.reference] = words
    services.close()
    with running("staff", home) as staff, running("author", home) as author:
        yield Site(staff, author, words_of)


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
    place = path.format(reference=next(iter(site.words_of)))
    open_signed_in(watched, f"{site.staff}{place}", STAFF_PAGES[path])
    watched.wait_for_load_state("networkidle")
    check_inert(watched)


def test_cards_of_the_desk_show_text_alone(site, watched) -> None:
    open_desk(watched, site.staff)
    for _ in range(CARDS):
        watched.keyboard.press("j")
        watched.wait_for_timeout(60)
    check_inert(watched)


def test_authors_read_text_alone_and_as_it_is(site, watched) -> None:
    assert len(site.words_of) == 2 * len(KINDS)
    for reference, words in site.words_of.items():
        watched.goto(f"{site.author}/?reference={reference}")
        text = watched.get_by_text("You idiot", exact=False).first
        text.wait_for(state="attached")
        if not text.is_visible():  # a long one is folded
            watched.locator("details:has-text('You idiot') summary").first.click()
            text.wait_for()
        watched.get_by_text("No:", exact=False).first.wait_for(state="attached")
        shown = watched.evaluate(TEXTS)
        for written in (words, f"No: {words}"[:2_000]):
            assert dedent(written).strip() in shown, repr(written[:60])
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

"""The review desk in a real browser, as a moderator uses it."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from core.moderation.decisions import DecisionSource
from tests.e2e.conftest import open_signed_in
from tests.factories import chain_of
from tests.patience import PATIENT_MS

CARD = "[data-part=card]"


def open_desk(page: Page, address: str, who: str = "mina") -> None:
    open_signed_in(page, address, who)
    await_shown(page)


def await_shown(page: Page, *, after: str = "") -> str:
    """Wait until a comment is painted, other than `after`; returns its revision."""
    page.locator(f'{CARD}[data-shown]:not([data-shown="{after}"])').wait_for(timeout=PATIENT_MS)
    page.wait_for_timeout(60)  # a press within 40 ms of the paint is meant for the one before
    return shown(page)


def shown(page: Page) -> str:
    return page.locator(CARD).get_attribute("data-shown") or ""


def text(page: Page) -> str:
    return page.locator(f"{CARD} .say").inner_text()


def await_saved(page: Page) -> None:
    expect(page.locator("[data-part=saved]")).to_have_text("all saved", timeout=PATIENT_MS)


def cut_off(
    page: Page, address: str, answer: Callable[[Route], None] = Route.abort
) -> Callable[[], None]:
    """No request to that address reaches the server, but each gets this answer, until the function
    it returns is called."""
    cut = [True]
    # The route stays: a request that is caught while routes change may hang for ever.
    page.context.route(address, lambda route: answer(route) if cut else route.continue_())
    return cut.clear


def slow_down(page: Page, latency_ms: int, *, offline: bool = False) -> None:
    """Adds that much to every answer of the server."""
    # One session a page: the conditions of several add up.
    page.network = getattr(page, "network", None) or page.context.new_cdp_session(page)
    page.network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": offline,
            "latency": latency_ms,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        },
    )


def decided(services, revision):
    return [
        past.action
        for past in chain_of(services, revision)
        if past.source is DecisionSource.REVIEWER
    ]

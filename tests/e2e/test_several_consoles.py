"""Two APIs and two staff consoles on one PostgreSQL state, each pair behind one address, under
load: one of each is killed, and nothing is lost or done twice."""

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Event

import httpx2
import pytest

from core.processes.ports import free_port
from tests.e2e.one_address import OneAddress
from tests.e2e.reviewing import Console, Reviewer, check_state, fill
from tests.e2e.test_review_in_browser import CARD, open_queue
from tests.factories import make_services
from tests.integration.api_process import running_api
from tests.patience import PATIENT_MS, PATIENT_S
from tests.state_checks import state_rows

pytestmark = [pytest.mark.e2e, pytest.mark.kills, pytest.mark.timeout(600)]
POSTERS = 3


def post_until(stopped: Event, url: str, poster: int) -> dict[str, str]:
    """Posts comments one after the other, each until it is acknowledged; gives the references."""
    acknowledged: dict[str, str] = {}
    with httpx2.Client(base_url=url, timeout=PATIENT_S) as client:
        while not stopped.is_set():
            name = f"{poster}-{len(acknowledged)}"
            try:
                answer = client.post("/v1/comments", json={"id": name, "text": "Fine."})
            except httpx2.TransportError:
                continue
            assert answer.status_code in (200, 503), answer.text
            if answer.status_code == 200:
                acknowledged[name] = answer.json()["comments"][0]["reference"]
    return acknowledged


def test_one_of_each_is_killed_and_the_other_goes_on(tmp_path, browser, postgres_state) -> None:
    settings = {"state_url": postgres_state}
    services = make_services(tmp_path, **settings)
    revisions = fill(services, 12)
    consoles = [Console(tmp_path, **settings) for _ in range(2)]
    ports = [free_port() for _ in range(2)]
    stopped = Event()
    with ExitStack() as stack:
        apis = [stack.enter_context(running_api(tmp_path, port, **settings)) for port in ports]
        staff = [stack.enter_context(console.running()) for console in consoles]
        api = stack.enter_context(closing(OneAddress(ports)))
        address = stack.enter_context(closing(OneAddress([each.port for each in consoles])))
        pool = stack.enter_context(ThreadPoolExecutor(POSTERS))
        stack.callback(stopped.set)
        posting = [pool.submit(post_until, stopped, api.url, each) for each in range(POSTERS)]

        size = {"width": 1440, "height": 860}
        mina, tomas = (
            stack.enter_context(closing(browser.new_context(viewport=size))) for _ in range(2)
        )
        first = Reviewer(mina.new_page(), revisions)
        second = Reviewer(tomas.new_page(), revisions)
        open_queue(first.page, address.url)
        open_queue(second.page, consoles[1].address)
        for reviewer in (first, second):
            reviewer.press("a")
            reviewer.await_answer()
        first.press("a")
        staff[0].send_signal(signal.SIGKILL)
        apis[0].send_signal(signal.SIGKILL)
        for process in (staff[0], apis[0]):
            process.wait()
        first.page.wait_for_timeout(200)  # for what was sent before the end
        first.note_answer()

        # A person reloads; the other console knows who it is.
        first.page.goto(f"{address.url}/?view=plain")
        first.page.locator(CARD).wait_for(timeout=PATIENT_MS)
        for reviewer in (first, second, first):
            reviewer.press("e")
            reviewer.await_answer()
        stopped.set()
        acknowledged = {k: v for each in posting for k, v in each.result(PATIENT_S).items()}
    # Both were shown the same cards: each is decided once, whoever was first.
    check_state(services, revisions, first.acknowledged | second.acknowledged)
    assert len(first.acknowledged) >= 3
    assert len(second.acknowledged) == 2
    stored = state_rows(
        postgres_state,
        "SELECT source_id, reference FROM comments c JOIN revisions r ON r.comment_id = c.id",
    )
    assert set(acknowledged.items()) <= set(stored)
    # A post whose answer was lost in the kill was sent again and is stored once.
    assert len(stored) - len(revisions) - len(acknowledged) <= POSTERS
    assert len(acknowledged) > POSTERS
    services.close()

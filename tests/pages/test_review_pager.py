"""The list of the review page with the server's own buttons, turned page by page."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.store.sql import queue as store_queue
from dashboard.review.plain import page as plain_page
from tests.factories import MODERATOR, scored
from tests.pages.conftest import press, said

StaffPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_page, "LISTED", 3)


def comments(at: AppTest) -> list[str]:
    return list(at.dataframe[0].value["comment"])


def captions(at: AppTest) -> list[str]:
    return [caption.value for caption in at.caption]


def can_press(at: AppTest, name: str) -> bool:
    return any(button.key.startswith(name) and not button.disabled for button in at.button)


def test_a_long_queue_is_listed_page_by_page(services: Services, staff_page: StaffPage) -> None:
    texts = [scored(services, f"You idiot {number}.").text for number in range(7)]
    at = staff_page("review", MODERATOR)
    assert "1–3 of 7" in captions(at)
    assert not can_press(at, "previous_page_")
    for expected, listed in (("4–6 of 7", texts[3:6]), ("7–7 of 7", texts[6:])):
        press(at, "next_page_")
        assert expected in captions(at)
        assert comments(at) == listed
        assert listed[0] in said(at), "the first case of the page is open"
    assert not can_press(at, "next_page_")
    press(at, "previous_page_")
    assert comments(at) == texts[3:6]
    press(at, "approve_")
    assert "3–5 of 6" in captions(at)


def test_the_last_page_once_decided_gives_way_to_the_first(
    services: Services, staff_page: StaffPage
) -> None:
    texts = [scored(services, f"You idiot {number}.").text for number in range(4)]
    at = staff_page("review", MODERATOR)
    press(at, "next_page_")
    press(at, "approve_")
    assert comments(at) == texts[:3]
    scored(services, "You idiot, once more.")
    press(at, "skip_")
    assert "1–3 of 4" in captions(at)


def test_range_and_total_of_very_many_are_lower_bounds(
    services: Services, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_queue, "MOST_COUNTED", 4)
    for number in range(8):
        scored(services, f"You idiot {number}.")
    at = staff_page("review", MODERATOR)
    assert "1–3 of 4+" in captions(at)
    press(at, "next_page_")
    assert "4–6 of 6+" in captions(at)
    press(at, "next_page_")
    assert "5+–6+ of 6+" in captions(at)

"""Second looks taken by keys in a real browser."""

import pytest

from core.moderation.policies import Action
from core.moderation.second_looks import in_own_order
from tests.e2e.conftest import open_signed_in, settle
from tests.e2e.test_keys_in_browser import hold
from tests.integration.quality_calls import look_of, waiting

pytestmark = pytest.mark.e2e

WORDS = "A quotation: ax and 12 stay letters."
READY = '.st-key-keyboard p[data-ready="{}"]'


def test_a_held_key_answers_one_text_and_a_note_stays_with_its_text(staff, new_page) -> None:
    services, address = staff
    looks = [waiting(services) for _ in range(3)]
    first, second, third = in_own_order("tomas", looks)
    page = new_page()
    open_signed_in(page, f"{address}/second_looks", "tomas")
    page.locator(READY.format(first.id)).wait_for()
    hold(page, "a", for_ms=1_400)
    page.locator(READY.format(second.id)).wait_for()
    settle(page)
    answer = look_of(services, first.revision_id).second
    assert answer is not None
    assert (answer.actor, answer.action) == ("tomas", Action.APPROVE)
    assert look_of(services, second.revision_id) == second
    page.keyboard.press("n")
    page.locator("textarea:focus").wait_for()
    page.keyboard.type(WORDS)
    page.keyboard.press("Escape")
    settle(page)
    assert look_of(services, second.revision_id) == second
    page.keyboard.press("2")
    settle(page)
    page.keyboard.press("x")
    page.locator(READY.format(third.id)).wait_for()
    answer = look_of(services, second.revision_id).second
    assert answer is not None
    assert (answer.reason_code, answer.note) == ("harassment", WORDS)
    assert page.locator("textarea").input_value() == ""
    assert page.outside == []

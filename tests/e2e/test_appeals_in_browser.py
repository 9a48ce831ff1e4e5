"""An appeal heard by keys in a real browser."""

import pytest

from core.moderation.policies import Action
from tests.e2e.conftest import open_signed_in, settle
from tests.e2e.test_keys_in_browser import hold
from tests.factories import appealed, chain_of, removed_by_person

pytestmark = pytest.mark.e2e

WORDS = "A quotation: ax and jk stay letters."
READY = '.st-key-keyboard p[data-ready^="{}_{}"]'


def looks_at(services, appeal):
    with services.context.store.read() as reader:
        return reader.first_looks(appeal.id)


def status_of(services, appeal):
    with services.context.store.read() as reader:
        return reader.appeal(appeal.id).status


def test_an_appeal_is_heard_by_keys_and_a_held_key_acts_once(staff, new_page) -> None:
    services, address = staff
    revisions = [removed_by_person(services, f"You idiot number {n}.") for n in (1, 2)]
    first, second = [appealed(services, revision) for revision in revisions]
    page = new_page()
    open_signed_in(page, f"{address}/appeals", "lena")
    page.locator(READY.format(first.id, "first")).wait_for()
    hold(page, "a", for_ms=1_400)
    page.locator(READY.format(first.id, "2")).wait_for()
    settle(page)
    assert [look.action for look in looks_at(services, first)] == [Action.APPROVE]
    assert status_of(services, first) == "pending"
    page.keyboard.press("n")
    page.locator("textarea:focus").wait_for()
    page.keyboard.type(WORDS)
    page.keyboard.press("Escape")
    settle(page)
    assert looks_at(services, second) == []
    hold(page, "a", for_ms=1_400)
    page.locator(READY.format(second.id, "first")).wait_for()
    settle(page)
    assert status_of(services, first) == "overturned"
    assert chain_of(services, revisions[0])[-1].action is Action.APPROVE
    assert looks_at(services, second) == []
    page.keyboard.press("2")
    settle(page)
    page.keyboard.press("x")
    page.locator(READY.format(second.id, "2")).wait_for()
    (look,) = looks_at(services, second)
    assert (look.action, look.reason_code) == (Action.REMOVE, "harassment")
    assert page.outside == []

"""The page Cost: each role, empty, without prices, with prices, with a wrong file."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role
from core.servinglog.costs.wording import EXAMPLE
from dashboard.cost.wording import CostSpan
from dashboard.wording import plain
from tests.factories import HELD, LEAD, MODERATOR, scored

Open = Callable[..., AppTest]
OPS = Actor("ola", Role.OPS)
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
PRICES = '[price.fake]\nper_1000_comments = 0.5\ncurrency = "EUR"\n'


@pytest.mark.parametrize("actor", [MODERATOR, LEAD, OPS, ADMIN, AUDITOR])
def test_of_a_new_site_the_page_asks_for_prices(staff_page: Open, actor: Actor) -> None:
    test = staff_page("cost", actor)
    assert not test.exception
    assert test.markdown[0].value == plain("No live call was logged in this time.")
    assert test.code[0].value.strip() == EXAMPLE.strip()


def test_calls_without_a_price_are_listed(services: Services, staff_page: Open) -> None:
    scored(services, HELD)
    test = staff_page("cost", OPS)
    assert not test.exception
    row = test.dataframe[0].value.iloc[0]
    assert (row["backend"], row["busy"], row["comments"]) == ("fake", "no price is set", 1)
    assert "No cost can be told" in test.markdown[0].value


def test_with_a_price_there_is_a_cost(services: Services, staff_page: Open) -> None:
    services.settings.prices_path.write_text(
        f'{PRICES}[price.tei]\nper_hour = 1\ncurrency = "EUR"\n', encoding="utf-8"
    )
    scored(services, HELD)
    test = staff_page("cost", OPS)
    assert not test.exception
    row = test.dataframe[0].value.iloc[0]
    assert (row["busy"], row["as used"]) == ("EUR 0.50", "EUR 0.50")
    assert not test.code
    assert any("made no call" in each.value and "tei" in each.value for each in test.caption)
    test.segmented_control(key="span").set_value(CostSpan.MONTH).run()
    assert not test.exception


def test_a_wrong_file_is_told_and_the_page_stands(services: Services, staff_page: Open) -> None:
    services.settings.prices_path.write_text("[price.fake]", encoding="utf-8")
    test = staff_page("cost", LEAD)
    assert not test.exception
    assert "prices.toml" in test.error[0].value.replace("\\", "")


def test_hostile_names_are_text(services: Services, staff_page: Open) -> None:
    name = "**bold** <b>"
    services.settings.prices_path.write_text(
        f'[price.x]\nbackend = "{name}"\nper_hour = 1\ncurrency = "EUR"\n', encoding="utf-8"
    )
    test = staff_page("cost", OPS)
    assert not test.exception
    assert any(plain(name) in each.value for each in test.caption)

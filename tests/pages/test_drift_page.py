"""The page Drift: each role, empty, with few days, with drift, and with the database away."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.errors import StoreError
from core.moderation.drift_words import TOO_FEW
from core.moderation.permissions import Actor, Role
from core.store.sql.history import SqlHistory
from dashboard.drift.wording import DriftReference, DriftSpan
from dashboard.staff_texts import say
from dashboard.wording import plain
from tests.factories import HELD, LEAD, MODERATOR, make_services, scored
from tests.integration.drift_calls import a_day, weeks_with_more_flags
from tests.moving_clock import MovingClock

Open = Callable[..., AppTest]
OPS = Actor("ola", Role.OPS)
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)


def past_of(services: Services, days: int) -> tuple[Services, MovingClock]:
    """The same site so many days ago."""
    clock = MovingClock(datetime.now(UTC) - timedelta(days=days))
    settings = services.settings
    made = make_services(settings.home, clock=clock.clock, state_url=settings.state_url)
    return made, clock


@pytest.mark.parametrize("actor", [LEAD, OPS, AUDITOR])
def test_of_a_new_site_the_page_says_that_nothing_is_known(staff_page: Open, actor: Actor) -> None:
    test = staff_page("drift", actor)
    assert not test.exception
    assert test.markdown[0].value == plain(TOO_FEW)
    assert test.info[0].value == "No comment was scored in this time."


def test_a_moderator_may_not_see_it(staff_page: Open) -> None:
    with pytest.raises(ValueError, match="drift"):
        staff_page("drift", MODERATOR)


def test_few_days_have_figures_and_no_verdict(services: Services, staff_page: Open) -> None:
    past, clock = past_of(services, 1)
    a_day(past, clock, held=4)
    past.close()
    test = staff_page("drift", OPS)
    assert not test.exception
    assert test.markdown[0].value == plain(TOO_FEW)
    table = test.dataframe[0].value
    assert set(table["says"]) == {"too few days"}
    flags = table[table["measure"] == "flag rate"].iloc[0]
    assert (flags["reference"], flags["now"], flags["size"]) == ("–", "10 %", "–")


@pytest.mark.slow
def test_drift_is_told_and_each_measure_can_be_looked_at(
    services: Services, staff_page: Open
) -> None:
    past, clock = past_of(services, 17)
    weeks_with_more_flags(past, clock)
    past.close()
    # Of seven days three are wild: that alone is no drift.
    test = staff_page("drift", OPS)
    assert not test.exception
    assert "too few days" in set(test.dataframe[0].value["says"])
    for name in test.selectbox(key="measure").options:
        test.selectbox(key="measure").set_value(name).run()
        assert not test.exception
    test.segmented_control(key="against").set_value(DriftReference.FIRST).run()
    test.segmented_control(key="span").set_value(DriftSpan.MONTH).run()
    assert not test.exception


def test_without_a_whole_day_there_is_no_chart(services: Services, staff_page: Open) -> None:
    scored(services, HELD)
    test = staff_page("drift", OPS)
    assert not test.exception
    assert say("drift.days.none", comments="5") in {each.value for each in test.caption}


def test_a_database_that_is_away_is_told(
    services: Services, staff_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the state database is locked")

    monkeypatch.setattr(SqlHistory, "text_counts", fail)
    test = staff_page("drift", LEAD)
    assert not test.exception
    assert "the state database is locked" in test.error[0].value

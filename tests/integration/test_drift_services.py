"""Drift of comments that came in day by day, the same on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.moderation.daily_drift import DriftVerdict, MeasureDrift
from core.moderation.daily_measures import FLAG_RATE, LENGTH, NOT_CONFIRMED
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.drift import DriftReport, ReferencePlace, WantedDrift, load_drift
from tests.factories import HELD, decided, make_services, scored
from tests.integration.drift_calls import A_DAY, a_day, weeks_with_more_flags
from tests.moving_clock import START, MovingClock

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
THREE = WantedDrift(days=3, reference_days=14)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def site(tmp_path: Path, clock: MovingClock, each_state_url: str) -> Iterator[Services]:
    """On each kind of database."""
    opened = make_services(tmp_path, clock=clock.clock, state_url=each_state_url)
    yield opened
    opened.close()


def report(services: Services, wanted: WantedDrift = THREE) -> DriftReport:
    return load_drift(services.context, SYSTEM, services.policy_history, wanted)


def measure(found: DriftReport, name: str) -> MeasureDrift:
    return next(one for one in found.measures if one.name == name)


def test_of_a_new_site_nothing_is_known(site: Services) -> None:
    found = report(site)
    assert (list(found.measures), list(found.bands)) == ([], [])


def test_more_flags_are_drift_and_the_length_of_comments_is_not(
    site: Services, clock: MovingClock
) -> None:
    weeks_with_more_flags(site, clock)
    found = report(site)
    midnight = START.replace(hour=0)
    assert (found.reference_since, found.reference_until) == (midnight, midnight + 14 * DAY)
    assert (found.since, found.until) == (midnight + 14 * DAY, midnight + 17 * DAY)
    flags = measure(found, FLAG_RATE)
    assert flags.verdict is DriftVerdict.DRIFT
    assert flags.now.mean() == 0.5
    assert flags.reference.counts.sum() == 14 * A_DAY
    assert measure(found, LENGTH).now.counts.sum() == 3 * A_DAY


def test_today_is_left_out(site: Services, clock: MovingClock) -> None:
    a_day(site, clock, held=2)
    scored(site, HELD)
    assert measure(report(site), FLAG_RATE).now.counts.sum() == A_DAY


def test_the_first_days_on_record_show_a_slow_change(site: Services, clock: MovingClock) -> None:
    """It is done by the time of the days before."""
    for held in (*[1, 2] * 7, *range(2, 9), *[8, 9] * 9):
        a_day(site, clock, held=held, comments=12)
    before = measure(report(site), FLAG_RATE)
    first = measure(
        report(site, WantedDrift(3, 14, ReferencePlace.FIRST)),
        FLAG_RATE,
    )
    assert before.verdict is DriftVerdict.NONE
    assert first.verdict is DriftVerdict.DRIFT
    assert first.reference.mean() == pytest.approx(1.5 / 12)


def test_flags_that_people_do_not_confirm_are_counted_by_the_day_of_the_text(
    site: Services, clock: MovingClock
) -> None:
    kept, removed = scored(site, HELD), scored(site, f"{HELD} again")
    clock.move(DAY.total_seconds())
    decided(site, kept, Action.APPROVE)
    decided(site, removed, Action.REMOVE)
    # A day of two flags is too small to be shown; its figures are in the measure all the same.
    history = site.policy_history.read()
    assert len(history) == 2
    assert NOT_CONFIRMED in {one.name for one in report(site).measures}

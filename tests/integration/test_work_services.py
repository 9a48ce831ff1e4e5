"""How long things take and who does them: known times on a clock that stands still, the same on
both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.config import STATE_IN_HOME, Settings
from core.errors import InvalidInput
from core.moderation.cases import CaseTrigger
from core.moderation.comments import Revision
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.moderation.response_times import Step
from core.services.reopen import reopen
from core.services.review import undo_decision
from core.services.score import score_waiting
from core.services.transparency import load_transparency
from core.services.work import WorkReport, load_work
from core.store.work_base import QueueTimes, StepTimes
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    REMOVED,
    appealed,
    decided,
    edited,
    heard,
    make_services,
    posted,
    scored,
    withdrawn,
)
from tests.moving_clock import MovingClock
from tests.state_checks import place_of, state_rows

pytestmark = pytest.mark.slow

GRACE_S = 15
HOUR_S = 3_600
DAY_S = 86_400


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def site(tmp_path: Path, clock: MovingClock, each_state_url: str) -> Iterator[Services]:
    """On each kind of database."""
    opened = make_services(tmp_path, clock=clock.clock, grace_s=GRACE_S, state_url=each_state_url)
    yield opened
    opened.close()


def week(services: Services) -> WorkReport:
    return load_work(services.context, SYSTEM, services.clock.now() - timedelta(days=7))


def step(services: Services, wanted: Step) -> StepTimes:
    return next(times for times in week(services).steps if times.step is wanted)


def queue(services: Services, wanted: CaseTrigger) -> QueueTimes:
    return next(times for times in week(services).queues if times.trigger is wanted)


def test_nothing_has_every_step_and_no_number(site: Services, clock: MovingClock) -> None:
    report = week(site)
    assert [times.step for times in report.steps] == list(Step)
    assert all(times == StepTimes(times.step) for times in report.steps)
    assert (report.waiting, list(report.queues), list(report.people)) == (0, [], [])
    assert report.forecast is None


def test_a_comment_waits_for_the_model(site: Services, clock: MovingClock) -> None:
    for _ in range(2):
        posted(site, CLEAN)
        clock.move(30)
    waiting = step(site, Step.MODEL)
    assert (waiting.ended, waiting.waiting, waiting.overdue) == (0, 2, 0)
    assert waiting.oldest_at == clock.now - timedelta(seconds=60)
    list(score_waiting(site.context, site.scorer))
    clock.move(1)
    found = step(site, Step.MODEL)
    assert (found.ended, found.late, found.waiting) == (2, 0, 0)
    assert found.median == timedelta(seconds=45)
    assert found.ninth_tenth == timedelta(seconds=60)


def test_a_person_is_late_after_the_hours_of_the_setting(
    site: Services, clock: MovingClock
) -> None:
    early, late = scored(site, HELD), scored(site, HELD)
    clock.move(24 * HOUR_S)
    decided(site, early, Action.APPROVE)
    clock.move(1)
    assert step(site, Step.PERSON).overdue == 1
    decided(site, late, Action.REMOVE)
    clock.move(1)
    found = step(site, Step.PERSON)
    assert (found.ended, found.late, found.waiting, found.overdue) == (2, 1, 0, 0)
    assert found.breaches == 1
    assert found.median == timedelta(hours=24, milliseconds=500)


def test_what_was_cancelled_waits_on(site: Services, clock: MovingClock) -> None:
    """And counts once it is decided for good, from its opening."""
    revision = scored(site, HELD)
    clock.move(100)
    decided(site, revision, Action.REMOVE)
    clock.move(GRACE_S - 1)
    undo_decision(site.context, MODERATOR, revision.id, seen_version=2)
    clock.move(1)
    found = step(site, Step.PERSON)
    assert (found.ended, found.waiting) == (0, 1)
    clock.move(100)
    decided(site, revision, Action.APPROVE)
    clock.move(1)
    found = step(site, Step.PERSON)
    assert (found.ended, found.waiting) == (1, 0)
    assert found.median == timedelta(seconds=100 + GRACE_S + 100)


def test_an_escalation_is_the_first_answer_of_a_person(site: Services, clock: MovingClock) -> None:
    revision = scored(site, HELD)
    clock.move(10)
    decided(site, revision, Action.ESCALATE)
    clock.move(500)
    decided(site, revision, Action.APPROVE, actor=LEAD)
    clock.move(1)
    found = step(site, Step.PERSON)
    assert (found.ended, found.median) == (1, timedelta(seconds=10))


def test_a_reopened_case_counts_from_its_last_opening(site: Services, clock: MovingClock) -> None:
    revision = scored(site, HELD)
    clock.move(10)
    decided(site, revision, Action.APPROVE)
    clock.move(1_000)
    reopen(site.context, LEAD, revision.id, seen_version=2)
    clock.move(40)
    assert queue(site, CaseTrigger.REOPENED).waiting == 1
    decided(site, revision, Action.REMOVE, actor=LEAD)
    clock.move(1)
    found = queue(site, CaseTrigger.REOPENED)
    assert (found.decided, found.waiting, found.median) == (1, 0, timedelta(seconds=40))


def test_a_case_whose_text_is_gone_waits_for_nobody(site: Services, clock: MovingClock) -> None:
    edited(site, scored(site, HELD), CLEAN)
    clock.move(1)
    assert step(site, Step.PERSON).waiting == 0


def test_an_appeal_is_late_after_its_own_date(site: Services, clock: MovingClock) -> None:
    first, second = (appealed(site, scored(site, REMOVED)) for _ in range(2))
    clock.move(3 * DAY_S)
    heard(site, first, overturn=True)
    clock.move(5 * DAY_S)
    found = step(site, Step.APPEAL)
    assert (found.ended, found.late, found.waiting, found.overdue) == (1, 0, 1, 1)
    assert found.median == timedelta(days=3)
    heard(site, second, overturn=False)
    clock.move(1)
    assert step(site, Step.APPEAL).late == 1


def test_an_appeal_closed_unheard_has_no_time_to_its_outcome(
    site: Services, clock: MovingClock
) -> None:
    """The page Transparency leaves it out, too: both give one median."""
    gone, answered = (scored(site, REMOVED) for _ in range(2))
    appealed(site, gone)
    appeal = appealed(site, answered)
    clock.move(60)
    withdrawn(site, gone)
    clock.move(3 * DAY_S)
    heard(site, appeal, overturn=False)
    clock.move(1)
    found = step(site, Step.APPEAL)
    assert (found.ended, found.late, found.waiting) == (1, 0, 0)
    told = load_transparency(site.context, LEAD, clock.now - timedelta(days=7), clock.now)
    assert found.median == timedelta(seconds=told.figure("appeal_to_outcome").value or 0)


def test_an_outcome_of_an_appeal_is_no_answer_to_a_case(site: Services, clock: MovingClock) -> None:
    revision = scored(site, REMOVED)
    clock.move(60)
    heard(site, appealed(site, revision), overturn=True)
    clock.move(1)
    assert step(site, Step.PERSON).ended == 0


def test_a_span_has_its_beginning_and_ends_now(site: Services, clock: MovingClock) -> None:
    decided(site, _waited(site, clock, 60), Action.APPROVE)
    at = clock.now
    clock.move(50)
    since = load_work(site.context, SYSTEM, at)
    after = load_work(site.context, SYSTEM, at + timedelta(microseconds=1))
    assert [report.steps[1].ended for report in (since, after)] == [1, 0]
    assert [len(report.people) for report in (since, after)] == [1, 0]
    with pytest.raises(InvalidInput):
        load_work(site.context, SYSTEM, clock.now + timedelta(seconds=1))


def test_people_are_counted_by_action(site: Services, clock: MovingClock) -> None:
    for actor, action in (
        (MODERATOR, Action.APPROVE),
        (MODERATOR, Action.APPROVE),
        (MODERATOR, Action.REMOVE),
        (OTHER_LEAD, Action.ESCALATE),
    ):
        decided(site, _waited(site, clock, 5), action, actor=actor)
    clock.move(1)
    found = {(each.actor, each.action): each.number for each in week(site).people}
    assert found == {
        (MODERATOR.id, Action.APPROVE): 2,
        (MODERATOR.id, Action.REMOVE): 1,
        (OTHER_LEAD.id, Action.ESCALATE): 1,
    }


def test_the_forecast_has_the_whole_days_before_today(site: Services, clock: MovingClock) -> None:
    """Each day three cases are opened and two decided; today, nothing."""
    for _ in range(6):
        for revision in [scored(site, HELD) for _ in range(3)][:2]:
            clock.move(60)
            decided(site, revision, Action.APPROVE)
        clock.move(DAY_S - 120)
    report = week(site)
    assert report.waiting == 6
    assert report.forecast is not None
    assert (report.forecast.opened, report.forecast.decided) == (3, 2)
    assert report.forecast.middle == 6 + 7


def test_a_case_whose_text_is_gone_was_no_work(site: Services, clock: MovingClock) -> None:
    """Each day two cases are opened; one is decided, the text of the other is edited before."""
    for _ in range(6):
        kept, gone = scored(site, HELD), scored(site, HELD)
        clock.move(60)
        decided(site, kept, Action.APPROVE)
        edited(site, gone, CLEAN)
        clock.move(DAY_S - 60)
    found = week(site).forecast
    assert found is not None
    assert (found.opened, found.decided) == (1, 1)


def test_the_hours_are_a_setting(tmp_path: Path, clock: MovingClock) -> None:
    site = make_services(tmp_path, clock=clock.clock, review_hours=1, state_url=STATE_IN_HOME)
    scored(site, HELD)
    clock.move(HOUR_S + 1)
    assert step(site, Step.PERSON).overdue == 1
    assert Settings().review_hours == 24
    site.close()


def test_the_printed_query_gives_every_step_by_itself(site: Services, clock: MovingClock) -> None:
    """By the database's own driver, as whoever copies it from the page."""
    appealed(site, scored(site, REMOVED))
    decided(site, _waited(site, clock, 25 * HOUR_S), Action.REMOVE)
    clock.move(6.5 * DAY_S)
    report = week(site)
    again = {row[0]: row for row in state_rows(place_of(site.settings), report.query)}
    for found in report.steps:
        row = again.pop(found.step.value, (found.step.value, 0, 0, 0, 0, None, None, None))
        assert [int(each) for each in row[1:5]] == [
            *(found.ended, found.late, found.waiting, found.overdue)
        ]
        for micros, span in ((row[6], found.median), (row[7], found.ninth_tenth)):
            assert micros is None if span is None else timedelta(microseconds=float(micros)) == span
    assert not again
    late = [each.step for each in report.steps if each.breaches]
    assert late == [Step.PERSON, Step.APPEAL]


def _waited(services: Services, clock: MovingClock, seconds: float) -> Revision:
    revision = scored(services, HELD)
    clock.move(seconds)
    return revision

"""The page Work: each role, empty, with work of every kind, and with a state that fails."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.errors import StoreError
from core.moderation.backlog import Forecast
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.response_times import Step
from core.services.reopen import reopen
from core.services.work import WorkReport
from core.store.sql.work import SqlWork
from core.store.work_base import PersonCount, StepTimes
from dashboard.staff_texts import say
from dashboard.work.charts import step_chart, step_points
from dashboard.work.wording import (
    appeals_words,
    forecast_words,
    people_frame,
    step_frame,
    summary,
    wait,
)
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    appealed,
    decided,
    removed_by_person,
    scored,
)
from tests.moving_clock import START
from tests.patience import PATIENT_S

OPS = Actor("ola", Role.OPS)
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
Open = Callable[..., AppTest]


def frame(test: AppTest, column: str) -> list[dict[str, object]]:
    found = next(each.value for each in test.dataframe if column in each.value)
    return [dict(row) for row in found.to_dict("records")]


@pytest.mark.parametrize("actor", [LEAD, AUDITOR])
def test_each_role_sees_what_waits_and_who_decided(
    services: Services, staff_page: Open, actor: Actor
) -> None:
    decided(services, scored(services, HELD), Action.APPROVE, actor=OTHER_LEAD)
    decided(services, scored(services, HELD), Action.REMOVE, actor=MODERATOR)
    scored(services, HELD)
    test = staff_page("work", actor)
    assert not test.exception
    assert test.markdown[0].value.startswith("1 case waits for a person; the oldest was opened ")
    assert test.markdown[0].value.endswith("Nothing took longer than it should.")
    assert test.markdown[1].value == say("work.forecast.too_few", days="5")
    steps = {row["step"]: row for row in frame(test, "nine of ten")}
    assert (steps["comment to model"]["ended"], steps["case to person"]["ended"]) == (3, 2)
    assert steps["case to person"]["waiting"] == 1
    (cases,) = frame(test, "median wait")
    assert (cases["why"], cases["waiting"], cases["decided"]) == ("held by a rule", 1, 2)
    assert frame(test, "person") == [
        {"person": "mina", "approved": 0, "removed": 1, "escalated": 0},
        {"person": "ravi", "approved": 1, "removed": 0, "escalated": 0},
    ]
    assert "FROM steps" in test.code[0].value


@pytest.mark.parametrize("actor", [MODERATOR, OPS])
def test_other_roles_have_no_such_page(staff_page: Open, actor: Actor) -> None:
    with pytest.raises(ValueError, match="work"):
        staff_page("work", actor)


def test_the_page_itself_refuses_a_role_without_permission(services: Services) -> None:
    def page() -> None:
        from core.moderation.permissions import Actor, Role
        from dashboard.wiring import current_services
        from dashboard.work.screen import render

        render(current_services(), Actor("mina", Role.MODERATOR))

    test = AppTest.from_function(page, default_timeout=PATIENT_S).run()
    assert "you may not see how long things wait" in test.error[0].value


def test_an_empty_console_says_so(services: Services, staff_page: Open) -> None:
    test = staff_page("work", LEAD)
    assert not test.exception
    assert test.markdown[0].value == "No case waits for a person. Nothing happened in this time."
    assert {say("work.page.no_cases"), say("work.page.nobody")} <= {
        each.value for each in test.caption
    }
    assert len(frame(test, "nine of ten")) == len(Step)


def test_a_shorter_span_shows_less(services: Services, staff_page: Open) -> None:
    scored(services, HELD)
    test = staff_page("work", LEAD)
    day = test.segmented_control(key="span").set_value("24 h").run()
    assert not day.exception
    assert frame(day, "nine of ten")[0]["ended"] == 1


def test_a_state_that_can_not_be_read_is_said(
    services: Services, staff_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("state.db: disk I/O error")

    monkeypatch.setattr(SqlWork, "step_times", fail)
    test = staff_page("work", LEAD)
    assert not test.exception
    assert test.error[0].value == "state\\.db\\: disk I\\/O error"


def report_of(*steps: StepTimes, waiting: int = 0, found: Forecast | None = None) -> WorkReport:
    return WorkReport(
        since=START,
        until=START + timedelta(days=7),
        review_hours=24,
        steps=steps,
        query="",
        queues=(),
        people=(),
        waiting=waiting,
        forecast=found,
        inbox=(),
    )


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (None, "–"),
        (timedelta(milliseconds=40), "< 0.1 s"),
        (timedelta(milliseconds=240), "0.2 s"),
        (timedelta(seconds=9.94), "9.9 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(days=2.5), "2.5 d"),
    ],
)
def test_a_time_has_the_unit_that_fits(span: timedelta | None, words: str) -> None:
    assert wait(span) == words


@pytest.mark.parametrize(
    ("waiting", "found", "end"),
    [
        (40, Forecast(10, 30, 50, 10.0, 12.0, 14), "At that rate it is empty in 20.0 days."),
        (
            40,
            Forecast(10, 30, 50, 12.0, 12.0, 14),
            "At that rate the queue stays as long as it is.",
        ),
        (40, Forecast(10, 30, 50, 12.5, 12.0, 14), "At that rate the queue grows."),
        (
            0,
            Forecast(0, 0, 0, 0.4, 12.0, 6),
            "0.4 cases a day were opened and 12.0 decided.",
        ),
    ],
)
def test_the_forecast_in_words(waiting: int, found: Forecast, end: str) -> None:
    assert forecast_words(report_of(waiting=waiting, found=found)).endswith(end)


def test_the_forecast_names_the_days_it_is_made_of() -> None:
    words = forecast_words(report_of(found=Forecast(0, 0, 0, 0.4, 12.0, days=6)))
    assert "like the last 6, in which" in words


def test_what_took_too_long_is_named_with_its_count() -> None:
    late = StepTimes(Step.PERSON, ended=3, late=1, median=timedelta(1), ninth_tenth=timedelta(1))
    assert summary(report_of(late)).endswith("Took longer than they should: case to person (1).")


def test_the_chart_has_each_step_with_a_time_and_room_for_the_slowest() -> None:
    slow = StepTimes(
        Step.PERSON, ended=4, late=4, median=timedelta(days=20), ninth_tenth=timedelta(days=90)
    )
    at_once = StepTimes(Step.SITE, ended=1, median=timedelta(0), ninth_tenth=timedelta(0))
    points = step_points(report_of(slow, at_once, StepTimes(Step.APPEAL, waiting=1)))
    assert list(points["step"]) == ["case to person", "decision to site"]
    assert (points["median_s"] > 0).all()
    domain = step_chart(points).to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert domain[1] == timedelta(days=90).total_seconds()
    assert step_frame(report_of(slow))["should take"][0] == "1 d"


def test_the_chart_says_how_many_were_late_also_where_none_has_ended() -> None:
    """A receiver that is down tells nobody: that step has breaches and no median."""
    slow = StepTimes(
        Step.PERSON, ended=4, late=2, overdue=1, median=timedelta(1), ninth_tenth=timedelta(2)
    )
    in_time = StepTimes(Step.MODEL, ended=1, median=timedelta(0), ninth_tenth=timedelta(0))
    untold = StepTimes(Step.AUTHOR, waiting=1, overdue=1)
    points = step_points(report_of(in_time, slow, untold))
    assert list(points["late"]) == ["", "3 late", "1 late"]
    for report in (report_of(slow, untold), report_of(untold)):
        layers = step_chart(step_points(report)).to_dict()["layer"]
        (words,) = [
            each for each in layers if each["encoding"].get("text", {}).get("field") == "late"
        ]
        assert words["transform"] == [{"filter": "datum.breaches > 0"}]


def test_people_stand_by_name_and_not_by_how_many_they_decided() -> None:
    counts = [
        PersonCount(actor, Action.APPROVE, number)
        for actor, number in (("Zoe", 9), ("ravi", 5), ("Ada", 1))
    ]
    shown = people_frame(replace(report_of(), people=counts))
    assert list(shown["person"]) == ["Ada", "ravi", "Zoe"]
    assert list(shown) == ["person", "approved", "removed", "escalated"], "no time, no rank"


def links(test: AppTest) -> dict[str, str]:
    """The links of the inbox, with what they ask of the queue."""
    found = [one.proto for one in test.get("page_link")]
    return {one.label: one.query_string for one in found if one.page in ("review", "appeals", "")}


def test_a_lead_finds_what_to_look_at_first(services: Services, staff_page: Open) -> None:
    assert say("work.inbox.nothing") in [each.value for each in staff_page("work", LEAD).caption]
    decided(services, scored(services, HELD), Action.ESCALATE)
    again = scored(services, f"{HELD} again")
    decided(services, again, Action.APPROVE)
    reopen(services.context, LEAD, again.id, seen_version=2)
    appealed(services, removed_by_person(services, f"{HELD} at last"))
    st.cache_data.clear()
    test = staff_page("work", LEAD)
    assert not test.exception
    assert links(test) == {
        "1 escalated, the oldest just now": "status=escalated&order=oldest",
        "1 reopened, the oldest just now": "status=open%2Cescalated&trigger=reopened&order=oldest",
        "1 appeal": "",
    }
    assert links(staff_page("work", AUDITOR)) == {}


def test_appeals_past_their_date_are_counted() -> None:
    appeals = StepTimes(Step.APPEAL, waiting=3, overdue=2)
    assert appeals_words(appeals) == "3 appeals, 2 past their date"
    assert appeals_words(replace(appeals, overdue=1)) == "3 appeals, 1 past its date"
    assert appeals_words(replace(appeals, waiting=1, overdue=0)) == "1 appeal"

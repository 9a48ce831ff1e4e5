"""Error budgets, burn rates and the beginning and end of alerts."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, Conflict
from core.moderation.response_times import Step
from core.servinglog.objectives.alert_file import FILE, AlertFile
from core.servinglog.objectives.alerts import Alert, AlertMessageType, changed_alerts
from core.servinglog.objectives.file import default_objectives, read_objectives
from core.servinglog.objectives.messages import alert_message, promise
from core.servinglog.objectives.rules import (
    BURN_RULES,
    EventCounts,
    Objective,
    ObjectiveKind,
    ObjectiveStatus,
    Severity,
    windows_of,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OBJECTIVE = Objective("latency", ObjectiveKind.LATENCY, 0.99, within=timedelta(milliseconds=500))
FAST = {5 * MINUTE: 0.20, HOUR: 0.20}
SLOW = {30 * MINUTE: 0.07, 6 * HOUR: 0.07}
EVER = {6 * HOUR: 0.011, 3 * DAY: 0.011}


def status(shares: Mapping[timedelta, float], events: int = 1_000) -> ObjectiveStatus:
    """The same number of events in each window; the bad share of those that are not given is 0."""
    found = {
        window: EventCounts(events, round(events * shares.get(window, 0.0)))
        for window in windows_of(OBJECTIVE)
    }
    return ObjectiveStatus(OBJECTIVE, found)


def test_factors_are_those_of_the_workbook() -> None:
    assert [round(rule.factor(OBJECTIVE), 1) for rule in BURN_RULES] == [14.4, 6.0, 1.0]
    assert all(rule.short * 12 == rule.long for rule in BURN_RULES)


@pytest.mark.parametrize(
    ("bad", "left"),
    [
        (0, 1.0),  # nothing was bad
        (5, 0.5),  # half of the ten that 1,000 events may have
        (10, 0.0),  # all of them
        (30, -2.0),  # the promise is broken
    ],
)
def test_budget_is_what_the_promise_leaves(bad: int, left: float) -> None:
    known = status({OBJECTIVE.period: bad / 1_000})
    assert known.budget_left == pytest.approx(left)


def test_without_an_event_nothing_is_known() -> None:
    empty = status({}, events=0)
    assert empty.budget_left is None
    assert empty.burn_rate(HOUR) is None
    assert empty.burning is None


@pytest.mark.parametrize(
    ("shares", "events", "severity"),
    [
        (FAST, 1_000, Severity.PAGE),  # 20 times too fast for an hour and still
        ({HOUR: 0.20}, 1_000, None),  # it burnt in this hour, and does not any more
        ({5 * MINUTE: 0.20}, 1_000, None),  # five minutes are not an hour
        (FAST, 29, None),  # too few events
        (FAST, 30, Severity.PAGE),
        (FAST, 24, None),  # and too few bad ones
        (SLOW, 1_000, Severity.PAGE),
        (EVER, 1_000, Severity.TICKET),
        (FAST | EVER, 1_000, Severity.PAGE),  # the most urgent one
        ({}, 1_000, None),
    ],
)
def test_rule_that_holds(
    shares: Mapping[timedelta, float], events: int, severity: Severity | None
) -> None:
    rule = status(shares, events).burning
    assert (rule and rule.severity) == severity


@given(st.dictionaries(st.sampled_from(windows_of(OBJECTIVE)), st.floats(0, 1)))
def test_whatever_begins_an_alert_keeps_it(shares: dict[timedelta, float]) -> None:
    """Otherwise it would begin and end at every look."""
    known = status(shares)
    rule = known.burning
    assert rule is None or known.lasts(rule.severity)


def look(alerts: list[Alert], known: ObjectiveStatus, minute: int) -> list[Alert]:
    numbers = count(len(alerts))
    return changed_alerts(alerts, [known], NOW + minute * MINUTE, lambda: f"a{next(numbers)}")


def test_alert_begins_once_and_ends_once() -> None:
    (begun,) = look([], status(FAST), 0)
    assert (begun.severity, begun.began_at, begun.is_open) == (Severity.PAGE, NOW, True)
    assert not look([begun], status(FAST), 1)
    at_the_edge = {window: share * 0.6 for window, share in FAST.items()}
    assert not look([begun], status(at_the_edge), 2)
    (ended,) = look([begun], status({HOUR: 0.2}), 3)
    assert ended.ended_at == NOW + 3 * MINUTE
    assert not look([ended], status({HOUR: 0.2}), 4)


def test_ticket_gives_way_to_a_page() -> None:
    (ticket,) = look([], status(EVER), 0)
    ended, page = look([ticket], status(EVER | FAST), 1)
    assert (ended.id, ended.is_open) == (ticket.id, False)
    assert (page.severity, page.is_open) == (Severity.PAGE, True)
    assert not look([ended, page], status(EVER | FAST), 2)


def test_page_is_followed_by_a_ticket_only_once_it_is_over() -> None:
    (page,) = look([], status(EVER | FAST), 0)
    slower = {window: share * 0.6 for window, share in FAST.items()}
    assert not look([page], status(EVER | slower), 1)
    ended, ticket = look([page], status(EVER), 2)
    assert (ended.severity, ticket.severity) == (Severity.PAGE, Severity.TICKET)


def test_objective_that_is_gone_ends_its_alert() -> None:
    (begun,) = look([], status(FAST), 0)
    (ended,) = changed_alerts([begun], [], NOW, lambda: "x")
    assert not ended.is_open


def test_new_home_has_objectives(tmp_path: Path) -> None:
    found = read_objectives(tmp_path / "objectives.toml", review_hours=24)
    assert found == default_objectives(24)
    assert [one.name for one in found] == ["latency", "availability", "decision", "review"]


def test_objectives_file_replaces_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "objectives.toml"
    path.write_text(
        '[objective.fast]\nkind = "latency"\nshare = 0.95\nwithin_ms = 80\ndays = 7\n'
        '[objective.people]\nkind = "decision"\nshare = 0.9\nwithin_s = 3600\nstep = "person"\n'
        "least_events = 5\n"
    )
    fast, people = read_objectives(path, review_hours=24)
    assert (fast.within, fast.days) == (timedelta(milliseconds=80), 7)
    assert (people.step, people.within, people.least_events) == (Step.PERSON, HOUR, 5)
    assert promise(ObjectiveStatus(fast)) == "95 % of calls answered in 80 ms, 7 days"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[objectiv.x]", "objectives are [objective.NAME]"),
        ("objective = 1", "objectives are [objective.NAME]"),
        ("[objective.X]", "a name has small letters"),
        ("[objective]\nx = 1", "is not a table"),
        ("[objective.x]\nshare = 0.9", "`kind` is latency or availability or decision"),
        ('[objective.x]\nkind = "latency"\nshare = 0.9', "'within_ms' is missing"),
        ('[objective.x]\nkind = "availability"', "'share' is missing"),
        ('[objective.x]\nkind = "availability"\nshare = 1', "`share` is a number above 0"),
        ('[objective.x]\nkind = "availability"\nshare = 0.9\nwithin_ms = 1', "unknown entry"),
        ('[objective.x]\nkind = "availability"\nshare = 0.9\ndays = 6', "from 7 to 90"),
        ('[objective.x]\nkind = "availability"\nshare = 0.9\ndays = 7.5', "is a whole number"),
        (
            '[objective.x]\nkind = "decision"\nshare = 0.9\nwithin_s = 9\nstep = "site"',
            "`step` is model or person",
        ),
        ("[objective", "can't be read"),
    ],
)
def test_wrong_objectives_file_is_named(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "objectives.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refusal:
        read_objectives(path, review_hours=24)
    assert why in str(refusal.value)
    assert str(refusal.value).startswith("objectives.toml")


def test_alerts_are_read_as_they_were_written(tmp_path: Path) -> None:
    kept = AlertFile(tmp_path / "alerts")
    assert kept.alerts() == []
    first = Alert("a", "latency", Severity.PAGE, NOW, facts={"bad": 3})
    later = Alert("b", "review", Severity.TICKET, NOW + HOUR, ended_at=NOW + DAY)
    with kept.alone():
        for alert in (later, first, first.sent(AlertMessageType.BEGAN, NOW)):
            kept.write(alert)
    with (tmp_path / "alerts" / FILE).open("a") as file:
        file.write('{"id": "c", "obj')  # a process was killed
    assert kept.alerts() == [first.sent(AlertMessageType.BEGAN, NOW), later]


def test_one_process_at_a_time_changes_alerts(tmp_path: Path) -> None:
    kept = AlertFile(tmp_path / "alerts")
    with kept.alone(), pytest.raises(Conflict), AlertFile(tmp_path / "alerts").alone():
        pass
    with kept.alone():
        pass


def test_message_is_the_same_at_each_attempt() -> None:
    alert = Alert("a", "latency", Severity.PAGE, NOW, NOW + HOUR, facts={"bad": 3})
    began = alert_message(alert, AlertMessageType.BEGAN, "https://mod.example.org")
    assert began == alert_message(
        alert.sent(AlertMessageType.ENDED, NOW), AlertMessageType.BEGAN, "https://mod.example.org"
    )
    assert began[0] == "msg_a_begin"
    assert b'"ended_at": null' in began[1]
    message_id, body = alert_message(alert, AlertMessageType.ENDED, "https://mod.example.org")
    assert message_id == "msg_a_end"
    assert b'"timestamp": "2026-11-01T13:00:00Z"' in body
    assert b'"overview_url": "https://mod.example.org/overview"' in body

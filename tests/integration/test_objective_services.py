"""Objectives counted over a real log and a real state."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.objectives import alert_file
from core.bootstrap.services import Services
from core.cli.main import main
from core.cli.output import ExitCode
from core.config import Settings
from core.errors import PermissionDenied
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.response_times import Step
from core.services.objectives import load_objectives
from core.services.overview import view_overview
from core.servinglog.lines import REFUSAL
from core.servinglog.objective_queries import availability_events, latency_events
from core.servinglog.objectives.rules import Objective, ObjectiveKind
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, RefusalReason, RefusalRecord, ServingRecord
from tests.factories import CLEAN, HELD, decided, make_services, scored, unscored
from tests.moving_clock import MovingClock
from tests.servinglog_records import START, put, record

OPS = Actor("ola", Role.OPS)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
UNTIL = START + HOUR
WINDOWS = (5 * MINUTE, HOUR)


def at(minutes_ago: float, request_id: str, **changes: object) -> ServingRecord:
    return record(request_id, 3600 - 60 * minutes_ago, **changes)


def refusal(minutes_ago: float, reason: RefusalReason, number: int) -> bytes:
    moment = UNTIL - minutes_ago * MINUTE
    return REFUSAL.encode(RefusalRecord(f"x{reason}{minutes_ago}", moment, reason, number))


def test_late_answers_are_the_bad_events_of_latency(tmp_path: Path) -> None:
    put(
        tmp_path,
        at(1, "late", total_ms=500.1),
        at(2, "in time", total_ms=500.0),
        at(5, "on the edge", total_ms=900.0),  # the window has its beginning
        at(5.001, "outside of the short one", total_ms=900.0),
        at(3, "failed", total_ms=900.0, error_kind="timeout"),  # no answer: not a late one
        at(3, "batch", total_ms=900.0, mode=Mode.BATCH),  # nobody waits for one call of it
        at(3, "load test", total_ms=900.0, mode=Mode.LOAD_TEST),
        record("now", 3600, total_ms=900.0),  # the end is outside
    )
    found = latency_events(ServingLogQueries(tmp_path), UNTIL, WINDOWS, timedelta(milliseconds=500))
    assert {window: (one.events, one.bad) for window, one in found.items()} == {
        5 * MINUTE: (3, 2),
        HOUR: (4, 3),
    }


def test_refused_and_unanswered_requests_are_the_bad_events_of_availability(
    tmp_path: Path,
) -> None:
    path = put(
        tmp_path,
        at(1, "good"),
        at(1, "batch", mode=Mode.BATCH),
        at(1, "its text was refused", error_kind="bad_input"),  # an answer
        at(1, "nobody answered", error_kind="connect"),
        at(2, "fell back", error_kind="timeout"),
        at(2, "fell back", backend="spare", total_ms=11.0),
        at(2, "first", caller_request_id="retried", error_kind="timeout"),
        at(2, "second", caller_request_id="retried"),
        at(3, "twice", error_kind="timeout"),
        at(3, "twice", backend="spare", error_kind="connect"),  # one request, not two
        at(3, "load test", mode=Mode.LOAD_TEST, error_kind="timeout"),
    )
    with path.open("ab") as file:
        file.write(refusal(1, RefusalReason.OVERLOADED, 7))
        file.write(refusal(10, RefusalReason.RATE_LIMITED, 2))
        file.write(refusal(1, RefusalReason.UNAUTHORIZED, 50))  # the caller's mistake
        file.write(refusal(1, RefusalReason.INVALID, 50))
    found = availability_events(ServingLogQueries(tmp_path), UNTIL, WINDOWS)
    assert {window: (one.events, one.bad) for window, one in found.items()} == {
        5 * MINUTE: (14, 9),
        HOUR: (16, 11),
    }


def test_empty_log_has_no_event(tmp_path: Path) -> None:
    found = availability_events(ServingLogQueries(tmp_path / "none"), UNTIL, WINDOWS)
    assert all(one.events == 0 and one.bad_share is None for one in found.values())


def test_time_to_decision_counts_what_still_waits(tmp_path: Path) -> None:
    clock = MovingClock()
    services = make_services(tmp_path, clock=clock.clock)
    review = Objective(
        "review", ObjectiveKind.DECISION, 0.95, within=timedelta(hours=2), step=Step.PERSON
    )

    def counted() -> tuple[int, int]:
        alerts = alert_file(services.settings)
        log = services.serving_log_queries
        report = load_objectives(services.context, OPS, log, [review], alerts)
        counts = report.statuses[0].period_counts
        return counts.events, counts.bad

    try:
        in_time, late, waits = (scored(services, HELD, author=f"a{n}") for n in range(3))
        assert counted() == (0, 0)
        clock.move(3600)
        decided(services, in_time, Action.APPROVE)
        assert counted() == (1, 0)
        clock.move(3700)
        decided(services, late, Action.APPROVE)
        assert counted() == (3, 2)  # the third one waits, and too long already
        decided(services, waits, Action.APPROVE)
        assert counted() == (3, 2)
    finally:
        services.close()


def test_comment_that_nothing_scored_is_counted_with_what_became_of_it(services: Services) -> None:
    unscored(services)
    scored(services, CLEAN)
    until = services.clock.now() + MINUTE
    view = view_overview(services.context, OPS, services.serving_log_queries, until)
    assert view.unscored == {Action.HOLD: 1}


def test_only_who_sees_serving_sees_objectives(services: Services) -> None:
    author = Actor("sam", Role.AUTHOR)
    log = services.serving_log_queries
    with pytest.raises(PermissionDenied):
        load_objectives(services.context, author, log, [], alert_file(services.settings))
    with pytest.raises(PermissionDenied):
        view_overview(services.context, author, log, UNTIL)


def test_command_says_which_objective_burns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    make_services(tmp_path).close()
    assert main(["objectives"]) == ExitCode.DONE
    assert "no event yet" in capsys.readouterr().out
    now = Settings(home=tmp_path)
    assert now.objectives_path == tmp_path / "objectives.toml"
    now.objectives_path.write_text(
        '[objective.speed]\nkind = "latency"\nshare = 0.99\nwithin_ms = 5\nleast_events = 10\n'
    )
    services = make_services(tmp_path)
    moment = services.clock.now()
    put(
        tmp_path / "serving-log",
        *(record(str(n), started_at=moment - timedelta(seconds=n + 5)) for n in range(20)),
    )
    services.close()
    assert main(["objectives"]) == ExitCode.BURNING
    told = capsys.readouterr().out
    assert "speed: 99 % of calls answered in 5 ms, 30 days" in told
    assert "the budget is used up; 20 of 20 missed it" in told
    assert "burns 100.0 times too fast over 1 h: page" in told
    now.objectives_path.write_text("[objective]\nspeed = 1\n")
    assert main(["objectives"]) == ExitCode.WRONG_USE

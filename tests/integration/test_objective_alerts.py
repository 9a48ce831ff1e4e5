"""Alerts that begin and end, sent to a real receiver."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from core.bootstrap.objectives import alert_file, make_watch
from core.bootstrap.services import Services
from core.errors import StoreError
from core.processes.alerting import Alerting
from core.services.objectives import ObjectiveWatch
from tests.factories import make_services
from tests.integration.message_receiver import SECRET, Receiver, ok, status
from tests.moving_clock import MovingClock
from tests.patience import PATIENT_S
from tests.servinglog_records import START, put, record


@contextmanager
def watched(home: Path, clock: MovingClock, url: str) -> Iterator[Services]:
    settings = {"webhook_url": url, "webhook_secret": SECRET} if url else {}
    services = make_services(home, clock=clock.clock, **settings)
    try:
        yield services
    finally:
        services.close()


def calls_of(home: Path, since_s: float, calls: int, kind: str | None) -> None:
    put(
        home / "serving-log",
        *(record(f"{since_s}-{n}", since_s + n, error_kind=kind) for n in range(calls)),
        name=f"api-1-{since_s:.0f}-0.jsonl",
    )


def test_alert_is_sent_once_when_it_begins_and_once_when_it_ends(tmp_path: Path) -> None:
    clock = MovingClock(START)
    with Receiver([ok]) as receiver, watched(tmp_path, clock, receiver.url) as services:
        watch = make_watch(services)
        calls_of(tmp_path, 0, 200, None)
        clock.move(200)
        assert watch.look() == []
        assert not receiver.received
        calls_of(tmp_path, 200, 60, "connect")
        clock.move(60)
        for _ in range(3):
            assert watch.look() == []
            clock.move(1)
        (began,) = receiver.received
        assert began.is_signed()
        assert began.json["type"] == "alert.began"
        data = began.json["data"]
        assert (data["objective"], data["severity"]) == ("availability", "page")
        assert (data["events"], data["bad"]) == (260, 60)
        assert data["cause"]["kind"] == "dead"
        assert data["budget_left"] < 0
        clock.move(600)
        calls_of(tmp_path, 260, 500, None)
        assert watch.look() == []
        assert len(receiver.received) == 1  # half an hour still holds the outage
        clock.move(1800)
        calls_of(tmp_path, 860, 1700, None)
        for _ in range(3):
            assert watch.look() == []
        began, ended, *more = receiver.received
        # The page is over; the budget of these days burnt too fast all the same: a ticket.
        assert [one.json["type"] for one in (ended, *more)] == ["alert.ended", "alert.began"]
        assert more[0].json["data"]["severity"] == "ticket"
        assert ended.json["data"]["ended_at"] is not None
        assert ended.id.removesuffix("_end") == began.id.removesuffix("_begin")


def test_what_no_receiver_took_is_sent_again_under_the_same_id(tmp_path: Path) -> None:
    clock = MovingClock(START)
    with Receiver([status(500)]) as receiver, watched(tmp_path, clock, receiver.url) as services:
        watch = make_watch(services)
        calls_of(tmp_path, 0, 60, "connect")
        clock.move(60)
        (why,) = watch.look()
        assert why.startswith("alert availability: ")
        assert watch.look() == []
        assert watch.look() == []
        first, second = receiver.received
        assert (first.id, first.body) == (second.id, second.body)


def test_without_a_receiver_alerts_are_on_the_page_alone(tmp_path: Path) -> None:
    clock = MovingClock(START)
    with watched(tmp_path, clock, "") as services:
        calls_of(tmp_path, 0, 60, "connect")
        clock.move(60)
        assert make_watch(services).look() == []
        (alert,) = alert_file(services.settings).alerts()
        assert alert.is_open


def test_only_one_process_watches(tmp_path: Path) -> None:
    clock = MovingClock(START)
    with watched(tmp_path, clock, "") as services:
        calls_of(tmp_path, 0, 60, "connect")
        clock.move(60)
        with alert_file(services.settings).alone():
            assert make_watch(services).look() == []
        assert alert_file(services.settings).alerts() == []


@pytest.mark.slow
def test_watching_command_sends_and_stops_at_a_signal(tmp_path: Path) -> None:
    make_services(tmp_path).close()
    now = datetime.now(UTC) - timedelta(seconds=60)
    put(
        tmp_path / "serving-log",
        *(
            record(str(n), started_at=now + timedelta(seconds=n), error_kind="connect")
            for n in range(50)
        ),
    )
    with Receiver([ok]) as receiver:
        told = {"HOME": tmp_path, "WEBHOOK_URL": receiver.url, "WEBHOOK_SECRET": SECRET}
        kept = {name: v for name, v in os.environ.items() if not name.startswith("MODCONSOLE_")}
        environment = kept | {f"MODCONSOLE_{name}": str(value) for name, value in told.items()}
        command = [sys.executable, "-m", "core.cli", "objectives", "--every", "1"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            receiver.wait()
            process.send_signal(signal.SIGTERM)
            printed, _ = process.communicate(timeout=PATIENT_S)
        finally:
            process.kill()
    assert process.returncode == 0
    assert printed.splitlines()[-1] == "Stopped."
    assert receiver.received[0].json["type"] == "alert.began"


def test_failed_look_does_not_end_the_watch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    looked = Event()

    def make() -> ObjectiveWatch:
        if any("could not be looked at" in one.message for one in caplog.records):
            looked.set()
        raise StoreError("not now")

    alerting = Alerting(make, every_s=0.01)
    alerting.start()
    assert looked.wait(PATIENT_S)
    alerting.stop()

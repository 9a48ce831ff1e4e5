"""The digest, sent to a real receiver and a real mail server: once a day, outside quiet hours, once
more after a failure, and once whoever runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap.digest import digest_channels, site_quiet_hours
from core.bootstrap.services import Services
from core.moderation.audit import AuditKind
from core.moderation.outbox import Channel
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.digest import read_digest, send_digest
from tests.factories import HELD, LEAD, appealed, decided, make_services, removed_by_person, scored
from tests.integration.mail_server import MailStub
from tests.integration.message_receiver import SECRET, Receiver, ok, status
from tests.moving_clock import MovingClock
from tests.patience import PATIENT_S

HOUR_S, DAY_S = 3_600, 86_400


class DigestSite:
    """With a webhook, whose clock stands at noon."""

    def __init__(self, home: Path, state_url: str, url: str, **changes: Any) -> None:
        self.clock = MovingClock()
        settings = {"webhook_url": url, "webhook_secret": SECRET, "state_url": state_url}
        self.services: Services = make_services(
            home, clock=self.clock.clock, **(settings | changes)
        )

    def send(self) -> Mapping[Channel, str | None]:
        settings, context = self.services.settings, self.services.context
        tried = send_digest(context, SYSTEM, digest_channels(settings), site_quiet_hours(settings))
        return {name: failure.why if failure else None for name, failure in tried.items()}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver([ok]) as made:
        yield made


def test_it_tells_what_waits_once_a_day(
    tmp_path: Path, each_state_url: str, receiver: Receiver
) -> None:
    site = DigestSite(tmp_path, each_state_url, receiver.url)
    decided(site.services, scored(site.services, HELD), Action.ESCALATE)
    appealed(site.services, removed_by_person(site.services, f"{HELD} again"))
    site.clock.move(1)
    assert site.send() == {Channel.WEBHOOK: None}
    assert site.send() == {}
    (told,) = receiver.received
    assert told.is_signed()
    assert told.json["data"]["waiting"] == {"escalated": 1}
    assert told.json["data"]["appeals"] == 1
    site.clock.move(DAY_S)
    assert site.send() == {Channel.WEBHOOK: None}
    assert len({each.id for each in receiver.received}) == 2
    assert receiver.received[1].json["data"]["waiting"] == {"escalated": 1, "overdue": 1}
    site.services.close()


def test_in_quiet_hours_it_waits(tmp_path: Path, receiver: Receiver) -> None:
    # The clock begins at 12:00 UTC, which is 21:00 there.
    site = DigestSite(tmp_path, "sqlite", receiver.url, quiet_hours="20-7", time_zone="Asia/Tokyo")
    assert site.send() == {}
    site.clock.move(9 * HOUR_S)
    assert site.send() == {}, "06:00"
    site.clock.move(HOUR_S)
    assert site.send() == {Channel.WEBHOOK: None}
    assert len(receiver.received) == 1
    site.services.close()


def test_a_failed_one_is_tried_again_under_the_same_id(tmp_path: Path) -> None:
    with Receiver([status(503), ok]) as receiver:
        site = DigestSite(tmp_path, "sqlite", receiver.url)
        assert site.send() == {Channel.WEBHOOK: "answered 503"}
        assert site.send() == {Channel.WEBHOOK: None}
        assert site.send() == {}
        first, second = receiver.received
        assert first.id == second.id
    with site.services.context.store.read() as reader:
        trail = reader.audit_trail(f"digest:{read_digest(site.services.context, LEAD).day}:webhook")
    assert [event.kind for event in trail] == [
        AuditKind.DIGEST_SENT,
        AuditKind.DIGEST_FAILED,
        AuditKind.DIGEST_SENT,
    ]
    site.services.close()


def test_of_many_who_send_at_once_one_does(
    tmp_path: Path, each_state_url: str, receiver: Receiver
) -> None:
    site = DigestSite(tmp_path, each_state_url, receiver.url)
    with ThreadPoolExecutor(8) as pool:
        tried = list(pool.map(lambda _: site.send(), range(16)))
    assert [one for one in tried if one] == [{Channel.WEBHOOK: None}]
    assert len(receiver.received) == 1
    site.services.close()


def test_the_command_mails_it_and_says_so(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    decided(services, scored(services, HELD), Action.ESCALATE)
    services.close()
    kept = {name: text for name, text in os.environ.items() if "MODCONSOLE" not in name}
    with MailStub() as server:
        given = {
            "HOME": tmp_path,
            "BACKEND": "fake",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": server.port,
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "console@site.example",
            "SMTP_TO": "leads@site.example",
        }
        env = kept | {f"MODCONSOLE_{name}": str(value) for name, value in given.items()}

        def run(*flags: str) -> Any:
            done = subprocess.run(
                [sys.executable, "-m", "core.cli", "digest", *flags],
                capture_output=True,
                text=True,
                env=env,
                timeout=PATIENT_S,
                check=True,
            )
            return json.loads(done.stdout.splitlines()[-1])

        assert run()["waiting"] == {"escalated": "1"}
        assert run("--send") == {"channels": {"email": "sent"}}
        assert run("--send") == {"channels": {}}
        (taken,) = server.taken
    assert taken.recipients == ["leads@site.example"]
    assert "- 1 escalated" in taken.mail.get_content()

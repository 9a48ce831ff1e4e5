"""`modconsole outbox`, as it is typed, the sender of the API, and the line of `doctor`."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.cli.main import main
from core.clock import system_clock
from core.moderation.audit import OUTBOX
from core.moderation.outbox import MAX_ATTEMPTS, MessageState
from core.serving.app import create_app
from tests.factories import CLEAN, HELD, REMOVED, scored
from tests.integration.mail_server import MailStub
from tests.integration.message_receiver import SECRET, Receiver, status
from tests.integration.outbox_site import OutboxSite, outbox_site
from tests.patience import PATIENT_S

pytestmark = pytest.mark.slow


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def site(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OutboxSite]:
    """Its home and its channel are those of the commands; its clock shows the present."""
    with outbox_site(tmp_path, webhook_url=receiver.url) as made:
        made.time.now = system_clock().now()
        settings = made.services.settings
        monkeypatch.setenv("MODCONSOLE_HOME", str(settings.home))
        monkeypatch.setenv("MODCONSOLE_STATE_URL", settings.state_url)
        monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
        monkeypatch.setenv("MODCONSOLE_WEBHOOK_URL", receiver.url)
        monkeypatch.setenv("MODCONSOLE_WEBHOOK_SECRET", SECRET)
        yield made


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    """The exit code, and the lines that were printed."""
    code = main(["outbox", *words])
    return code, capsys.readouterr().out.splitlines()


def make_dead(site: OutboxSite, text: str = CLEAN) -> str:
    """A dead message of a new comment; its id."""
    (message,) = site.messages(scored(site.services, text))
    with Receiver([status(410)] * MAX_ATTEMPTS) as gone:
        while site.send(gone.url).states[MessageState.DEAD] == 0:
            site.time.move(30_000)
    return message.id


def test_send_sends_what_is_due_and_says_so(site, receiver, capsys) -> None:
    scored(site.services, HELD)
    code, printed = ran(capsys, "send")
    assert code == 0
    assert json.loads(printed[-1]) == {"delivered": 2, "dead": 0, "not_needed": 0, "pending": 0}
    assert len(receiver.received) == 2
    assert ran(capsys, "send")[0] == 0
    assert len(receiver.received) == 2


def test_send_says_what_did_not_arrive(site, capsys, monkeypatch) -> None:
    scored(site.services, CLEAN)
    with Receiver([status(500)]) as ill:
        monkeypatch.setenv("MODCONSOLE_WEBHOOK_URL", ill.url)
        code, printed = ran(capsys, "send")
    assert code == 1
    assert printed[0] == "not delivered: webhook answered 500"
    assert json.loads(printed[-1])["pending"] == 1
    assert SECRET not in "".join(printed)
    assert "127.0.0.1" not in "".join(printed)


def test_list_counts_and_names_dead_letters(site, capsys) -> None:
    assert ran(capsys, "list") == (
        0,
        [
            "There are no messages.",
            '{"dead": 0, "delivered": 0, "not_needed": 0, "pending": 0}',
        ],
    )
    dead = make_dead(site)
    scored(site.services, REMOVED)
    code, printed = ran(capsys, "list")
    assert code == 0
    assert printed[0] == "webhook dead: 1"
    assert printed[1].startswith("webhook pending: 2, the oldest due since 20")
    assert printed[2].startswith(f"{dead} (comment.published) was given up on 20")
    assert printed[2].endswith("after 20 attempts: webhook answered 410")
    assert json.loads(printed[-1]) == {"dead": 1, "delivered": 0, "not_needed": 0, "pending": 2}


def test_list_names_the_first_dead_letters_alone(site, capsys, monkeypatch) -> None:
    monkeypatch.setattr("core.cli.outbox.MOST_SHOWN", 1)
    first = make_dead(site)
    make_dead(site, f"{CLEAN} Again.")
    _, printed = ran(capsys, "list")
    assert printed[1].startswith(first)
    assert printed[2] == "... and 1 more dead ones."


def test_mail_goes_to_the_server_that_is_set(tmp_path, monkeypatch, capsys) -> None:
    with MailStub() as stub:
        given = {
            "smtp_host": "127.0.0.1",
            "smtp_port": stub.port,
            "smtp_security": "none",
            "smtp_user": "console",
            "smtp_password": "hunter2",
            "smtp_from": "console@site.example",
            "smtp_to": "moderation@site.example",
        }
        for name, value in given.items():
            monkeypatch.setenv(f"MODCONSOLE_{name.upper()}", str(value))
        webhook = {"webhook_url": "none", "webhook_secret": "none"}
        with outbox_site(tmp_path, **webhook, **given) as site:
            site.time.now = system_clock().now()
            monkeypatch.setenv("MODCONSOLE_HOME", str(site.services.settings.home))
            monkeypatch.setenv("MODCONSOLE_STATE_URL", site.services.settings.state_url)
            monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
            scored(site.services, HELD)
            assert ran(capsys, "send")[0] == 0
        assert stub.signed_in == ["\0console\0hunter2"]
        assert stub.taken[0].recipients == ["moderation@site.example"]


@pytest.mark.parametrize("is_all", [True, False])
def test_a_replayed_letter_arrives_and_is_in_the_audit_log(site, receiver, capsys, is_all) -> None:
    dead = make_dead(site)
    code, printed = ran(capsys, "replay", *(["--dead"] if is_all else [dead]))
    assert (code, printed) == (0, ["1 message will be sent again."])
    with site.services.context.store.read() as reader:
        (event,) = reader.audit_trail(OUTBOX)
    assert (event.kind, event.actor, event.data) == ("outbox.replayed", "system", {"message": dead})
    assert ran(capsys, "send")[0] == 0
    assert receiver.ids == [dead]


def test_what_is_not_dead_is_not_replayed(site, capsys) -> None:
    (message,) = site.messages(scored(site.services, CLEAN))
    assert ran(capsys, "replay", message.id)[0] == 2
    assert ran(capsys, "replay", "msg_nothing")[0] == 2
    assert ran(capsys, "replay", "--dead") == (0, ["0 messages will be sent again."])
    assert main(["audit", "verify"]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["replay"],
        ["replay", "x", "--dead"],
        ["list", "x"],
        ["send", "--dead"],
        ["list", "--every", "1"],
    ],
)
def test_wrong_use_is_refused(site, capsys, words) -> None:
    assert ran(capsys, *words)[0] == 2


def test_a_site_without_a_channel_has_nothing_to_send_with(site, capsys, monkeypatch) -> None:
    monkeypatch.delenv("MODCONSOLE_WEBHOOK_URL")
    assert main(["outbox", "send"]) == 2
    assert "there is no channel" in capsys.readouterr().err
    assert ran(capsys, "list")[0] == 0


def test_it_goes_on_sending_until_it_is_stopped(site, receiver) -> None:
    command = [sys.executable, "-m", "core.cli", "outbox", "send", "--every", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert (
                process.stdout.readline() == "Messages are sent as they come due. Ctrl-C stops.\n"
            )
            for n in range(2):
                scored(site.services, f"{CLEAN} {n}")
                receiver.wait()
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENT_S) == 0
            assert process.stdout.read() == "Stopped.\n"
        finally:
            process.kill()
    assert len(receiver.ids) == 2


def test_the_api_sends_what_it_decides(site, receiver) -> None:
    with TestClient(create_app(site.services), base_url="http://127.0.0.1") as client:
        rows = {"comments": [{"id": "1", "text": REMOVED}]}
        answer = client.post("/v1/comments", json=rows).json()["comments"][0]
        for _ in range(2):
            receiver.wait()
    kinds = {each.json["type"]: each.json["data"] for each in receiver.received}
    assert set(kinds) == {"comment.removed", "notice.decision"}
    assert kinds["comment.removed"]["id"] == "1"
    assert kinds["comment.removed"]["reference"] == answer["reference"]
    assert not site.pending()

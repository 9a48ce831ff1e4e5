"""Whatever a receiver does, its message arrives in the end: with the same id and the same body, not
before its decision holds, and after an attempt that came to an end by itself."""

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.moderation.outbox import MAX_ATTEMPTS, Audience, Message, MessageState
from core.outbox.webhook import Webhook
from core.services.outbox import Sender
from tests.factories import CLEAN, scored
from tests.integration.faulty_server import self_signed
from tests.integration.message_receiver import (
    SECRET,
    Behaviour,
    Receiver,
    answer,
    drip,
    flood,
    hang,
    reset,
    status,
)
from tests.integration.outbox_site import AUTHOR_URL, OutboxSite, outbox_site
from tests.patience import PATIENT_S

HEAD = b"HTTP/1.1 200 OK\r\n"
SHORT_S = 0.3
"""Of an attempt that has to end because the time is over."""
FAULTS: dict[str, tuple[Behaviour, str]] = {
    "hang": (hang, "gave no answer in time"),
    "drip of headers": (drip(HEAD + b"X-Slow: "), "gave no answer in time"),
    "drip of body": (drip(HEAD + b"Content-Length: 100000\r\n\r\n"), "gave no answer in time"),
    "500": (status(500), "answered 500"),
    "503": (status(503), "answered 503"),
    "404": (status(404), "answered 404"),
    "410": (status(410), "answered 410"),
    "400": (status(400), "answered 400"),
    "reset in mid-answer": (reset, "broke off in the middle of an answer"),
    "cut short": (
        answer(HEAD + b"Content-Length: 500\r\n\r\n{"),
        "broke off in the middle of an answer",
    ),
    "closed without answer": (answer(b""), "could not be reached"),
    "garbage status line": (answer(b"220 mail.example ESMTP\r\n\r\n"), "could not be reached"),
    "status that is none": (answer(b"HTTP/1.1 OK 200\r\n\r\n"), "could not be reached"),
    "endless headers": (flood(HEAD, b"X-More: y\r\n"), "could not be reached"),
    "endless header": (flood(HEAD + b"X-More: ", b"y" * 8_192), "could not be reached"),
    "interim answers without end": (flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), ""),
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OutboxSite]:
    with outbox_site(tmp_path) as made:
        yield made


@pytest.fixture
def message(site: OutboxSite) -> Message:
    """The one message of a published comment."""
    (made,) = site.messages(scored(site.services, CLEAN))
    assert made.audience is Audience.SITE
    return made


def now_of(site: OutboxSite, message: Message) -> Message:
    with site.services.context.store.read() as reader:
        found = reader.message(message.id)
    assert found is not None
    return found


def arrives(site: OutboxSite, receiver: Receiver, message: Message) -> None:
    """At the next attempt, which is due at its time and not before."""
    again = now_of(site, message)
    assert again.state is MessageState.PENDING
    assert not site.send(receiver.url).states
    site.time.now = again.next_at
    assert site.send(receiver.url).states == {MessageState.DELIVERED: 1}
    assert now_of(site, message).state is MessageState.DELIVERED
    assert receiver.received
    assert set(receiver.ids) == {message.id}
    assert len({each.body for each in receiver.received}) == 1
    assert all(each.is_signed() for each in receiver.received)
    assert receiver.received[-1].json["type"] == "comment.published"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_message_arrives_after_a_fault(site: OutboxSite, message: Message, fault: str) -> None:
    behave, why = FAULTS[fault]
    with Receiver([behave]) as receiver:
        is_slow = why in ("", "gave no answer in time")
        report = site.send(receiver.url, **({"attempt_s": SHORT_S} if is_slow else {}))
        assert report.states == {MessageState.PENDING: 1}
        assert why in report.failures[0]
        assert "127.0.0.1" not in report.failures[0]
        arrives(site, receiver, message)
        assert len(receiver.received) == 2


def test_a_redirect_is_not_followed(site: OutboxSite, message: Message) -> None:
    with Receiver() as elsewhere, Receiver([status(301, f"Location: {elsewhere.url}")]) as receiver:
        report = site.send(receiver.url)
        assert report.failures == ["answered 301: redirects are not followed"]
        assert elsewhere.received == []
        arrives(site, receiver, message)


@pytest.mark.parametrize("code", [429, 503])
def test_a_receiver_may_ask_for_time(site: OutboxSite, message: Message, code: int) -> None:
    with Receiver([status(code, "Retry-After: 600")]) as receiver:
        site.send(receiver.url)
        assert (now_of(site, message).next_at - site.time.now).total_seconds() == 600
        arrives(site, receiver, message)


def test_a_refused_connection(site: OutboxSite, message: Message) -> None:
    with Receiver() as closed:
        pass
    assert site.send(closed.url).failures == ["could not be reached"]
    with Receiver() as receiver:
        arrives(site, receiver, message)


def test_a_name_that_is_none(site: OutboxSite, message: Message) -> None:
    report = site.send("http://receiver.invalid/hooks")
    assert report.failures == ["could not be reached"]
    with Receiver() as receiver:
        arrives(site, receiver, message)


@pytest.fixture
def tls(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    folder = tmp_path / "tls"
    folder.mkdir()
    return self_signed(folder)


def test_a_certificate_that_nobody_trusts(
    site: OutboxSite, message: Message, tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = tls
    with Receiver(tls=context) as receiver:
        assert site.send(receiver.url).failures == ["has a certificate that is not trusted"]
        assert receiver.received == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        arrives(site, receiver, message)


def test_a_certificate_for_another_name(
    site: OutboxSite, message: Message, tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with Receiver(tls=context) as receiver:
        named = receiver.url.replace("127.0.0.1", "localhost")
        assert site.send(named).failures == ["has a certificate that is not trusted"]
        assert receiver.received == []
        arrives(site, receiver, message)


def test_an_answer_without_end_is_not_read_and_counts(site: OutboxSite, message: Message) -> None:
    head = HEAD + b"Content-Length: 100000000000\r\n\r\n"
    with Receiver([flood(head, b"x" * 65_536)]) as receiver:
        assert site.send(receiver.url).states == {MessageState.DELIVERED: 1}
        assert receiver.ids == [message.id]


def test_an_answer_after_the_time_is_over_gives_a_double_with_the_same_id(
    site: OutboxSite, message: Message
) -> None:
    """The receiver took the message; the sender could not know."""
    with Receiver([hang]) as receiver:
        site.send(receiver.url, attempt_s=SHORT_S)
        arrives(site, receiver, message)
        assert receiver.ids == [message.id] * 2


def test_a_slow_answer_in_time_counts(site: OutboxSite, message: Message) -> None:
    def in_pieces(connection: socket.socket) -> None:
        for byte in HEAD + b"Content-Length: 2\r\n\r\n{}":
            connection.sendall(bytes([byte]))
            threading.Event().wait(0.005)

    with Receiver([in_pieces]) as receiver:
        assert site.send(receiver.url).states == {MessageState.DELIVERED: 1}
        assert receiver.ids == [message.id]


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_any_success_counts(site: OutboxSite, message: Message, code: int) -> None:
    with Receiver([status(code)]) as receiver:
        assert site.send(receiver.url).states == {MessageState.DELIVERED: 1}
        assert receiver.ids == [message.id]


def test_a_receiver_that_stays_away_for_days_leaves_a_dead_letter_that_can_be_replayed(
    site: OutboxSite, message: Message
) -> None:
    began = site.time.now
    with Receiver([status(410)] * MAX_ATTEMPTS) as receiver:
        for _ in range(MAX_ATTEMPTS):
            site.time.now = now_of(site, message).next_at
            site.send(receiver.url)
        dead = now_of(site, message)
        assert (dead.state, dead.attempts) == (MessageState.DEAD, MAX_ATTEMPTS)
        assert dead.detail == "answered 410"
        assert 2 <= (site.time.now - began).days <= 4
        site.time.move(1_000_000)
        assert not site.send(receiver.url).states


def test_a_slow_message_holds_up_no_other_comment(site: OutboxSite) -> None:
    for n in range(3):
        scored(site.services, f"{CLEAN} {n}")
    with Receiver([hang]) as receiver:
        report = site.send(receiver.url, attempt_s=1.0)
        assert report.states[MessageState.DELIVERED] == 2
        assert report.states[MessageState.PENDING] == 1
        assert len(receiver.received) == 3


def test_a_connection_is_used_again(site: OutboxSite) -> None:
    with Receiver() as receiver:
        channel = Webhook(receiver.url, SECRET, attempt_s=PATIENT_S)
        for n in range(3):
            scored(site.services, f"{CLEAN} {n}")
            assert Sender(site.services.context, channel, AUTHOR_URL).send_due().has_progress
        channel.close()
        assert (len(receiver.received), receiver.connections) == (3, 1)


def test_a_token_in_the_address_is_in_no_log(
    site: OutboxSite, message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), Receiver([status(500)]) as receiver:
        assert site.send(f"{receiver.url}?token=s3cret").failures == ["answered 500"]
        assert receiver.ids == [message.id]
    assert "POST /[hidden]" in caplog.text
    assert "s3cret" not in caplog.text

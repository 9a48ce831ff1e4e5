"""A sender that is killed with -9 in the middle of its work: another delivers what it left, with
the same id."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.clock import system_clock
from core.moderation.comments import Revision
from core.moderation.outbox import MessageState
from core.services.outbox import LEASE
from tests.factories import CLEAN, HELD, scored
from tests.integration.message_receiver import SECRET, Receiver, hang, ok
from tests.integration.outbox_site import AUTHOR_URL, OutboxSite, outbox_site
from tests.kills import kill_count
from tests.patience import PATIENT_S

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OutboxSite]:
    """Its clock shows the present, which is that of the other processes."""
    with outbox_site(tmp_path / "home", state_url="sqlite") as made:
        made.time.now = system_clock().now()
        yield made


@contextmanager
def sender(site: OutboxSite, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """`modconsole outbox send` in a process of its own."""
    given = {
        "MODCONSOLE_HOME": str(site.services.settings.home),
        "MODCONSOLE_BACKEND": "fake",
        "MODCONSOLE_PUBLIC_URL": AUTHOR_URL,
        "MODCONSOLE_WEBHOOK_URL": url,
        "MODCONSOLE_WEBHOOK_SECRET": SECRET,
    }
    kept = {name: text for name, text in os.environ.items() if not name.startswith("MODCONSOLE_")}
    command = [sys.executable, "-m", "core.cli", "outbox", "send"]
    with subprocess.Popen(command, env=kept | given) as process:
        try:
            yield process
        finally:
            process.kill()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    assert process.wait(PATIENT_S) == -signal.SIGKILL


def delivered_once_more(site: OutboxSite, receiver: Receiver, revision: Revision) -> None:
    """Not while the dead process holds it; afterwards, with the id that it had."""
    (left,) = site.pending()
    assert left.attempts == 1
    assert not site.send(receiver.url).states
    site.time.now = left.next_at
    assert site.send(receiver.url).states == {MessageState.DELIVERED: 1}
    assert receiver.ids == [left.id] * 2
    assert len({each.body for each in receiver.received}) == 1
    (message,) = site.messages(revision)
    assert (message.state, message.attempts) == (MessageState.DELIVERED, 2)


def test_killed_before_the_answer(site: OutboxSite) -> None:
    revision = scored(site.services, CLEAN)
    with Receiver([hang]) as receiver, sender(site, receiver.url) as process:
        receiver.wait()
        kill(process)
        delivered_once_more(site, receiver, revision)


def test_killed_between_the_answer_and_its_note(site: OutboxSite) -> None:
    """The receiver takes the state's write lock before it answers, so the sender can't note it."""
    revision = scored(site.services, CLEAN)
    has_answered, is_dead = threading.Event(), threading.Event()
    holder: list[threading.Thread] = []

    def answer_while_locked(connection: socket.socket) -> None:
        is_locked = threading.Event()

        def hold() -> None:
            with site.services.context.store.write():
                is_locked.set()
                is_dead.wait(PATIENT_S)

        holder.append(threading.Thread(target=hold))
        holder[0].start()
        assert is_locked.wait(PATIENT_S)
        ok(connection)
        connection.settimeout(PATIENT_S)
        has_answered.set()
        connection.recv(1)  # until the sender dies: it keeps the connection for its next message

    with Receiver([answer_while_locked]) as receiver, sender(site, receiver.url) as process:
        assert has_answered.wait(PATIENT_S)
        kill(process)
        is_dead.set()
        holder[0].join()
        delivered_once_more(site, receiver, revision)


@pytest.mark.kills
def test_killed_again_and_again_in_the_middle_of_many(site: OutboxSite) -> None:
    """Killed senders lose nothing."""
    kills = kill_count(20)
    for n in range(50 * kills):
        scored(site.services, f"{CLEAN} {n}")
    with Receiver() as receiver:
        for _ in range(kills):
            receiver.came = threading.Semaphore(0)
            with sender(site, receiver.url) as process:
                receiver.wait()  # it is at work
                kill(process)
        cut_off = {each.id for each in site.pending() if each.attempts}
        expected = {each.id for each in site.pending()} | set(receiver.ids)
        assert len(expected) == 50 * kills
        assert cut_off, "no kill hit a message in progress"
        site.time.now = system_clock().now() + 2 * LEASE
        site.drain(receiver)
        assert set(receiver.ids) == expected


def test_two_senders_at_once_send_each_message_once(site: OutboxSite) -> None:
    for n in range(30):
        scored(site.services, f"{HELD if n % 2 else CLEAN} {n}")
    with Receiver() as receiver:
        with sender(site, receiver.url) as one, sender(site, receiver.url) as other:
            assert one.wait(PATIENT_S) == 0
            assert other.wait(PATIENT_S) == 0
        assert not site.pending()
        assert len(receiver.ids) == len(set(receiver.ids)) == 45

"""A site with a webhook, whose clock stands still until a test moves it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.bootstrap.services import Services
from core.moderation.comments import Revision
from core.moderation.outbox import Message, MessageState
from core.outbox.webhook import Webhook
from core.services.outbox import LEASE, Sender, SendReport
from tests.factories import make_services
from tests.integration.message_receiver import SECRET, Receiver
from tests.moving_clock import MovingClock
from tests.patience import PATIENT_S

AUTHOR_URL = "https://appeals.example.org"


class OutboxSite:
    """`services` have a webhook channel; what is due is sent only by `send`."""

    def __init__(self, home: Path, **changes: Any) -> None:
        self.time = MovingClock()
        settings = {"webhook_url": "https://site.example/hooks", "webhook_secret": SECRET}
        self.services: Services = make_services(home, clock=self.time.clock, **(settings | changes))

    def send(self, url: str, *, attempt_s: float = PATIENT_S) -> SendReport:
        """One batch, to that address."""
        channel = Webhook(url, SECRET, attempt_s=attempt_s)
        try:
            return Sender(self.services.context, channel, AUTHOR_URL, draw=lambda: 0).send_due()
        finally:
            channel.close()

    def drain(self, receiver: Receiver) -> None:
        """Send all there is, whenever it is due."""
        for _ in range(1_000):
            if not self.pending():
                return
            self.send(receiver.url)
            self.time.move(LEASE.total_seconds())
        raise AssertionError("messages stay pending")

    def pending(self) -> Sequence[Message]:
        with self.services.context.store.read() as reader:
            return reader.messages(MessageState.PENDING, 1_000)

    def messages(self, revision: Revision) -> Sequence[Message]:
        with self.services.context.store.read() as reader:
            return reader.messages_of(revision.id)


@contextmanager
def outbox_site(home: Path, **changes: Any) -> Iterator[OutboxSite]:
    site = OutboxSite(home, **changes)
    try:
        yield site
    finally:
        site.services.close()

"""Sends the messages of the outbox as long as a process runs."""

import logging
from collections.abc import Sequence
from threading import Event, Thread

from core.errors import StoreError
from core.services.outbox import Sender

LOOK_EVERY_S = 1.0
AFTER_ERROR_S = 30.0
_logger = logging.getLogger(__name__)


class Sending:
    """A thread for each sender, which looks every `every_s` seconds for messages that are due."""

    def __init__(self, senders: Sequence[Sender], *, every_s: float = LOOK_EVERY_S) -> None:
        self._senders = senders
        self._every_s = every_s
        self._is_over = Event()
        self._threads = [
            Thread(target=self._run, args=(sender,), name="sending", daemon=True)
            for sender in senders
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stops after the attempts in progress, and closes the channels."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        for sender in self._senders:
            sender.channel.close()

    def _run(self, sender: Sender) -> None:
        wait_s = 0.0
        while not self._is_over.wait(wait_s):
            wait_s = self._look(sender)

    def _look(self, sender: Sender) -> float:
        """Send a batch; returns how long to wait before the next one."""
        try:
            report = sender.send_due()
        except StoreError as error:
            _logger.warning("Sending failed, to be tried again: %s", error)
            return AFTER_ERROR_S
        except Exception:
            # The edge of the thread. A message that nothing can be made of must not keep back all
            # others: its attempts are counted, and after the last one it is given up.
            _logger.exception("A message could not be sent")
            return self._every_s
        for why in report.failures:
            _logger.warning("A message was not delivered: %s %s", sender.channel.name, why)
        return 0.0 if report.has_progress else self._every_s

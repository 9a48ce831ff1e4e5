"""Erases what is older than the site keeps it, once a day as long as a process runs."""

import logging
from threading import Event, Thread

from core.errors import StoreError
from core.moderation.erasure import ErasureCount, RetentionDays
from core.moderation.permissions import SYSTEM
from core.services.context import Context
from core.services.erasure import erase_expired

EVERY_S = 24 * 3600.0
FIRST_AFTER_S = 60.0
"""Later than the start, which is slow enough."""
AFTER_ERROR_S = 600.0
_logger = logging.getLogger(__name__)


class Retention:
    """A thread, unless everything is kept for ever. Several processes may have one: what one has
    erased, another doesn't find."""

    def __init__(
        self, context: Context, kept: RetentionDays, *, first_after_s: float = FIRST_AFTER_S
    ) -> None:
        self._context = context
        self._kept = kept
        self._first_after_s = first_after_s
        self._is_over = Event()
        self._thread = Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        if not self._kept.is_for_ever:
            self._thread.start()

    def stop(self) -> None:
        """Stops after the batch in progress."""
        self._is_over.set()
        if not self._kept.is_for_ever:
            self._thread.join()

    def _run(self) -> None:
        wait_s = self._first_after_s
        while not self._is_over.wait(wait_s):
            wait_s = self._erase()

    def _erase(self) -> float:
        """Erase what there is; returns how long to wait before the next time."""
        total = ErasureCount()
        try:
            for erased in erase_expired(self._context, SYSTEM, self._kept):
                total += erased
                if self._is_over.is_set():
                    break
        except StoreError as error:
            _logger.warning("What is old could not be erased, to be tried again: %s", error)
            return AFTER_ERROR_S
        except Exception:
            # The edge of the thread: tomorrow's attempt must not depend on today's.
            _logger.exception("What is old could not be erased")
        if not total.is_nothing:
            _logger.info(
                "Erased by their age: %d comments, %d addresses of authors, %d names of reporters",
                *(total.comments, total.addresses, total.reports),
            )
        return EVERY_S

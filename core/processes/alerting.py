"""Watches the objectives as long as a process runs."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from core.errors import ConsoleError
from core.services.objectives import ObjectiveWatch

LOOK_EVERY_S = 60.0
_logger = logging.getLogger(__name__)


class Alerting:
    """A thread that looks every `every_s` seconds. The watch is made in it on the first look, so
    that the process starts as fast as without."""

    def __init__(
        self, make: Callable[[], ObjectiveWatch], *, every_s: float = LOOK_EVERY_S
    ) -> None:
        self._make = make
        self._watch: ObjectiveWatch | None = None
        self._every_s = every_s
        self._is_over = Event()
        self._thread = Thread(target=self._run, name="alerting", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stops after the look in progress."""
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(self._every_s):
            self._look()

    def _look(self) -> None:
        try:
            self._watch = self._watch or self._make()
            failures = self._watch.look()
        except ConsoleError as error:
            _logger.warning("The objectives could not be looked at: %s", error)
        except Exception:
            # The edge of the thread: one failed look must not end all others.
            _logger.exception("The objectives could not be looked at")
        else:
            for why in failures:
                _logger.warning("Not delivered, to be tried again: %s", why)

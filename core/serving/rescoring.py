"""Rescoring in the API process: comments decided without scores are scored once a backend
answers."""

import logging
from threading import Event, Thread

from core.errors import BackendError, StoreError
from core.inference.scorer import Scorer
from core.services.context import Context
from core.services.rescore import has_unscored, rescore

_logger = logging.getLogger(__name__)


class Rescoring:
    """Looks for unscored comments every `every_s` seconds on a separate thread. A comment that
    fails again although the backend answers is left to reviewers until the process restarts."""

    def __init__(self, context: Context, scorer: Scorer, *, every_s: float) -> None:
        self._context = context
        self._scorer = scorer
        self._every_s = every_s
        self._is_over = Event()
        self._refused: set[str] = set()
        self._thread = Thread(target=self._run, name="rescoring", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stops after the chunk in progress."""
        self._is_over.set()
        self._thread.join()

    def look(self) -> int:
        """Look once; returns how many comments were decided again."""
        with self._context.store.read() as reader:
            if not has_unscored(reader, self._scorer):
                return 0
        if self._scorer.health() is not None:
            return 0
        decided = 0
        try:
            for report in rescore(self._context, self._scorer, skip=self._refused):
                decided = report.decided
                self._refused |= report.failed
                if self._is_over.is_set():
                    break
        except BackendError as error:
            _logger.warning("Rescoring stopped: %s", error)
        return decided

    def _run(self) -> None:
        while not self._is_over.wait(self._every_s):
            try:
                self.look()
            except StoreError as error:
                _logger.warning("Rescoring failed, to be tried again: %s", error)

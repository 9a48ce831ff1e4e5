"""Counts refused requests, so that an overload writes almost nothing to the serving log."""

import threading
from collections import Counter

from core.clock import Clock
from core.identifiers import new_id
from core.servinglog.record import RefusalReason, RefusalRecord, RequestOrigin, ServingLog

NAMED_AT_ONCE = 32
"""So many refusals are written as one record each, with the request's id; beyond that they are only
counted. One more is allowed for every second that passes."""


class RefusalTally:
    """Thread-safe, also for tasks. Counted refusals are written within a second."""

    def __init__(self, log: ServingLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._lock = threading.Lock()
        self._names_left = float(NAMED_AT_ONCE)
        self._names_left_at_s = clock.monotonic()
        self._counted: Counter[RefusalReason] = Counter()
        self._timer: threading.Timer | None = None

    def note(self, reason: RefusalReason, origin: RequestOrigin) -> None:
        """Count one refused request."""
        with self._lock:
            now_s = self._clock.monotonic()
            left = self._names_left + now_s - self._names_left_at_s
            self._names_left, self._names_left_at_s = min(left, NAMED_AT_ONCE), now_s
            if self._names_left >= 1:
                self._names_left -= 1
                self._write(reason, 1, origin)
                return
            self._counted[reason] += 1
            if self._timer is None:
                self._timer = threading.Timer(1.0, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write the refusals that were only counted so far."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            for reason, count in self._counted.items():
                self._write(reason, count, None)
            self._counted.clear()

    def _write(self, reason: RefusalReason, count: int, origin: RequestOrigin | None) -> None:
        self._log.write_refusal(
            RefusalRecord(
                refusal_id=new_id(),
                refused_at=self._clock.now(),
                reason=reason,
                refused_count=count,
                caller_request_id=origin.request_id if origin else None,
                trace_id=origin.trace_id if origin else None,
            )
        )

"""Admission control: a request is refused when it would wait too long. Pure except for the lock.

The expected wait of a new request is the cost of all requests under way, divided by the rate at
which such work is completed. The cost is in characters: the texts' lengths, each up to what is
read of a text, plus a constant per request. Until a body is parsed, it counts as one text. The
rate is measured only while more requests are under way than slots exist: an idle server says
nothing about its capacity.

In a burst a request may wait up to `wait_s`. If refusals continue while more is asked than can be
done, it is an overload and not a burst. The allowed wait is then shortened to about the time a
request takes on an unloaded server, so admitted requests are answered within about twice that time.
This ends after a second without a refusal, or when less is asked again.
"""

import math
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.errors import Overloaded

BASE_COST = 64
"""Cost of handling a request, in characters, besides its texts."""
USUAL_CHARS = 1_024
"""The most that is counted of a body before its texts are known: most comments are shorter."""
MOST_UNDER_WAY = 2_048
"""Limit on requests under way, whatever the rate: it also ends a first burst, before any rate is
known."""
SHORTEST_SHARE = 0.025
LONGEST_SHARE = 0.125
"""Bounds of the shortened wait as shares of `wait_s`, whatever was measured."""
# The shortened wait is the 95th percentile of the last QUIET_KEPT requests that found a free slot,
# once there were QUIET_NEEDED of them.
QUIET_KEPT = 200
QUIET_NEEDED = 20
# Refusals over at least LASTING_S are an overload; CALM_S without a refusal ends it.
LASTING_S = 0.1
CALM_S = 1.0
# Seconds of full load that the measured rate remembers, so that it follows changes.
MEMORY_S = 2.0
ASKED_S = 0.25
"""Time constant of the measured request rate: without new requests it falls by two thirds in that
time."""


@dataclass(slots=True, eq=False)
class AdmittedRequest:
    """One request under way and its cost in characters."""

    cost: int
    entered_at: float
    is_quiet: bool


class AdmissionControl:
    """`wait_s` is the longest wait allowed in a burst, `slots` how many requests are worked on at
    once, `read_chars` how many characters of a text are read at most. Threads and tasks may share
    an instance."""

    def __init__(
        self, now: Callable[[], float], *, wait_s: float, slots: int, read_chars: int
    ) -> None:
        self._now = now
        self._read_chars = read_chars
        self._wait_s = wait_s
        self._slots = slots
        self._lock = threading.Lock()
        self._count = 0
        self._cost = 0
        self._looked_at = now()
        self._full_s = 0.0
        self._done_when_full = 0.0
        self._left_when_full = 0.0
        self._asked_per_s = 0.0
        self._asked_at = now()
        self._quiet_s: deque[float] = deque(maxlen=QUIET_KEPT)
        self._short_s = wait_s * SHORTEST_SHARE
        self._refusing_since = math.inf
        self._refused_at = -math.inf

    @property
    def under_way(self) -> int:
        """Requests admitted and not yet answered."""
        return self._count

    def check(self) -> None:
        """Raises Overloaded if a new request should be refused now."""
        with self._lock:
            now = self._look()
            self._asked_per_s = self._asked_now(now) + 1 / ASKED_S
            self._asked_at = now
            wait_s = self._expected_wait_s()
            if self._count >= MOST_UNDER_WAY or wait_s > self._bound_s(now):
                self._note_refusal(now)
                raise Overloaded(
                    "Too many requests wait; try again later.",
                    retry_after_s=max(1.0, math.ceil(wait_s)),
                )

    def enter(self, body_bytes: int) -> AdmittedRequest:
        """Count a request whose body is complete as under way. Pass the result to `leave` when it
        is answered."""
        cost = min(body_bytes, USUAL_CHARS) + BASE_COST
        with self._lock:
            admitted = AdmittedRequest(cost, self._look(), self._count < self._slots)
            self._count += 1
            self._cost += admitted.cost
        return admitted

    def weigh(self, admitted: AdmittedRequest, texts: Iterable[str]) -> None:
        """Replace the request's estimated cost by the cost of its texts."""
        cost = sum(min(len(text), self._read_chars) for text in texts) + BASE_COST
        with self._lock:
            self._look()
            self._cost += cost - admitted.cost
            admitted.cost = cost

    def leave(self, admitted: AdmittedRequest, *, is_done: bool = True) -> None:
        """The request has been answered. `is_done` is false for a request that was shed without
        being scored: it says nothing about the rate."""
        with self._lock:
            now = self._look()
            if self._count > self._slots and is_done:
                self._done_when_full += admitted.cost
                self._left_when_full += 1
            elif admitted.is_quiet and is_done:
                self._note_quiet(now - admitted.entered_at)
            self._count -= 1
            self._cost -= admitted.cost

    def should_shed(self, queued_at: float) -> bool:
        """Whether a request queued at that time should be shed. Once refusals last, requests that
        were admitted under the longer allowed wait would delay all later ones."""
        with self._lock:
            now = self._now()
            return (
                self._is_lasting(now)
                and queued_at < self._refusing_since + LASTING_S
                and now - queued_at > 2 * self._short_s
            )

    def _look(self) -> float:
        now = self._now()
        if self._count > self._slots:
            self._full_s += now - self._looked_at
        self._looked_at = now
        if self._full_s > MEMORY_S:
            self._full_s /= 2
            self._done_when_full /= 2
            self._left_when_full /= 2
        return now

    def _asked_now(self, now: float) -> float:
        return self._asked_per_s * math.exp((self._asked_at - now) / ASKED_S)

    def _expected_wait_s(self) -> float:
        # One request in work and one ready in each slot: nobody waits noticeably yet.
        if self._count < 2 * self._slots or not self._done_when_full:
            return 0.0
        return self._cost * self._full_s / self._done_when_full

    def _bound_s(self, now: float) -> float:
        return self._short_s if self._is_lasting(now) else self._wait_s

    def _is_lasting(self, now: float) -> bool:
        if now - self._refused_at > CALM_S:
            return False
        # With a short allowed wait, requests that arrive together by chance are refused. Those
        # refusals alone must not keep it short.
        if self._asked_now(now) * self._full_s <= self._left_when_full:
            return False
        return self._refused_at - self._refusing_since >= LASTING_S

    def _note_refusal(self, now: float) -> None:
        if now - self._refused_at > CALM_S:
            self._refusing_since = now
        self._refused_at = now

    def _note_quiet(self, spent_s: float) -> None:
        self._quiet_s.append(spent_s)
        if len(self._quiet_s) >= QUIET_NEEDED:
            high = sorted(self._quiet_s)[int(0.95 * len(self._quiet_s))]
            shortest, longest = self._wait_s * SHORTEST_SHARE, self._wait_s * LONGEST_SHARE
            self._short_s = min(longest, max(shortest, high))

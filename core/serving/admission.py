"""Who is let in: a request is refused at the door when it would wait too long. Pure but the lock.

The wait of a newcomer is what is under way, over the rate at which such work is done. Work is
counted in characters, of each text as many as a network reads, and some for every request; before a
body is understood it counts as one text. The rate is measured only while there is more under way
than can be worked on at once: an idle server says nothing of what it could do.

A burst may wait up to `wait_s`. Refusals that go on while more is asked than can be done are no
burst: until a second has passed without one, or less is asked again, the line is kept so short that
those let in wait about as long as a request takes on a quiet day: so they are answered within about
twice that.
"""

import math
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.errors import Overloaded

BASE_COST = 64
"""Characters every request counts for besides its texts: its own handling."""
MOST_CHARS = 1_024
"""Of one text: about the 256 tokens that networks of this size read."""
MOST_UNDER_WAY = 2_048
"""Requests at most, whatever the rate: also a first burst, before anything was measured, ends."""
SHORTEST_SHARE = 0.05
LONGEST_SHARE = 0.25
"""Of `wait_s`: what the short line is held between, whatever was measured."""
QUIET_KEPT = 200
QUIET_NEEDED = 20
LASTING_S = 0.1
CALM_S = 1.0
MEMORY_S = 2.0
ASKED_S = 0.25
"""How far back the rate of what is asked looks: it falls by two thirds in that time."""


@dataclass(slots=True, eq=False)
class Ticket:
    """One request that was let in, and the work it is counted for."""

    cost: int
    entered_at: float
    is_quiet: bool


class AdmissionControl:
    """`wait_s` is the longest wait a burst may have, `slots` how many requests are worked on at
    once. Threads and tasks may share it."""

    def __init__(self, now: Callable[[], float], *, wait_s: float, slots: int) -> None:
        self._now = now
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
        """Requests let in and not left yet."""
        return self._count

    def check(self) -> None:
        """Raises Overloaded for a request that should not be let in now."""
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

    def enter(self, body_bytes: int) -> Ticket:
        """The request's body is here: work begins. `leave` wants the ticket back."""
        cost = min(body_bytes, MOST_CHARS) + BASE_COST
        with self._lock:
            ticket = Ticket(cost, self._look(), self._count < self._slots)
            self._count += 1
            self._cost += ticket.cost
        return ticket

    def weigh(self, ticket: Ticket, texts: Iterable[str]) -> None:
        """The request turned out to bring these texts."""
        cost = sum(min(len(text), MOST_CHARS) for text in texts) + BASE_COST
        with self._lock:
            self._look()
            self._cost += cost - ticket.cost
            ticket.cost = cost

    def leave(self, ticket: Ticket, *, is_done: bool = True) -> None:
        """The request has been answered. One that was sent away without being worked on is not
        `is_done`: it says nothing of the rate."""
        with self._lock:
            now = self._look()
            if self._count > self._slots and is_done:
                self._done_when_full += ticket.cost
                self._left_when_full += 1
            elif ticket.is_quiet and is_done:
                self._note_quiet(now - ticket.entered_at)
            self._count -= 1
            self._cost -= ticket.cost

    def has_lost_its_turn(self, queued_at: float) -> bool:
        """Whether somebody who is in line since then had better be sent away: once refusals last,
        those who came in before them, when the line was long, must not keep everybody late."""
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
        # One being worked on and one ready in each slot is no line.
        if self._count < 2 * self._slots or not self._done_when_full:
            return 0.0
        return self._cost * self._full_s / self._done_when_full

    def _bound_s(self, now: float) -> float:
        return self._short_s if self._is_lasting(now) else self._wait_s

    def _is_lasting(self, now: float) -> bool:
        if now - self._refused_at > CALM_S:
            return False
        # A short line refuses some of those who come together by chance; by itself that must not
        # keep it short.
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

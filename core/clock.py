"""Where time and randomness come from; the only module that reads the clock."""

import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

# Crockford's base 32: no I, L, O, U, so a reference survives being read aloud.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 26  # 26 * 5 = 130 random bits


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` gives an aware UTC time; `monotonic` seconds for durations only."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]


def system_clock() -> Clock:
    """The clock of this machine."""
    return Clock(now=lambda: datetime.now(UTC), monotonic=time.perf_counter)


def new_id() -> str:
    """A random identifier of a row."""
    return uuid.uuid4().hex


def new_reference() -> str:
    """An author's look-up reference: 130 random bits in groups of letters and digits."""
    drawn = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))
    return "-".join((drawn[:6], drawn[6:13], drawn[13:20], drawn[20:]))

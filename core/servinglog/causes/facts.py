"""What the serving log tells of two periods, from which a cause is found. Values only.

Durations are medians of answered calls in milliseconds, None where no call knows the phase.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.servinglog.answers import Refused
from core.servinglog.windows import Window


@dataclass(frozen=True, slots=True)
class BackendPeriod:
    """One backend's live calls of a period. `failures` counts the failed ones by error kind,
    `retried` those that took more than one attempt; `chars` is the median text and `size` the
    median number of texts in a call."""

    backend: str
    calls: int
    answered: int
    p50: float | None = None
    p95: float | None = None
    queue_ms: float | None = None
    tokenize_ms: float | None = None
    compute_ms: float | None = None
    network_ms: float | None = None
    chars: float = 0.0
    size: float = 1.0
    retried: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """Calls that failed as a whole, for a reason that is not the text."""
        return sum(self.failures.values())


@dataclass(frozen=True, slots=True)
class Period:
    """The live traffic of a window. `requests` counts calls and refusals, `most_in_a_minute` those
    of the busiest minute; 19 of 20 minutes with any have at most `busy_minute`."""

    window: Window
    backends: Sequence[BackendPeriod] = ()
    refused: Sequence[Refused] = ()
    requests: int = 0
    most_in_a_minute: int = 0
    busy_minute: int = 0

    def of(self, backend: str) -> BackendPeriod | None:
        """That backend's calls; None without any."""
        return next((one for one in self.backends if one.backend == backend), None)


@dataclass(frozen=True, slots=True)
class ProcessCalls:
    """The calls of one process to a backend; `bad` as for BadCalls."""

    process: str
    calls: int
    bad: int


@dataclass(frozen=True, slots=True)
class BadCalls:
    """One backend's calls, told apart: good, or bad, which is failed, tried again or far slower
    than usual. `switches` counts how often one kind follows the other in the order of time.
    `quiet_s` are the seconds without a call before the first bad one, None if it is the first."""

    backend: str
    calls: int
    bad: int
    switches: int = 0
    first_bad_at: datetime | None = None
    last_bad_at: datetime | None = None
    last_good_at: datetime | None = None
    quiet_s: float | None = None
    processes: Sequence[ProcessCalls] = ()

    @property
    def share(self) -> float:
        """Share of bad calls, 0 to 1."""
        return self.bad / self.calls if self.calls else 0.0

    @property
    def is_bad_now(self) -> bool:
        """Whether the newest call is a bad one."""
        return self.last_bad_at is not None and (
            self.last_good_at is None or self.last_good_at < self.last_bad_at
        )

    @property
    def mixing(self) -> float:
        """The switches, of those expected where good and bad calls come in no order: about 1 with a
        bad replica, near 0 where all calls of some time are bad."""
        expected = 2 * self.share * (1 - self.share) * (self.calls - 1)
        return self.switches / expected if expected > 0 else 0.0


class ChangeKind(StrEnum):
    """What changed on the site; thresholds change with a policy's version."""

    MODEL = "model"
    PROCESS = "process"
    POLICY = "policy"
    THRESHOLDS = "thresholds"


@dataclass(frozen=True, slots=True)
class SiteChange:
    """A model version, a process or a policy that was first seen at that time. `subject` is the
    backend, the process or empty; `value` the version."""

    kind: ChangeKind
    subject: str
    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClockStep:
    """The clock of a process went back by `back`, to the time `at`."""

    at: datetime
    back: timedelta


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known: `now` and the time `before` it, the bad calls of `now` by backend, what
    changed, the newest first, and whether a clock went back. `future` counts calls that are dated
    after the present."""

    now: Period
    before: Period
    bad: Mapping[str, BadCalls] = field(default_factory=dict)
    changes: Sequence[SiteChange] = ()
    clock_step: ClockStep | None = None
    future: int = 0

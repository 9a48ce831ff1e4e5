"""What is asked of an estimate, and its answers. Pure."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.servinglog.estimates.calls import Floats

LOW, HIGH = 0.05, 0.95
"""The interval holds 90 %."""


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A job: so many comments in calls of `batch`, by `replicas` processes at once. `chars` is the
    mean length of its comments; None is that of the logged ones."""

    comments: int
    batch: int
    replicas: int = 1
    chars: float | None = None

    @property
    def calls(self) -> int:
        """Of all replicas together."""
        return -(-self.comments // self.batch)

    @property
    def calls_each(self) -> int:
        """Of the replica that makes the most."""
        return -(-self.calls // self.replicas)


class Basis(StrEnum):
    """Where the time of one call comes from."""

    SAME_SIZE = "calls of this size"
    FITTED = "fitted over other sizes"


class Scaling(StrEnum):
    """Where the effect of several replicas comes from."""

    ONE = "one replica"
    MEASURED = "measured with as many calls at once"
    IDEAL = "ideal: never measured here"


@dataclass(frozen=True, slots=True)
class TooFew:
    """No estimate: the log has `found` calls of a kind, and it takes `needed`. `what` names the
    kind: `calls of about 16 comments`."""

    found: int
    needed: int
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class JobForecast:
    """How long a job takes, in milliseconds: `draws_ms` are possible times in ascending order.
    `calls` is how many logged calls they are drawn from, in `pieces` consecutive pieces; `sizes`
    the smallest and the largest number of comments in one of them. `is_uneven` if periods differ by
    more than chance."""

    plan: JobPlan
    draws_ms: Floats
    calls: int
    pieces: int
    sizes: tuple[int, int]
    basis: Basis
    scaling: Scaling
    is_uneven: bool

    @property
    def median_ms(self) -> float:
        """As often longer as shorter."""
        return float(np.quantile(self.draws_ms, 0.5))

    @property
    def interval_ms(self) -> tuple[float, float]:
        """Holds 90 %."""
        low, high = np.quantile(self.draws_ms, (LOW, HIGH))
        return float(low), float(high)

    @property
    def is_wide(self) -> bool:
        """Whether its ends differ by more than half of the median."""
        low, high = self.interval_ms
        return high - low > self.median_ms / 2

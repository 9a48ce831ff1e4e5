"""The causes that can be named. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CauseKind(StrEnum):
    """What is likely wrong. The values are sent with alerts."""

    CLOCK = "clock"
    COLD = "cold"
    REFUSING = "refusing"
    DEAD = "dead"
    FLAPPING = "flapping"
    REPLICA = "replica"
    OVER = "over"
    LONG_TEXTS = "long_texts"
    BURST = "burst"
    QUEUE = "queue"
    NETWORK = "network"
    SLOW = "slow"
    RATE_LIMIT = "rate_limit"
    RESTART = "restart"
    STORE = "store"
    CALLERS = "callers"


@dataclass(frozen=True, slots=True)
class LikelyCause:
    """`sentence` says what is likely wrong, `evidence` which figures say so, `advice` what to do.
    `subject` is the backend or process it is about, empty for the site. `since` is None where no
    call tells when it began."""

    kind: CauseKind
    subject: str
    sentence: str
    evidence: Sequence[str]
    advice: str
    since: datetime | None = None

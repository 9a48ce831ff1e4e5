"""A queue that groups the texts of several calls into batches by tokens. It reads no clock."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from core.inference.base import BackendInfo, BatchResult

CHARS_PER_TOKEN = 4
TOKENS_PER_TEXT = 2


@dataclass(slots=True, eq=False)
class Waiting:
    """The texts of one call. `tokens` is an estimate, `queued_at` is in seconds of the queue's
    clock.

    `is_late` is called with `queued_at` when the call's turn comes; if it returns true, the call is
    refused instead of scored.
    """

    texts: Sequence[str]
    tokens: int
    queued_at: float
    is_late: Callable[[float], bool] | None = None
    future: "Future[BatchResult]" = field(default_factory=Future)


class BatchQueue:
    """First come, first served. The texts of one call are never split over batches.

    A batch is filled up to `max_tokens`, but the first call is taken even if it alone exceeds them.
    While a batch is being scored, the first call waits up to `wait_s` for others to join it.
    """

    def __init__(self, *, max_tokens: int, wait_s: float) -> None:
        self._max_tokens = max_tokens
        self._wait_s = wait_s
        self._waiting: deque[Waiting] = deque()
        self._tokens = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def text_count(self) -> int:
        """Texts of all waiting calls."""
        return sum(len(each.texts) for each in self._waiting)

    def add(self, caller: Waiting) -> None:
        """Append to the queue."""
        self._waiting.append(caller)
        self._tokens += caller.tokens

    def ready_in(self, now: float, *, is_idle: bool) -> float | None:
        """Seconds until the next batch should be taken: 0 for now, None for an empty queue.

        There is no waiting when no batch is being scored (`is_idle`) or when the batch is full.
        """
        if not self._waiting:
            return None
        first = self._waiting[0]
        if is_idle or self._tokens >= self._max_tokens:
            return 0.0
        return max(0.0, first.queued_at + self._wait_s - now)

    def take(self) -> list[Waiting]:
        """Remove and return the next batch. Cancelled calls are left out, so it may be empty."""
        batch: list[Waiting] = []
        tokens = 0
        while self._waiting and self._fits(self._waiting[0], batch, tokens):
            caller = self._waiting.popleft()
            self._tokens -= caller.tokens
            if caller.future.set_running_or_notify_cancel():
                batch.append(caller)
                tokens += caller.tokens
        return batch

    def _fits(self, caller: Waiting, batch: Sequence[Waiting], tokens: int) -> bool:
        return not batch or tokens + caller.tokens <= self._max_tokens


def most_tokens(info: BackendInfo) -> int:
    """The most tokens that the backend reads of a text; 0 where it is unknown."""
    return info.max_tokens * info.max_windows


def estimate_tokens(texts: Sequence[str], *, most: int) -> int:
    """Roughly how many tokens a network reads; of each text at most `most` (0: no limit known)."""
    each = (len(text) // CHARS_PER_TOKEN + TOKENS_PER_TEXT for text in texts)
    return sum(min(tokens, most) if most else tokens for tokens in each)

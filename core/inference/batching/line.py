"""Who is scored with whom: texts of several callers put together by tokens. No clock, no thread."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from core.inference.base import BatchResult

CHARS_PER_TOKEN = 4
TOKENS_PER_TEXT = 2


@dataclass(slots=True, eq=False)
class Waiting:
    """One caller's texts. `tokens` is an estimate, `queued_at` seconds of the queue's clock.

    A caller that `is_alone` shares a batch with nobody. When its turn comes, `is_late` is asked
    with `queued_at`, and may have it sent away instead of scored.
    """

    texts: Sequence[str]
    tokens: int
    queued_at: float
    is_alone: bool = False
    is_late: Callable[[float], bool] | None = None
    future: "Future[BatchResult]" = field(default_factory=Future)


class BatchQueue:
    """First come, first served. A caller's texts are never split over batches.

    A batch is filled up to `max_tokens`; the first caller is taken whatever it brings. `wait_s` is
    how long the first caller waits for company while others are being scored anyway.
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
        """Texts that wait."""
        return sum(len(each.texts) for each in self._waiting)

    def add(self, caller: Waiting) -> None:
        """Put at the end."""
        self._waiting.append(caller)
        self._tokens += caller.tokens

    def ready_in(self, now: float, *, is_idle: bool) -> float | None:
        """Seconds until the next batch should go: 0 at once, None when nobody waits.

        With nothing being scored (`is_idle`) nobody waits for company; nor does a full batch, nor
        a caller that wants none.
        """
        if not self._waiting:
            return None
        first = self._waiting[0]
        if is_idle or first.is_alone or self._tokens >= self._max_tokens:
            return 0.0
        return max(0.0, first.queued_at + self._wait_s - now)

    def take(self) -> list[Waiting]:
        """The next batch; callers who gave up are dropped, so it may be empty."""
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
        if not batch:
            return True
        if batch[0].is_alone or caller.is_alone:
            return False
        return tokens + caller.tokens <= self._max_tokens


def estimate_tokens(texts: Sequence[str], *, most: int) -> int:
    """About how many tokens a network reads of the texts, `most` of each (0: no limit known)."""
    each = (len(text) // CHARS_PER_TOKEN + TOKENS_PER_TEXT for text in texts)
    return sum(min(tokens, most) if most else tokens for tokens in each)

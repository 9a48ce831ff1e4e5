"""How many requests a key or an address may send: a token bucket for each."""

from collections.abc import Callable


class RateLimit:
    """`rate_per_s` requests a second on average, `burst` at once. Not thread-safe.

    Full buckets are deleted, so that unused keys take no memory.
    """

    def __init__(self, now: Callable[[], float], *, rate_per_s: float, burst: float) -> None:
        self._now = now
        self._rate = rate_per_s
        self._burst = max(1.0, burst)
        self._buckets: dict[str, tuple[float, float]] = {}
        self._swept_at = now()

    def take(self, key_id: str) -> float:
        """0 if the request may pass, else seconds until one may. A refused request takes no
        token."""
        now = self._now()
        self._forget_full(now)
        left, at = self._buckets.get(key_id, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        if left < 1.0:
            self._buckets[key_id] = (left, now)
            return (1.0 - left) / self._rate
        self._buckets[key_id] = (left - 1.0, now)
        return 0.0

    def charge(self, key_id: str, tokens: float) -> None:
        """Take more tokens for a request that was let pass; the bucket may be left with a debt."""
        left, at = self._buckets.get(key_id, (self._burst, self._now()))
        self._buckets[key_id] = (left - tokens, at)

    def _forget_full(self, now: float) -> None:
        if now - self._swept_at > self._burst / self._rate:
            self._swept_at = now
            self._buckets = {
                key: (left, at)
                for key, (left, at) in self._buckets.items()
                if left + (now - at) * self._rate < self._burst
            }

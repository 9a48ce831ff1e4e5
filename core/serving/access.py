"""Checks on each request: the server isn't stopping, the key is valid and within its rate."""

import math
from dataclasses import dataclass

from core.serving.api_keys import KeyRing
from core.serving.paths import LIVE_PATH, OPEN_PATHS
from core.serving.rate_limit import RateLimit
from core.servinglog.record import RefusalReason


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, and the answer it gets."""

    status: int
    kind: RefusalReason
    message: str
    headers: dict[str, str]


class Access:
    """`is_local` means that only this machine can reach the API: keys are then required only once
    one has been created."""

    def __init__(self, keys: KeyRing, rate: RateLimit, *, is_local: bool, drain_s: float) -> None:
        self._keys = keys
        self._rate = rate
        self._is_local = is_local
        self._drain_s = drain_s
        self.is_draining = False

    def refusal(self, path: str, headers: dict[bytes, bytes]) -> Refusal | None:
        """None if the request is accepted."""
        if self.is_draining and path != LIVE_PATH:
            wait = {"Retry-After": f"{math.ceil(self._drain_s):d}", "Connection": "close"}
            return Refusal(
                503, RefusalReason.DRAINING, "The API is stopping; try another time.", wait
            )
        if path in OPEN_PATHS or (self._is_local and not self._keys.is_needed):
            return None
        key = self._keys.holder(_presented(headers))
        if key is None:
            ask = {"WWW-Authenticate": "Bearer"}
            message = "An API key is needed: `Authorization: Bearer KEY` or `x-api-key: KEY`."
            return Refusal(401, RefusalReason.UNAUTHORIZED, message, ask)
        wait_s = self._rate.take(key.id)
        if wait_s > 0:
            later = {"Retry-After": f"{math.ceil(wait_s):d}"}
            return Refusal(
                429,
                RefusalReason.RATE_LIMITED,
                "Too many requests with this key; try again later.",
                later,
            )
        return None


def _presented(headers: dict[bytes, bytes]) -> str:
    scheme, _, key = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"bearer":
        key = headers.get(b"x-api-key", b"")
    return key.strip().decode("latin-1")

"""Checks on each request: the server isn't stopping, the key is valid and within its rate."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.addresses import has_passed_proxy
from core.moderation.api_keys import ApiKey, KeyScope, is_expired, may
from core.serving.key_ring import KeyRing
from core.serving.paths import LIVE_PATH, OPEN_PATHS, scope_of
from core.serving.rate_limit import RateLimit
from core.servinglog.record import RefusalReason

_INVALID = ' error="invalid_token"'


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, and the answer it gets."""

    status: int
    kind: RefusalReason
    message: str
    headers: dict[str, str]


class Access:
    """`is_local` means that only this machine can reach the API: keys are then required only once
    one has been created, and of what a proxy passes on."""

    def __init__(
        self,
        keys: KeyRing,
        rate: RateLimit,
        now: Callable[[], datetime],
        *,
        is_local: bool,
        drain_s: float,
    ) -> None:
        self._keys = keys
        self._now = now
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
        if path in OPEN_PATHS:
            return None
        # A proxy on this machine may pass on what others ask.
        is_own = self._is_local and not has_passed_proxy(headers)
        if is_own and not self._keys.is_needed:
            return None
        presented = _presented(headers)
        if not presented:
            message = "An API key is needed: `Authorization: Bearer KEY` or `x-api-key: KEY`."
            return _unauthorized(401, message, "")
        key = self._keys.holder(presented)
        if key is None:  # in the same words whether there ever was such a key or not
            message = "The API key that was sent is not valid: it is unknown or was revoked."
            return _unauthorized(401, message, _INVALID)
        return self._refusal_of(key, scope_of(path))

    def _refusal_of(self, key: ApiKey, scope: KeyScope | None) -> Refusal | None:
        if is_expired(key, self._now()):
            message = f"The API key {key.name} expired at {key.expires_at}."
            return _unauthorized(401, message, _INVALID)
        if not may(key, scope):
            message = f"The API key {key.name} lacks the scope {scope}."
            return _unauthorized(403, message, f' error="insufficient_scope", scope="{scope}"')
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


def _unauthorized(status: int, message: str, challenge: str) -> Refusal:
    """RFC 6750, section 3: what a client must present instead."""
    ask = {"WWW-Authenticate": f"Bearer{challenge}"}
    return Refusal(status, RefusalReason.UNAUTHORIZED, message, ask)


def _presented(headers: dict[bytes, bytes]) -> str:
    scheme, _, key = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"bearer":
        key = headers.get(b"x-api-key", b"")
    return key.strip().decode("latin-1")

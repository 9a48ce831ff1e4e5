"""API keys: what one may be used for, and until when. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import InvalidInput

MOST_DAYS = 3_650
API_KEYS = "api_keys"
"""The subject of audit events on keys."""


class KeyScope(StrEnum):
    """What a key may be used for; the strings are stored."""

    COMMENTS_WRITE = "comments:write"
    DECISIONS_READ = "decisions:read"
    REPORTS_WRITE = "reports:write"
    SCORE = "score"


ALL_SCOPES = tuple(KeyScope)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The stored record of a key; it never contains the secret. Times are of ISO 8601; a key
    without `expires_at` is valid until it is revoked."""

    id: str
    name: str
    digest: str
    created_at: str
    scopes: tuple[KeyScope, ...] = ALL_SCOPES
    expires_at: str | None = None


def is_expired(key: ApiKey, now: datetime) -> bool:
    """Whether its time is over."""
    return key.expires_at is not None and datetime.fromisoformat(key.expires_at) <= now


def may(key: ApiKey, scope: KeyScope | None) -> bool:
    """Whether the key may be used for that; what has no scope is open to every key."""
    return scope is None or scope in key.scopes


def parse_scopes(names: Iterable[str]) -> tuple[KeyScope, ...]:
    """In the order of `KeyScope`. Raises InvalidInput for an unknown name, and for none."""
    given = set(names)
    if unknown := given - set(KeyScope):
        raise InvalidInput(f"{min(unknown)!r} is no scope; there are {', '.join(KeyScope)}")
    if not given:
        raise InvalidInput(f"a key needs a scope: {', '.join(KeyScope)}")
    return tuple(scope for scope in KeyScope if scope in given)


def expiry(now: datetime, days: int | None) -> datetime | None:
    """When a key made now ends. Raises InvalidInput for days that make no sense."""
    if days is None:
        return None
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"a key expires after 1 to {MOST_DAYS:,} days")
    return now + timedelta(days=days)

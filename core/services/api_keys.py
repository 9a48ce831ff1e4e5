"""API keys: listed, made, rotated and revoked, each change with its audit event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.moderation.api_keys import API_KEYS, ApiKey, KeyScope, expiry, is_expired, parse_scopes
from core.moderation.audit import AuditKind
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context


class KeyStore(Protocol):
    """Where keys are kept; a new key is returned once and can't be read again."""

    def read_usable(self) -> tuple[list[ApiKey], list[str]]:
        """The keys, oldest first, and a line for each that can't be read."""
        ...

    def last_used_at(self, key: ApiKey) -> datetime | None:
        """None if that is not known."""
        ...

    def create(
        self,
        name: str,
        now: datetime,
        scopes: tuple[KeyScope, ...],
        expires_at: datetime | None,
    ) -> str:
        """Raises InvalidInput for a name that is in use or not allowed."""
        ...

    def rotate(self, name: str, now: datetime, grace: timedelta) -> str:
        """A new key like the one of that name, which ends after `grace`. Raises NotFound."""
        ...

    def revoke(self, name: str) -> list[ApiKey]:
        """Those of that name or id. Raises NotFound."""
        ...


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as people see it."""

    key: ApiKey
    last_used_at: datetime | None
    is_expired: bool


def list_keys(
    context: Context, actor: Actor, keys: KeyStore
) -> tuple[Sequence[ListedKey], Sequence[str]]:
    """The keys, oldest first, and a line for each file that is none. Raises PermissionDenied."""
    check_can(actor, Permission.SEE_KEYS)
    now = context.clock.now()
    known, unreadable = keys.read_usable()
    listed = [ListedKey(key, keys.last_used_at(key), is_expired(key, now)) for key in known]
    return listed, unreadable


def create_key(
    context: Context,
    actor: Actor,
    keys: KeyStore,
    name: str,
    *,
    scopes: tuple[KeyScope, ...],
    days: int | None = None,
) -> str:
    """A new key, valid for so many days or until it is revoked. It can't be read again. Raises
    PermissionDenied, InvalidInput and StoreError."""
    check_can(actor, Permission.MANAGE_KEYS)
    scopes = parse_scopes(scopes)
    now = context.clock.now()
    expires_at = expiry(now, days)
    until = "" if expires_at is None else expires_at.isoformat(timespec="seconds")
    with context.store.write() as tx:
        said = {"name": name, "scopes": " ".join(scopes), "expires_at": until}
        tx.add_audit(context.audit(AuditKind.KEY_CREATED, actor, API_KEYS, **said))
        # Last, so that there is no key without its event; one without its key opens nothing.
        return keys.create(name, now, scopes, expires_at)


def rotate_key(context: Context, actor: Actor, keys: KeyStore, name: str, grace: timedelta) -> str:
    """A new key with the scopes and the end of the one of that name, which is valid for `grace`
    longer. Raises PermissionDenied, NotFound and StoreError."""
    check_can(actor, Permission.MANAGE_KEYS)
    now = context.clock.now()
    with context.store.write() as tx:
        until = (now + grace).isoformat(timespec="seconds")
        said = {"name": name, "old_until": until}
        tx.add_audit(context.audit(AuditKind.KEY_ROTATED, actor, API_KEYS, **said))
        return keys.rotate(name, now, grace)


def revoke_key(context: Context, actor: Actor, keys: KeyStore, name: str) -> Sequence[ApiKey]:
    """Revokes the keys of that name, or the one with that id. Raises PermissionDenied, NotFound and
    StoreError."""
    check_can(actor, Permission.MANAGE_KEYS)
    with context.store.write() as tx:
        tx.add_audit(context.audit(AuditKind.KEY_REVOKED, actor, API_KEYS, name=name))
        return keys.revoke(name)

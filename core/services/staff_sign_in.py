"""Sign-in of staff by an identity provider. What it tells of a person is asked again every minute,
so that a role that was taken away there, or a person who left, is soon without rights here."""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from core.errors import IdentityUnavailable, SignInRefused
from core.identity.base import IdentityProvider, SignInAttempt
from core.moderation.permissions import Actor
from core.moderation.sign_ins import (
    STAFF_HOURS,
    Check,
    SignIn,
    check_of,
    counts_unanswered,
    person_in,
    role_in,
)
from core.services.context import Context
from core.services.sign_in import token_digest


@dataclass(frozen=True, slots=True)
class StaffSignIn:
    """The provider, and the claims that tell a person's name and role."""

    provider: IdentityProvider
    name_claim: str
    role_claim: str


def finish_sign_in(
    context: Context, via: StaffSignIn, attempt: SignInAttempt, *, state: str, code: str
) -> str:
    """A new secret token for the browser of the person who came back with that code; only its
    digest is stored. Raises SignInRefused and IdentityUnavailable."""
    if not hmac.compare_digest(state.encode(), attempt.state.encode()):
        raise SignInRefused("This answer belongs to another sign-in; begin once more.")
    token = secrets.token_urlsafe(32)
    found = via.provider.take(code, attempt, token)
    name = person_in(found.claims, via.name_claim)
    role = role_in(found.claims, via.role_claim)
    now = context.clock.now()
    signed = SignIn(
        token_digest(token), name, now, role, checked_at=now, asked_at=now, sealed=found.sealed
    )
    with context.store.write() as tx:
        tx.remove_sign_ins(before=now - timedelta(hours=STAFF_HOURS))
        tx.add_sign_in(signed)
    return token


def find_staff(context: Context, via: StaffSignIn, token: str | None) -> Actor | None:
    """The person whose token it is, with the role that the provider gives now; None for an unknown
    token or an ended sign-in. While the provider does not answer, the last role counts for some
    minutes; then it raises IdentityUnavailable."""
    if not token:
        return None
    with context.store.read() as reader:
        known = reader.sign_in(token_digest(token))
    now = context.clock.now()
    if known is None or known.role is None or not known.is_in_force(now):
        return None
    if check_of(known, now) is Check.NO_ANSWER:
        raise IdentityUnavailable(f"{via.provider.name} has not answered for too long.")
    if check_of(known, now) is Check.ASK:
        known = _asked(context, via, known, token)
    return Actor(known.actor_id, known.role) if known and known.role else None


def _asked(context: Context, via: StaffSignIn, known: SignIn, token: str) -> SignIn | None:
    """The sign-in as the provider tells it now; None, and the end of it, if it is refused."""
    now = context.clock.now()
    with context.store.write() as tx:
        # One asks for all tabs and consoles: a token of renewal may be used only once.
        newest = tx.sign_in(known.token_digest)
        if newest is None or newest.asked_at != known.asked_at:
            return newest
        tx.change_sign_in(replace(known, asked_at=now))
    try:
        found = via.provider.ask_again(known.sealed, token)
        role = role_in(found.claims, via.role_claim)
    except SignInRefused:
        end_sign_in(context, token)
        return None
    except IdentityUnavailable:
        if counts_unanswered(known, now):
            return known
        raise
    checked = replace(known, role=role, checked_at=now, asked_at=now, sealed=found.sealed)
    with context.store.write() as tx:
        tx.change_sign_in(checked)
    return checked


def end_sign_in(context: Context, token: str) -> None:
    """The token is nobody's from now on."""
    with context.store.write() as tx:
        tx.end_sign_in(token_digest(token))


def sign_out(context: Context, via: StaffSignIn, token: str) -> str | None:
    """End the sign-in here; returns where to sign out at the provider, too, None if it is not known
    or does not answer."""
    with context.store.read() as reader:
        known = reader.sign_in(token_digest(token))
    end_sign_in(context, token)
    if known is None or known.role is None:
        return None
    try:
        return via.provider.sign_out_address(known.sealed, token)
    except (IdentityUnavailable, SignInRefused):
        return None

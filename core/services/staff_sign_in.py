"""Sign-in of staff by an identity provider. What it tells of a person is asked again every minute,
so that a role that was taken away there, or a person who left, is soon without rights here."""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from core.errors import IdentityUnavailable, SignInRefused
from core.identity.base import IdentityProvider, SignInAttempt
from core.moderation.people import Person, actor_of
from core.moderation.permissions import Actor, Role
from core.moderation.sign_ins import (
    STAFF_HOURS,
    Check,
    SignIn,
    admitted,
    check_of,
    counts_unanswered,
    person_in,
    roles_in,
)
from core.services.context import Context
from core.services.people import note_seen
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
    told = roles_in(found.claims, via.role_claim)
    now = context.clock.now()
    with context.store.write() as tx:
        person = admitted(name, told, tx.person(name), via.role_claim)
        tx.remove_sign_ins(before=now - timedelta(hours=STAFF_HOURS))
        signed = SignIn(token_digest(token), name, now, person.roles[0], now, now, found.sealed)
        tx.add_sign_in(signed)
        note_seen(context, tx, person)
    return token


def find_staff(context: Context, via: StaffSignIn, token: str | None) -> Actor | None:
    """The person whose token it is, with the roles that the provider gives now and those given
    here; None for an unknown token, an ended sign-in or somebody disabled. While the provider does
    not answer, the last roles count for some minutes; then it raises IdentityUnavailable."""
    if not token:
        return None
    with context.store.read() as reader:
        known = reader.sign_in(token_digest(token))
        person = reader.person(known.actor_id) if known else None
    now = context.clock.now()
    if known is None or known.role is None or not known.is_in_force(now):
        return None
    if check_of(known, now) is Check.NO_ANSWER:
        raise IdentityUnavailable(f"{via.provider.name} has not answered for too long.")
    if check_of(known, now) is Check.ASK:
        return _asked(context, via, known, token)
    return _actor(known, person)


def _asked(context: Context, via: StaffSignIn, known: SignIn, token: str) -> Actor | None:
    """The person as the provider tells of them now; None, and the end of the sign-in, if it
    refuses them or they have no role any more."""
    now = context.clock.now()
    with context.store.write() as tx:
        # One asks for all tabs and consoles: a token of renewal may be used only once.
        newest, person = tx.sign_in(known.token_digest), tx.person(known.actor_id)
        if newest is None or newest.asked_at != known.asked_at:
            return _actor(newest, person) if newest else None
        tx.change_sign_in(replace(known, asked_at=now))
    try:
        found = via.provider.ask_again(known.sealed, token)
    except SignInRefused:
        end_sign_in(context, token)
        return None
    except IdentityUnavailable:
        if counts_unanswered(known, now):
            return _actor(known, person)
        raise
    told = roles_in(found.claims, via.role_claim)
    return _checked(context, replace(known, sealed=found.sealed), told)


def _checked(context: Context, known: SignIn, told: tuple[Role, ...]) -> Actor | None:
    """As whom the person works with the roles of which the provider tells now; without any, nor one
    given here, the sign-in ends."""
    now = context.clock.now()
    with context.store.write() as tx:
        person = replace(tx.person(known.actor_id) or Person(known.actor_id), told=told)
        note_seen(context, tx, person)
        actor = actor_of(person)
        if actor is None:
            tx.end_sign_in(known.token_digest)
        else:
            checked = replace(known, role=actor.role, checked_at=now, asked_at=now)
            tx.change_sign_in(checked)
        return actor


def _actor(known: SignIn, person: Person | None) -> Actor | None:
    if person is not None:
        return actor_of(person)
    # Signed in before people were kept: with one role, until the provider is asked again.
    return Actor(known.actor_id, known.role) if known.role else None


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

"""Sign-ins are kept in the state, so that every console on it knows them, also after a restart."""

import hashlib
import secrets
from datetime import timedelta

from core.moderation.people import Person
from core.moderation.permissions import Actor
from core.moderation.sign_ins import SIGN_IN_DAYS, SignIn
from core.services.context import Context
from core.services.people import note_seen, people_here


def sign_in(context: Context, person: Actor) -> str:
    """A new secret token for that person's browser; only its digest is stored. Sign-ins that have
    ended are removed."""
    token = secrets.token_urlsafe(32)
    now = context.clock.now()
    with context.store.write() as tx:
        tx.remove_sign_ins(before=now - timedelta(days=SIGN_IN_DAYS))
        tx.add_sign_in(SignIn(token_digest(token), person.id, now))
        known = people_here(context, tx).get(person.id)
        note_seen(context, tx, known or Person(person.id, person.roles))
    return token


def find_signed_in(context: Context, token: str | None) -> str | None:
    """The id of the person whose token it is; None for an unknown or ended one."""
    if not token:
        return None
    with context.store.read() as reader:
        found = reader.sign_in(token_digest(token))
    if found is None or found.role is not None:  # of an identity provider, or of nobody
        return None
    return found.actor_id if found.is_in_force(context.clock.now()) else None


def token_digest(token: str) -> str:
    """What is stored of a browser's token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()

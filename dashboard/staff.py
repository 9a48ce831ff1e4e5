"""The people of the demo sign-in: made-up staff, for this machine only."""

import secrets

from core.moderation.permissions import Actor, Role

DEMO_STAFF = (
    Actor("mina", Role.MODERATOR),
    Actor("tomas", Role.MODERATOR),
    Actor("lena", Role.LEAD),
    Actor("ravi", Role.LEAD),
    Actor("ola", Role.OPS),
    Actor("ines", Role.AUDITOR),
    Actor("ada", Role.ADMIN),
)
MOST_SIGN_INS = 1_000


def staff_member(actor_id: str | None) -> Actor | None:
    """The person with this id, or None."""
    return next((actor for actor in DEMO_STAFF if actor.id == actor_id), None)


class SignIns:
    """Which person each browser is signed in as, by random tokens. Kept in memory: after a restart
    everybody signs in again."""

    def __init__(self) -> None:
        self._people: dict[str, Actor] = {}

    def add(self, actor: Actor) -> str:
        """A new token for this person; above MOST_SIGN_INS tokens the oldest ones are dropped."""
        token = secrets.token_urlsafe(32)
        self._people[token] = actor
        for oldest in list(self._people)[:-MOST_SIGN_INS]:
            self._people.pop(oldest, None)
        return token

    def person(self, token: str | None) -> Actor | None:
        """The person of a token; None for an unknown one."""
        return self._people.get(token) if token else None

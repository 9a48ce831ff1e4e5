"""The demo sign-in: a handful of made-up colleagues, on this machine only."""

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
    """The colleague of that name; nobody for any other."""
    return next((actor for actor in DEMO_STAFF if actor.id == actor_id), None)


class SignIns:
    """Which browser is whose, by tokens nobody can guess. They live as long as the process: after
    a restart people are asked again."""

    def __init__(self) -> None:
        self._people: dict[str, Actor] = {}

    def add(self, actor: Actor) -> str:
        """A new token for that person; beyond MOST_SIGN_INS the oldest ones end."""
        token = secrets.token_urlsafe(32)
        self._people[token] = actor
        for oldest in list(self._people)[:-MOST_SIGN_INS]:
            self._people.pop(oldest, None)
        return token

    def person(self, token: str | None) -> Actor | None:
        """Whose token it is; None for one that was never given out."""
        return self._people.get(token) if token else None

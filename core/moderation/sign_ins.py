"""Sign-ins: which person a browser is signed in as, as what, and for how long. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from core.errors import InvalidInput, SignInRefused
from core.moderation.people import STAFF_ROLES, Person, check_person_name, in_order
from core.moderation.permissions import Role

SIGN_IN_DAYS = 30
"""Of the demo sign-in."""
STAFF_HOURS = 12
"""Of a sign-in by an identity provider: after a long shift the person signs in there again."""
ASK_EVERY = timedelta(seconds=60)
"""How long a role that was taken from a person at the provider still counts here, at most."""
UNCHECKED_AT_MOST = timedelta(minutes=15)
"""How long work goes on while the provider does not answer."""
PREFIX = "modconsole-"
"""May stand before a role's name where a provider has roles for many programs."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser's. The token itself is known to the browser alone. `role` is None for the demo
    sign-in. By an identity provider it is the person's main one, when it was asked last:
    `checked_at` is when it last told roles, `asked_at` when it was last asked, and `sealed` are its
    tokens, which only the browser's token opens."""

    token_digest: str
    actor_id: str
    signed_in_at: datetime
    role: Role | None = None
    checked_at: datetime | None = None
    asked_at: datetime | None = None
    sealed: str = ""

    def is_in_force(self, now: datetime) -> bool:
        """Whether the person is still signed in."""
        by_provider, demo = timedelta(hours=STAFF_HOURS), timedelta(days=SIGN_IN_DAYS)
        return now - self.signed_in_at < (demo if self.role is None else by_provider)


class Check(Enum):
    """Whether a sign-in by an identity provider counts. `ASK`: it may, but the provider is to be
    asked. `NO_ANSWER`: the provider has not answered for too long, also not a moment ago."""

    COUNTS = auto()
    ASK = auto()
    NO_ANSWER = auto()


def check_of(sign_in: SignIn, now: datetime) -> Check:
    """Whether the sign-in counts now."""
    asked_at = sign_in.asked_at or sign_in.signed_in_at
    if now - asked_at >= ASK_EVERY:
        return Check.ASK
    return Check.COUNTS if counts_unanswered(sign_in, now) else Check.NO_ANSWER


def counts_unanswered(sign_in: SignIn, now: datetime) -> bool:
    """Whether the role that the provider told last still counts without an answer."""
    return now - (sign_in.checked_at or sign_in.signed_in_at) < UNCHECKED_AT_MOST


def roles_in(claims: Mapping[str, object], role_claim: str) -> tuple[Role, ...]:
    """The roles that the claims of a person give, the main one first. `role_claim` may name a claim
    within others, as in `realm_access.roles`; its value is a role or a list with roles."""
    found = claim_at(claims, role_claim)
    named = found if isinstance(found, list | tuple) else [found]
    given = {str(each).removeprefix(PREFIX) for each in named}
    return in_order(role for role in STAFF_ROLES if role.value in given)


def admitted(name: str, told: tuple[Role, ...], known: Person | None, role_claim: str) -> Person:
    """The person as they are known after a sign-in, of whom the identity provider told those roles.
    Raises SignInRefused for somebody disabled here, and for somebody without any role."""
    person = replace(known or Person(name), told=told)
    if person.disabled_at is not None:
        raise SignInRefused("You were disabled in this console. Ask an admin of it.")
    if not person.roles:
        raise SignInRefused(
            f"You have no role in this console: the identity provider's claim `{role_claim}` has "
            f"none of {', '.join(STAFF_ROLES)}, and you were not invited here. Ask an admin."
        )
    return person


def person_in(claims: Mapping[str, object], name_claim: str) -> str:
    """The name by which decisions and the audit log call the person. Raises SignInRefused."""
    name = claim_at(claims, name_claim)
    try:
        if not isinstance(name, str):
            raise InvalidInput(f"`{name_claim}` is missing")
        check_person_name(name_claim, name)
    except InvalidInput as error:
        raise SignInRefused(f"The identity provider tells no name for you: {error}.") from error
    return name


def claim_at(claims: Mapping[str, object], path: str) -> object:
    """The claim of that name, or at that path of names with dots between them; None without it."""
    if path in claims:  # names such as https://site.example/roles have dots of their own
        return claims[path]
    value: object = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value

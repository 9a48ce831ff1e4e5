"""The interface of an identity provider: services use it, `OpenIdProvider` implements it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


def _drawn() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What a browser keeps while its person is at the provider. `state` comes back with the answer,
    `nonce` stands in what the provider signs, and only who knows `verifier` can use the answer
    (RFC 7636). `next` is the page to open afterwards."""

    next: str
    state: str = field(default_factory=_drawn, repr=False)
    nonce: str = field(default_factory=_drawn, repr=False)
    verifier: str = field(default_factory=_drawn, repr=False)


@dataclass(frozen=True, slots=True)
class Identified:
    """What the provider tells of a person. `sealed` is what `ask_again` needs."""

    claims: Mapping[str, object]
    sealed: str = field(repr=False)


class IdentityProvider(Protocol):
    """One provider. Threads may share it. Its methods raise SignInRefused if the provider refuses
    or what it says can't be believed, and IdentityUnavailable if it does not answer."""

    name: str
    """For messages: its address."""

    def sign_in_address(self, attempt: SignInAttempt, *, asks_anew: bool = False) -> str:
        """Where the browser is sent. `asks_anew`: the person may be another one than the provider
        knows there."""
        ...

    def take(self, code: str, attempt: SignInAttempt, secret: str) -> Identified:
        """The person whom the provider sent back with that code. What is sealed can be opened only
        with `secret`."""
        ...

    def ask_again(self, sealed: str, secret: str) -> Identified:
        """What it tells of the person now."""
        ...

    def sign_out_address(self, sealed: str, secret: str) -> str | None:
        """Where the browser is sent to sign out there, too; None if there is no such page."""
        ...

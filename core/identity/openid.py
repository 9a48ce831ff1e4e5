"""An OpenID Connect provider (https://openid.net/specs/openid-connect-core-1_0.html): the code flow
with PKCE, by Authlib. Roles come from its userinfo, so that one taken there is soon gone here."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from core.errors import IdentityUnavailable, SignInRefused
from core.identity.base import Identified, SignInAttempt
from core.identity.id_token import checked_claims
from core.identity.sealing import opened, sealed
from core.moderation.sign_ins import claim_at

TIMEOUT_S = 5.0
DISCOVERY = "/.well-known/openid-configuration"
EARLY_S = 30
"""A token that ends so soon is renewed at once."""
NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class OpenIdClient:
    """What the provider knows of this console. `scope` is what it is asked for."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str = ""
    return_uri: str = ""
    role_claim: str = "roles"
    scope: str = "openid profile email"


class OpenIdProvider:
    """Implements `core.identity.base.IdentityProvider`. Asks the provider for nothing before it is
    used, so the console opens without it."""

    def __init__(self, client: OpenIdClient, now_s: Callable[[], float] = time.time) -> None:
        """`now_s` is the time in seconds since 1970."""
        self.name = client.issuer
        self._client = client
        self._now_s = now_s
        self._found: dict[str, Any] | None = None
        self._turn = Lock()

    def sign_in_address(self, attempt: SignInAttempt, *, asks_anew: bool = False) -> str:
        more = {"prompt": "login"} if asks_anew else {}
        address, _ = self._session().create_authorization_url(
            self._metadata()["authorization_endpoint"],
            state=attempt.state,
            code_verifier=attempt.verifier,
            nonce=attempt.nonce,
            **more,
        )
        return str(address)

    def take(self, code: str, attempt: SignInAttempt, secret: str) -> Identified:
        with self._errors("the sign-in"):
            tokens = self._session().fetch_token(
                self._metadata()["token_endpoint"], code=code, code_verifier=attempt.verifier
            )
        told = self._id_claims(tokens, attempt.nonce)
        info = self._userinfo(tokens, str(told["sub"]))
        kept = {
            **dict(tokens),
            "sub": told["sub"],
            # Some providers tell roles in the ID token alone, which a renewal brings anew.
            "is_renewed": claim_at(info, self._client.role_claim) is None,
        }
        return Identified({**told, **info}, sealed(json.dumps(kept), secret))

    def ask_again(self, sealed_tokens: str, secret: str) -> Identified:
        tokens = json.loads(opened(sealed_tokens, secret))
        told: Mapping[str, object] = {}
        if tokens["is_renewed"] or tokens.get("expires_at", 0) < self._now_s() + EARLY_S:
            tokens = self._renewed(tokens)
            if "id_token" in tokens:
                told = self._id_claims(tokens, None)
        info = self._userinfo(tokens, tokens["sub"])
        return Identified({**told, **info}, sealed(json.dumps(tokens), secret))

    def sign_out_address(self, sealed_tokens: str, secret: str) -> str | None:
        address = self._metadata().get("end_session_endpoint")
        if not address:
            return None
        tokens = json.loads(opened(sealed_tokens, secret))
        asked = {
            "id_token_hint": tokens.get("id_token"),
            "client_id": self._client.client_id,
            "post_logout_redirect_uri": self._client.return_uri,
        }
        request = requests.Request("GET", address, params=asked).prepare()
        return str(request.url)

    def _renewed(self, tokens: dict[str, Any]) -> dict[str, Any]:
        if not tokens.get("refresh_token"):
            raise SignInRefused("Your sign-in has ended at the identity provider.")
        with self._errors("to go on"):
            fresh = self._session().refresh_token(
                self._metadata()["token_endpoint"], refresh_token=tokens["refresh_token"]
            )
        return {**tokens, **dict(fresh)}

    def _id_claims(self, tokens: Mapping[str, Any], nonce: str | None) -> Mapping[str, object]:
        metadata = self._metadata()
        return checked_claims(
            str(tokens.get("id_token")),
            keys=lambda: self._json(metadata["jwks_uri"]),
            issuer=metadata["issuer"],
            client_id=self._client.client_id,
            nonce=nonce,
            now_s=self._now_s(),
        )

    def _userinfo(self, tokens: Mapping[str, Any], subject: str) -> Mapping[str, object]:
        address = self._metadata()["userinfo_endpoint"]
        info = self._json(address, {"authorization": f"Bearer {tokens.get('access_token')}"})
        if info.get("sub") != subject:
            raise SignInRefused("The identity provider told of another person than it signed for.")
        return info

    def _session(self) -> OAuth2Session:
        client = self._client
        return OAuth2Session(
            client.client_id,
            client.client_secret or None,
            scope=client.scope,
            redirect_uri=client.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if client.client_secret else "none",
            default_timeout=TIMEOUT_S,
        )

    def _metadata(self) -> dict[str, Any]:
        with self._turn:
            if self._found is None:
                found = self._json(_without_end(self.name) + DISCOVERY)
                missing = [name for name in NEEDED if not isinstance(found.get(name), str)]
                if missing or _without_end(found.get("issuer")) != _without_end(self.name):
                    what = f"lacks {', '.join(missing)}" if missing else "is another issuer's"
                    raise IdentityUnavailable(f"{self.name}: its configuration {what}.")
                self._found = found
            return self._found

    def _json(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        with self._errors("to go on"):
            answer = requests.get(address, headers=headers, timeout=TIMEOUT_S)
            if answer.status_code in (401, 403):
                raise SignInRefused("Your sign-in has ended at the identity provider.")
            answer.raise_for_status()
            found = answer.json()
        if not isinstance(found, dict):
            raise IdentityUnavailable(f"{self.name} answered with something else than an object.")
        return found

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        """Errors of the libraries in the block as the console's own."""
        try:
            yield
        except OAuthError as error:
            raise SignInRefused(
                f"The identity provider refuses {what}: {error.description or error.error}."
            ) from error
        except (requests.RequestException, ValueError) as error:
            raise IdentityUnavailable(
                f"{self.name} did not answer as it should: {type(error).__name__}."
            ) from error


def _without_end(address: object) -> str:
    return str(address).rstrip("/")

"""The checks of an ID token (OpenID Connect Core 1.0, section 3.1.3.7), by joserfc."""

from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.errors import SignInRefused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signed by a key that only the provider has: none of those with a shared secret."""
CLOCKS_DIFFER_S = 120
"""By how much the provider's clock may be ahead or behind."""


def checked_claims(
    token: str,
    *,
    keys: Callable[[], Any],
    issuer: str,
    client_id: str,
    nonce: str | None,
    now_s: float,
) -> Mapping[str, object]:
    """The claims of a token that was signed by one of `keys` (a JWK Set) for this client. `nonce`
    is None for a token that came with a renewal. Raises SignInRefused saying what is wrong."""
    asked: dict[str, Any] = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }
    if nonce is not None:
        asked["nonce"] = {"essential": True, "value": nonce}
    try:
        decoded = jwt.decode(token, KeySet.import_key_set(keys()), algorithms=list(ALGORITHMS))
        registry = jwt.JWTClaimsRegistry(now=int(now_s), leeway=CLOCKS_DIFFER_S, **asked)
        registry.validate(decoded.claims)
    except (JoseError, ValueError, KeyError) as error:
        raise SignInRefused(
            f"What the identity provider signed can't be believed: {_words(error)}."
        ) from error
    return decoded.claims


def _words(error: Exception) -> str:
    claim = getattr(error, "claim", None)
    if type(error).__name__ == "ExpiredTokenError":
        return "it has run out; does one of the two clocks go wrong?"
    if claim in ("iat", "nbf"):
        return "it is from the future; does one of the two clocks go wrong?"
    return f"its `{claim}` is wrong" if claim else "its signature or form is wrong"

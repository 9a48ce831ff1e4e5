"""Tokens of a provider, kept so that whoever reads the database can't use them: they are encrypted
with what only the person's browser has."""

import hashlib
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from core.errors import SignInRefused


def sealed(text: str, secret: str) -> str:
    """The text, encrypted and signed with the secret (Fernet: AES-128-CBC and HMAC-SHA256)."""
    return _fernet(secret).encrypt(text.encode()).decode()


def opened(text: str, secret: str) -> str:
    """The inverse of `sealed`. Raises SignInRefused for another secret."""
    try:
        return _fernet(secret).decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise SignInRefused("Your sign-in can't be read any more.") from error


def _fernet(secret: str) -> Fernet:
    # Not the digest by which the sign-in is found: that one stands in the database.
    return Fernet(urlsafe_b64encode(hashlib.sha256(b"tokens:" + secret.encode()).digest()))

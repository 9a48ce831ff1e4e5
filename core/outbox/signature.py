"""Signatures of webhooks by Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over
id, time and body, so that a receiver can verify them with any of its libraries."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

PREFIX = "whsec_"
LEAST_KEY_BYTES, MOST_KEY_BYTES = 24, 64


def key_of(secret: str) -> bytes:
    """The key in `whsec_` and base64. Raises ValueError, without the secret in its message."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is not base64") from None
    if not secret.startswith(PREFIX) or not LEAST_KEY_BYTES <= len(key) <= MOST_KEY_BYTES:
        raise ValueError(
            f"write {PREFIX} and then {LEAST_KEY_BYTES} to {MOST_KEY_BYTES} random bytes in base64"
        )
    return key


def signed_headers(
    key: bytes, message_id: str, sent_at: datetime, body: bytes
) -> Mapping[str, str]:
    """The headers that identify and sign the body. A receiver refuses a time too far from its
    own."""
    seconds = int(sent_at.timestamp())
    content = f"{message_id}.{seconds}.".encode() + body
    digest = hmac.digest(key, content, hashlib.sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }

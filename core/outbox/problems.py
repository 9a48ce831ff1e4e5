"""What is wrong with the settings of a channel. No message quotes an address or a secret."""

import re
from urllib.parse import urlsplit

from core.outbox.signature import key_of

_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?")


def webhook_problem(url: str, secret: str) -> str | None:
    """None if there is none."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not url.isascii() or any(sign.isspace() for sign in url):
        return "MODCONSOLE_WEBHOOK_URL can be `none` or https://HOST/PATH"
    if parts.username is not None or parts.fragment:
        return "MODCONSOLE_WEBHOOK_URL can't have a user, a password or a part after #"
    try:
        key_of(secret)
    except ValueError as error:
        return f"MODCONSOLE_WEBHOOK_SECRET can't be used: {error}"
    return None


def mail_problem(host: str, sender: str, recipient: str) -> str | None:
    """None if there is none."""
    if not _HOST.fullmatch(host):
        return "MODCONSOLE_SMTP_HOST can be `none` or the name of a host"
    for name, address in (("FROM", sender), ("TO", recipient)):
        if not _MAIL_ADDRESS.fullmatch(address):
            return f"MODCONSOLE_SMTP_{name} is needed with MODCONSOLE_SMTP_HOST: NAME@HOST"
    return None

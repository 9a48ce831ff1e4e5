"""What a site that people use should have, and does not have yet."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from core.addresses import is_loopback
from core.config import Settings
from core.moderation.erasure import KEPT_FOR_EVER
from core.setting_values import LOOPBACK_URL, NOT_SET


@dataclass(frozen=True, slots=True)
class NotSet:
    """One thing that is missing: its name, what that means, and what brings it."""

    name: str
    what: str
    how: str


SIGN_IN = NotSet(
    "sign-in",
    "Anybody at this machine signs in as anyone.",
    "MODCONSOLE_SIGN_IN=oidc; docs/sign_in.md",
)
ADDRESS = NotSet(
    "address of the look-up",
    "Authors can't reach the look-up.",
    "MODCONSOLE_PUBLIC_URL; docs/deploy.md",
)
ENCRYPTION = NotSet(
    "encryption",
    "Anybody on the way reads what is sent to the look-up or the console.",
    "https:// in MODCONSOLE_PUBLIC_URL and MODCONSOLE_STAFF_URL; docs/deploy.md",
)
NAME = NotSet("name", "The look-up does not name the site.", "MODCONSOLE_SITE_NAME")
CONTACT = NotSet("contact", "Authors are told nobody to ask.", "MODCONSOLE_CONTACT")
RULES = NotSet(
    "rules",
    "Statements of reasons link to no rules.",
    "MODCONSOLE_RULES_URL; docs/transparency.md",
)
MESSAGES = NotSet(
    "messages",
    "Neither the site nor an author is sent a decision.",
    "MODCONSOLE_WEBHOOK_URL or MODCONSOLE_SMTP_HOST; docs/outbox.md",
)
KEY = NotSet(
    "API key", "The site has no key to send comments with.", "`modconsole key create NAME`"
)
RETENTION = NotSet(
    "retention", "Comments are kept for ever.", "MODCONSOLE_RETENTION_DAYS; docs/erasure.md"
)


def not_set_yet(settings: Settings) -> list[NotSet]:
    """In the order in which one does them."""
    missing = (
        (SIGN_IN, settings.sign_in == "demo"),
        (ADDRESS, settings.public_url == LOOPBACK_URL),
        (ENCRYPTION, any(map(is_unencrypted, (settings.public_url, settings.staff_url)))),
        (NAME, settings.site_name == NOT_SET),
        (CONTACT, settings.contact == NOT_SET),
        (RULES, settings.rules_url == NOT_SET),
        (MESSAGES, not settings.channels),
        (KEY, has_no_key(settings)),
        (RETENTION, settings.retention_days == KEPT_FOR_EVER),
    )
    return [each for each, is_missing in missing if is_missing]


def is_unencrypted(address: str) -> bool:
    """Whether it is read on its way to another machine."""
    parts = urlsplit(address)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def has_no_key(settings: Settings) -> bool:
    """False, too, where this account may not look: then another one runs the servers."""
    try:
        return not any(settings.api_keys_dir.iterdir())
    except FileNotFoundError:
        return True
    except OSError:
        return False

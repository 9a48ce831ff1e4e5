"""Whom this installation asks over a network, and by which setting. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

THIS_MACHINE = "this machine"


@dataclass(frozen=True, slots=True)
class Contact:
    """`address` is a host, or empty if the setting names none, so that nobody is asked."""

    who: str
    told: str
    setting: str
    address: str


@dataclass(frozen=True, slots=True)
class NamedAddresses:
    """What settings name: addresses or hosts; empty where they name none. `backends` are the
    remote ones in force, by name."""

    state: str
    log_store: str
    issuer: str
    webhook: str
    mail_host: str
    model: str
    news: str
    backends: Mapping[str, str]


def contacts(named: NamedAddresses) -> tuple[Contact, ...]:
    """Everybody whom the servers may ask by themselves, asked or not."""
    backends = [
        _contact(f"backend {name}", "texts of comments", "BACKEND and backends.toml", host)
        for name, host in named.backends.items()
    ]
    if not backends:
        backends = [_contact("a remote backend", "texts of comments", "BACKEND", "")]
    return (
        *backends,
        _contact("the state's database", "everything in the state", "STATE_URL", named.state),
        _contact("the shared serving log", "what calls took", "LOG_STORE", named.log_store),
        _contact("the identity provider", "who signs in", "OIDC_ISSUER", named.issuer),
        _contact("the site", "what readers may see, and why", "WEBHOOK_URL", named.webhook),
        _contact("a mail server", "notices", "SMTP_HOST", named.mail_host),
        _contact("Hugging Face, once", "the name of a model", "MODEL", named.model),
        _contact("Hacker News, by modconsole up", "nothing", "HACKERNEWS_COUNT", named.news),
    )


def _contact(who: str, told: str, setting: str, address: str) -> Contact:
    """Of an address its host alone: the rest may hold a password."""
    host = (urlsplit(address).hostname or THIS_MACHINE) if "://" in address else address
    return Contact(who, told, f"MODCONSOLE_{setting}", host)

"""Which host names and addresses belong to this machine."""

import ipaddress
import re
import socket
from collections.abc import Iterable

# As a Host header spells them: the names a server that listens on loopback only accepts.
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")

PROXY_HEADERS = frozenset(
    {
        b"forwarded",
        b"via",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-real-ip",
    }
)
"""What proxies add to a request."""

_SHORT_ADDRESS = re.compile(
    r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE
)


def is_loopback(host: str) -> bool:
    """Whether traffic to, or a server listening on, this host name or address stays on this
    machine. 0.0.0.0 does not: a server listening there is reachable on every address of the
    machine."""
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(_full_form(host))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def has_passed_proxy(header_names: Iterable[bytes]) -> bool:
    """Whether a request with headers of these names, in lower case, was passed on by a proxy: then
    whoever made it may be on another machine, though it comes from this one."""
    return not PROXY_HEADERS.isdisjoint(header_names)


def _full_form(host: str) -> str:
    """`127.1`, `0x7f.1` and `2130706433` as 127.0.0.1, which is how the system reads them."""
    if not _SHORT_ADDRESS.fullmatch(host):
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return host

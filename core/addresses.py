"""Which host names and addresses belong to this machine."""

import ipaddress
import re
import socket

# As a Host header spells them: the names a server that listens on loopback only accepts.
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")

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


def _full_form(host: str) -> str:
    """`127.1`, `0x7f.1` and `2130706433` as 127.0.0.1, which is how the system reads them."""
    if not _SHORT_ADDRESS.fullmatch(host):
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return host

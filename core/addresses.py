"""Which host names and addresses belong to this machine."""

import ipaddress

# As a Host header spells them: the names a server that listens on loopback only accepts.
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def is_loopback(host: str) -> bool:
    """Whether traffic to, or a server listening on, this host name or address stays on this
    machine. 0.0.0.0 does not: a server listening there is reachable on every address of the
    machine."""
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)

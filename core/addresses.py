"""Which host names and addresses are this machine's own."""

import ipaddress

# As a Host header spells them, for those who may ask a server that listens on loopback alone.
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def is_loopback(host: str) -> bool:
    """Whether what is sent to, or listens on, this host name or address stays on this machine.
    0.0.0.0 is not: as an address to listen on it is every one of the machine's."""
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)

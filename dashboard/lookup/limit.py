"""How many references one address may look up: whoever tries out references is slowed down, and who
reads their own page never notices.

What is counted is not told: known and unknown references are refused with the same sentence.
"""

import ipaddress
import math
from collections.abc import Callable
from threading import Lock

import streamlit as st

from core.serving.rate_limit import RateLimit

# A page that stays open looks its comment up once a minute; many people may share one address.
PER_S = 5.0
AT_ONCE = 300.0
FAILED_COSTS = 10.0
"""A reference that was not found counts as so many: 30 of them at once, then one every 2 s."""
_IPV6_NETWORK = 64
"""Bits of an IPv6 address that stand for one connection: it can choose the others freely."""


class LookupLimit:
    """The limit of one process, for all its threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._limit = RateLimit(now, rate_per_s=PER_S, burst=AT_ONCE)
        self._lock = Lock()

    def wait_s(self, address: str) -> int:
        """Counts a look-up: 0 if it may be made, else the seconds until one may."""
        with self._lock:
            return math.ceil(self._limit.take(address))

    def note_failure(self, address: str) -> None:
        """The look-up found nothing."""
        with self._lock:
            self._limit.charge(address, FAILED_COSTS - 1.0)


@st.cache_resource(show_spinner=False)
def lookup_limit(_now: Callable[[], float]) -> LookupLimit:
    """The one of this process."""
    return LookupLimit(_now)


def address_of(connection: str | None) -> str:
    """What counts as one address: an IPv4 address or a network of IPv6. The server believes an
    `X-Forwarded-For` header only from proxies that it was told to trust."""
    try:
        address = ipaddress.ip_address(connection or "127.0.0.1")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _IPV6_NETWORK), strict=False))

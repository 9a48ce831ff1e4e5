"""Which proxy a request uses, from the environment, and its name for messages."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from core.addresses import is_loopback

_NAMELESS = "without a name"
# Further names of the loopback addresses in the /etc/hosts of the usual systems.
_LOCAL_NAMES = frozenset(
    ("localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback")
)


def is_local(url: str) -> bool:
    """Whether a request to this address stays on this machine. As a target, 0.0.0.0 does too."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return is_loopback(host) or host in ("0.0.0.0", "0", "::") or host in _LOCAL_NAMES


def proxies_for(url: str) -> Mapping[str, str]:
    """The proxies that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY set for the URL. None for a
    local address: a proxy elsewhere would take it for its own machine."""
    return {} if is_local(url) else get_environ_proxies(url)


def proxy_name(url: str, proxies: Mapping[str, str]) -> str | None:
    """Host and port of the proxy, never its user or password; None without a proxy."""
    proxy = select_proxy(url, dict(proxies))
    if not proxy:
        return None
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    except ValueError:
        return _NAMELESS
    try:
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        port = ""
    return f"{parts.hostname or _NAMELESS}{port}"

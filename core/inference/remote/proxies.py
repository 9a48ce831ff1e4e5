"""Which proxy a request goes through, by the environment, and how it is named."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    # 0.0.0.0 as a target is this machine too.
    return (mapped or address).is_loopback or address.is_unspecified


def proxies_for(url: str) -> Mapping[str, str]:
    """What HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say for it; for this machine none, since
    to a proxy that address is its own."""
    return {} if is_loopback(url) else get_environ_proxies(url)


def proxy_name(url: str, proxies: Mapping[str, str]) -> str | None:
    """Host and port of the proxy in between, never its user or password; None without one."""
    proxy = select_proxy(url, dict(proxies))
    if not proxy:
        return None
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    try:
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        port = ""
    return f"{parts.hostname or 'of no name'}{port}"

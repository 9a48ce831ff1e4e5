"""Which proxy a request uses, from the environment, and its name for messages."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from core.addresses import is_loopback


def is_local(url: str) -> bool:
    """Whether a request to this address stays on this machine. As a target, 0.0.0.0 does too."""
    host = urlsplit(url).hostname or ""
    return is_loopback(host) or host in ("0.0.0.0", "::")


def proxies_for(url: str) -> Mapping[str, str]:
    """The proxies that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY set for the URL. None for a
    local address: a proxy elsewhere would take it for its own machine."""
    return {} if is_local(url) else get_environ_proxies(url)


def proxy_name(url: str, proxies: Mapping[str, str]) -> str | None:
    """Host and port of the proxy, never its user or password; None without a proxy."""
    proxy = select_proxy(url, dict(proxies))
    if not proxy:
        return None
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    try:
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        port = ""
    return f"{parts.hostname or 'without a name'}{port}"

"""One HTTP exchange with a backend: pooled, limited in time and size, each failure with its kind.

No message holds an address, a key, a comment or a server's own words.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from core.inference.base import ErrorKind
from core.inference.remote.connections import PooledAdapter
from core.inference.remote.http_errors import http_failure
from core.inference.remote.proxies import proxies_for, proxy_name
from core.inference.remote.secrets import hide_in_logs
from core.inference.remote.shapes import load_json
from core.inference.remote.transport_failures import too_slow, transport_failure
from core.inference.resilience.retries import AttemptFailed

MAX_ANSWER_BYTES = 8 * 1024 * 1024
MAX_HOPS = 20
_PIECE_BYTES = 64 * 1024
_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """`path` is joined to the backend's address; without a `body` it is a GET."""

    path: str = ""
    body: object = None
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """Decoded JSON, headers with lower-case names, and the time the exchange took."""

    body: Any
    headers: Mapping[str, str]
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Route:
    """Everything about the connection that a site configures.

    `secret_headers` and `secret_params` are sent with every request and appear nowhere else.
    `follows_303` follows redirects to the same origin only. `busy_means_loading` is for proxies
    that answer 502 and 503 while they start a server.
    """

    url: str
    connect_timeout_s: float = 3.0
    timeout_s: float = 10.0
    pool_size: int = 4
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_params: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: str | None = None
    follows_303: bool = False
    busy_means_loading: bool = False


@dataclass(frozen=True, slots=True)
class _Outgoing:
    url: str
    params: Mapping[str, str]
    body: bytes | None
    headers: Mapping[str, str]


class Transport:
    """Sends one request at a time to one backend; safe to use from several threads."""

    def __init__(
        self,
        route: Route,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._route = route
        self._now = now
        self._monotonic = monotonic
        self.host = urlsplit(route.url).hostname or ""
        hide_in_logs([*route.secret_headers.values(), *route.secret_params.values()])
        self._session = requests.Session()
        # Otherwise requests reads the environment and ~/.netrc again for each request.
        self._session.trust_env = False
        proxies = proxies_for(route.url)
        self._session.proxies = dict(proxies)
        self._proxy = proxy_name(route.url, proxies)
        self._certificates = route.ca_file or certificates_of_environment() or True
        self._session.headers.update({"User-Agent": "moderation-console", **route.headers})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, PooledAdapter(route.pool_size))

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def send(self, request: HttpRequest, headers: Mapping[str, str], left_s: float) -> HttpResponse:
        """One attempt within `left_s` seconds and the route's timeout. Raises AttemptFailed."""
        began = self._monotonic()
        deadline = began + min(self._route.timeout_s, left_s)
        base = self._route.url.rstrip("/")
        url = f"{base}/{request.path.lstrip('/')}" if request.path else self._route.url
        params = {**request.params, **self._route.secret_params}
        body = None if request.body is None else json.dumps(request.body).encode()
        for _hop in range(MAX_HOPS):
            outcome = self._exchange(_Outgoing(url, params, body, headers), deadline)
            if isinstance(outcome, AttemptFailed):
                # Raised outside of any except block: the chained cause would name the address.
                raise self._with_proxy(outcome)
            if isinstance(outcome, str):
                url, params, body = _same_origin(url, outcome), {}, None
                continue
            answer, received = outcome
            decoded = _decoded(answer)
            if isinstance(decoded, AttemptFailed):
                raise self._with_proxy(decoded)
            return HttpResponse(decoded, received, (self._monotonic() - began) * 1000.0)
        raise AttemptFailed("redirects without end", kind=ErrorKind.REDIRECT)

    def _exchange(
        self, outgoing: _Outgoing, deadline: float
    ) -> tuple[bytes, dict[str, str]] | str | AttemptFailed:
        """Body and headers of a 200, the target of a redirect to follow, or the failure."""
        left_s = max(0.001, deadline - self._monotonic())
        body = outgoing.body
        sent = {} if body is None else {"Content-Type": "application/json"}
        try:
            with self._session.request(
                "GET" if body is None else "POST",
                outgoing.url,
                params=dict(outgoing.params),
                data=body,
                headers={**sent, **outgoing.headers, **self._route.secret_headers},
                timeout=(min(self._route.connect_timeout_s, left_s), left_s),
                verify=self._certificates,
                stream=True,
                allow_redirects=False,
            ) as response:
                received = {name.lower(): value for name, value in response.headers.items()}
                if response.status_code == _SEE_OTHER and self._route.follows_303:
                    return received.get("location", "")
                answer = self._read(response, deadline)
                if response.status_code == 200:
                    return answer, received
                return http_failure(
                    response.status_code,
                    received,
                    answer,
                    now=self._now(),
                    busy_means_loading=self._route.busy_means_loading,
                )
        except AttemptFailed as failure:
            return failure
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            ValueError,
        ) as error:
            return transport_failure(error, is_late=self._monotonic() >= deadline)

    def _with_proxy(self, failure: AttemptFailed) -> AttemptFailed:
        """Adds the proxy's name to the failure, unless the server refused the text."""
        if self._proxy is None or failure.kind is ErrorKind.BAD_INPUT:
            return failure
        return AttemptFailed(
            f"{failure} (through the proxy {self._proxy})",
            kind=failure.kind,
            can_retry=failure.can_retry,
            after_s=failure.after_s,
        )

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        # read1 returns what has arrived so far, so that the deadline also ends a body that arrives
        # byte by byte.
        body = bytearray()
        while piece := response.raw.read1(_PIECE_BYTES, decode_content=True):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                size = MAX_ANSWER_BYTES // 2**20
                raise AttemptFailed(f"sent more than {size} MB", kind=ErrorKind.TOO_LARGE)
            if self._monotonic() > deadline:
                raise too_slow()
        return bytes(body)


def _same_origin(url: str, location: str) -> str:
    target = urljoin(url, location)
    old, new = urlsplit(url), urlsplit(target)
    if not location or (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise AttemptFailed("redirects to another place", kind=ErrorKind.REDIRECT)
    return target


def _decoded(answer: bytes) -> Any:
    try:
        # NaN is accepted: it makes one score invalid, not the whole answer.
        return load_json(answer)
    except (ValueError, RecursionError):
        pass
    is_page = answer.lstrip()[:1] == b"<"
    words = "sent a web page instead of JSON" if is_page else "sent an answer that is not JSON"
    return AttemptFailed(words, kind=ErrorKind.BAD_SHAPE)


def certificates_of_environment() -> str | None:
    """The file of trusted certificates that REQUESTS_CA_BUNDLE names, as in requests itself."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")

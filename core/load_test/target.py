"""The server that a load test asks: its address, whether it can be asked, and the requests."""

import itertools
import json
import secrets
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from core.errors import ConfigError, SourceUnavailable
from core.load_test.http_load import Address, NextRequest

HEALTH_PATH, SCORE_PATH = "/healthz", "/v1/moderations"
ANSWER_WITHIN_S = 10.0
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class LoadTarget:
    """One API behind these servers; each takes a share of the requests. `name` is what a person
    calls it, `host_header` and `prefix` those of its URL. The key is in no repr."""

    servers: tuple[Address, ...]
    name: str
    host_header: str
    prefix: str = ""
    key: str | None = field(default=None, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """Those of every request; the API then counts it toward no objective."""
        given = {"host": self.host_header, "x-load-test": "true"}
        return given if self.key is None else given | {"authorization": f"Bearer {self.key}"}


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """The backend that the server says it scores with."""

    backend: str
    model_version: str


def own_target(ports: Sequence[int]) -> LoadTarget:
    """Servers of this machine."""
    words = f"{len(ports)} server{'s' if len(ports) > 1 else ''} of its own"
    servers = tuple(Address(port) for port in ports)
    return LoadTarget(servers, words, f"127.0.0.1:{ports[0]}")


def url_target(url: str, key: str | None = None) -> LoadTarget:
    """The API at that URL. Raises ConfigError if it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise ConfigError(f"{url!r} is no URL of an API, such as http://127.0.0.1:8000") from None
    if parts.username is not None or parts.password is not None:
        # The address is stored and shown, so it must not hold a secret; nor does this message.
        raise ConfigError("the URL of the API names a user: give its key by --key-env")
    bad_key = key is not None and not (key.isascii() and key.isprintable())
    if not parts.hostname or not url.isascii() or not url.isprintable() or bad_key:
        raise ConfigError(f"{url!r} is no URL of an API, such as http://127.0.0.1:8000")
    address = Address(port, parts.hostname, parts.scheme == "https")
    return LoadTarget((address,), url, parts.netloc, parts.path.rstrip("/"), key)


def check_target(target: LoadTarget) -> TargetHealth:
    """Asks each server once whether it can score. Raises SourceUnavailable with what is wrong."""
    first, *_ = (_health(target, server) for server in target.servers)
    return first


def scoring_requests(target: LoadTarget, texts: Sequence[str]) -> NextRequest:
    """Each text in turn as the bytes of a whole request that scores it and stores nothing. A number
    of this run at its end makes it new: a cache would answer a text that it has seen."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in target.headers.items())
    head = f"POST {target.prefix}{SCORE_PATH} HTTP/1.1\r\n{lines}content-type: application/json\r\n"
    numbers, turn = itertools.count(secrets.randbelow(10**9)), itertools.cycle(texts)

    def next_request() -> bytes:
        content = json.dumps({"input": f"{next(turn)} {next(numbers)}"}).encode()
        return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content

    return next_request


def _health(target: LoadTarget, server: Address) -> TargetHealth:
    status, body = _get(target, server)
    found = _fields(body)
    if status == HTTPStatus.OK and isinstance(found.get("backend"), str):
        return TargetHealth(found["backend"], str(found.get("model_version", "")))
    if status == HTTPStatus.OK:
        raise SourceUnavailable(f"{target.name} answers, but is no API of the moderation console")
    error = found.get("error")
    words = error.get("message") if isinstance(error, dict) else None
    raise SourceUnavailable(f"{target.name} can't be used: {words or f'it answered {status}'}")


def _get(target: LoadTarget, server: Address) -> tuple[int, bytes]:
    connection = (
        HTTPSConnection(
            server.host,
            server.port,
            timeout=ANSWER_WITHIN_S,
            context=ssl.create_default_context(),
        )
        if server.is_tls
        else HTTPConnection(server.host, server.port, timeout=ANSWER_WITHIN_S)
    )
    try:
        connection.request("GET", target.prefix + HEALTH_PATH, headers=target.headers)
        answer = connection.getresponse()
        return answer.status, answer.read(65_536)
    except TimeoutError:
        raise SourceUnavailable(
            f"{target.name} did not answer within {ANSWER_WITHIN_S:g} s"
        ) from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SourceUnavailable(f"{target.name} does not answer: {reason}") from None
    finally:
        connection.close()


def _fields(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

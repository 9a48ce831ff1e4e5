"""Refuses requests from pages of other origins.

Streamlit itself accepts any page of this machine, on any port, and any page whose origin is one of
the machine's addresses. A page of another local program could then act as the signed-in person.
"""

from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSED = 1008
"""WebSocket close code "policy violation"; before the handshake the server answers 403."""


class SameOriginOnly:
    """ASGI middleware. A request without an Origin header passes: browsers send the header with
    every WebSocket and every cross-site write, so no page of another site can leave it out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or is_same_origin(scope["headers"]):
            await self._app(scope, receive, send)
        else:
            await refuse("This page belongs to another site.", scope, receive, send)


async def refuse(words: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request or a WebSocket with 403; `words` are for the former."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": REFUSED})
    else:
        await PlainTextResponse(words, 403)(scope, receive, send)


def is_same_origin(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether every Origin header names the same host and port as the Host header."""
    hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
    origins = [value.decode("latin-1").lower() for name, value in headers if name == b"origin"]
    return all([_host_of(origin)] == hosts for origin in origins)


def _host_of(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    is_bare = parts.scheme in ("http", "https") and origin == f"{parts.scheme}://{parts.netloc}"
    return parts.netloc if is_bare else None

"""Only the app's own pages may talk to it.

Streamlit itself lets in any page of this machine, whatever its port, and any that names one of the
machine's addresses: another program's page could then act as whoever is signed in.
"""

from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSED = 1008
"""The WebSocket code for a breach of policy; before the handshake it becomes a 403."""


class OwnOrigin:
    """ASGI middleware. What names no origin is no page: browsers name it wherever it matters."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or is_own(scope["headers"]):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": REFUSED})
        else:
            response = PlainTextResponse("This page belongs to another site.", 403)
            await response(scope, receive, send)


def is_own(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether every origin the headers name is the host they ask."""
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

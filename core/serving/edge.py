"""The outermost layer of the API: security headers on every answer, and no error gets past it."""

import logging
import traceback

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.serving.http_errors import error_response

LOG = logging.getLogger(__name__)


def security_headers(style_hash: str) -> dict[str, str]:
    """`style_hash` admits the one inline style there is, that of the API page."""
    policy = (
        f"default-src 'self'; script-src 'none'; style-src '{style_hash}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        # Answers hold what only the author may read.
        "Cache-Control": "no-store",
    }


class Edge:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  # the process edge: answered and logged here
            _log(error)
            if not has_started:
                response = error_response(500, "internal", "Something went wrong on our side.")
                await response(scope, receive, send_with_headers)


def _log(error: Exception) -> None:
    """Where it happened, not the error's words: those may quote a comment."""
    where = "".join(traceback.format_tb(error.__traceback__))
    LOG.error("unexpected %s in a request\n%s", type(error).__name__, where)

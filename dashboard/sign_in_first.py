"""Sends a browser without a sign-in to the identity provider before any page is served."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import ConsoleError
from dashboard.oidc_routes import SIGN_IN, sign_in_address
from dashboard.wiring import cookie_name, person_of


class SignInFirst:
    """ASGI middleware. It is a convenience: what a page may show is decided by the page, for the
    person whose token came with its WebSocket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and await _needs_sign_in(Request(scope)):
            address = scope["path"]
            if scope["query_string"]:
                address += "?" + scope["query_string"].decode("latin-1")
            await RedirectResponse(sign_in_address(address), 303)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _needs_sign_in(request: Request) -> bool:
    is_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if not is_page or request.url.path.startswith(SIGN_IN.rpartition("/")[0]):
        return False
    token = request.cookies.get(cookie_name(request.headers.get("host")))
    try:
        return await run_in_threadpool(person_of, token) is None
    except ConsoleError:
        return False  # the page says what is wrong

"""Refuses what a proxy passes on, for the demo sign-in: it asks for no password, so whoever the
proxy lets in could act as any person."""

from starlette.types import ASGIApp, Receive, Scope, Send

from core.addresses import has_passed_proxy
from dashboard.same_origin import refuse

REFUSAL = (
    "This console signs in without a password, so it answers nobody who comes by a proxy. "
    "Set MODCONSOLE_SIGN_IN=oidc; see docs/sign_in.md."
)


class NoProxy:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not has_passed_proxy(
            name for name, _ in scope["headers"]
        ):
            await self._app(scope, receive, send)
        else:
            await refuse(REFUSAL, scope, receive, send)

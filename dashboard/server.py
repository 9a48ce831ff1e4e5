"""Starts a Streamlit app of this package: `python -m dashboard.server staff|author`.

Theme and security settings come from `.streamlit/config.toml`, whatever the working directory.
Every response has headers that stop the page from loading anything from other hosts.
"""

import logging
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
import streamlit.logger
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.config import HTTP_PROTOCOLS

from core.addresses import is_loopback
from core.config import Settings
from core.environment import load_settings
from core.errors import ConfigError, ConsoleError
from core.processes.app_log import hand_to_root, set_up_log
from core.setting_values import LOOPBACK_URL
from dashboard.lookup.html_language import HtmlLanguage
from dashboard.same_origin import SameOriginOnly

# A symbolic link to `.streamlit/config.toml` in the repository; a file in a wheel.
CONFIG = Path(__file__).with_name("config.toml")
APPS = {"staff": "app.py", "author": "author.py"}
# Streamlit's start script is inline and its components load from blob: URLs, so 'self' alone
# would break it.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' {sockets}; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'self'; object-src 'none'; form-action 'self'"
)
LOOPBACK_SOCKETS = "ws://127.0.0.1:* ws://localhost:*"


class SecurityHeaders:
    """ASGI middleware for HTTP responses; WebSockets pass unchanged. `sockets` are the addresses
    of WebSockets that a page may open."""

    def __init__(self, app: ASGIApp, sockets: str) -> None:
        self._app = app
        self._headers = (
            (b"content-security-policy", CONTENT_SECURITY_POLICY.format(sockets=sockets).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def streamlit_config(which: str, settings: Settings) -> dict[str, Any]:
    """`.streamlit/config.toml` with flat dotted names, the port, and for the look-up its address.

    Raises ConfigError for a look-up that others could reach under a name nobody declared: a page
    of another site could then make its own name lead here.
    """
    config = _flat(tomllib.loads(CONFIG.read_text(encoding="utf-8")))
    if which == "staff":
        return {
            **config,
            "server.port": settings.dashboard_port,
            "server.address": settings.dashboard_host,
            "server.allowedHosts": _names(config, settings.console_url),
        }
    if not is_loopback(settings.author_host) and settings.public_url == LOOPBACK_URL:
        raise ConfigError(
            f"MODCONSOLE_AUTHOR_HOST is {settings.author_host!r}: other machines can reach it, so "
            "set MODCONSOLE_PUBLIC_URL to the address under which they do"
        )
    return {
        **config,
        "server.port": settings.author_port,
        "server.address": settings.author_host,
        "server.allowedHosts": _names(config, settings.author_url),
    }


def sockets_of(which: str, settings: Settings) -> str:
    """The addresses of WebSockets that the pages open: their own ones."""
    own = settings.staff_url if which == "staff" else settings.public_url
    if own == LOOPBACK_URL:
        return LOOPBACK_SOCKETS
    place = urlsplit(own).netloc
    return f"{LOOPBACK_SOCKETS} ws://{place} wss://{place}"


def make_app(which: str, settings: Settings) -> st.App:
    """The staff console or the public look-up as an ASGI application."""
    language = Middleware(HtmlLanguage, site_language=settings.author_language)
    return st.App(
        Path(__file__).parent / APPS[which],
        routes=_staff_routes(settings) if which == "staff" else [],
        middleware=[
            Middleware(SecurityHeaders, sockets=sockets_of(which, settings)),
            Middleware(SameOriginOnly),
            *(_sign_in_guard(settings) if which == "staff" else []),
            *([language] if which == "author" else []),
        ],
        on_script_error=_log_error,
    )


def _names(config: dict[str, Any], address: str) -> list[str | None]:
    own, name = config["server.allowedHosts"], urlsplit(address).hostname
    return own if name in own else [*own, name]


def _sign_in_guard(settings: Settings) -> list[Middleware]:
    if settings.sign_in == "demo":
        from dashboard.no_proxy import NoProxy

        return [Middleware(NoProxy)]
    from dashboard.sign_in_first import SignInFirst

    return [Middleware(SignInFirst)]


def _staff_routes(settings: Settings) -> list[BaseRoute]:
    # Imported here: the process of the public look-up never loads what only the staff may reach.
    from dashboard.audit.download import ROUTE as AUDIT_LOG
    from dashboard.review.desk.routes import ROUTE as REVIEW_DESK
    from dashboard.runs.download import ROUTE as RUN_RESULTS

    own: list[BaseRoute] = [RUN_RESULTS, AUDIT_LOG, REVIEW_DESK]
    if settings.sign_in == "demo":
        return own
    from dashboard.oidc_routes import ROUTES

    return [*own, *ROUTES]


def main(which: str) -> int:
    """Serve until stopped; exit code 2 for bad settings."""
    try:
        settings = load_settings()
        config = streamlit_config(which, settings)
    except ConsoleError as error:
        sys.stderr.write(f"modconsole: {error}\n")
        return 2
    if settings.log == "json":
        # Streamlit gives each of its loggers a handler, also the ones that it makes later.
        streamlit.logger.setup_formatter = hand_to_root
    set_up_log(settings)
    # Streamlit starts uvicorn with the protocol `auto` and has no setting for it, so replace that.
    HTTP_PROTOCOLS["auto"] = "core.serving.connection_limits:LimitedProtocol"
    if which == "staff":
        _watch_objectives()
    make_app(which, settings).run(config=config)
    return 0


def _watch_objectives() -> None:
    """In this process, because it reads the serving log anyway."""
    from core.bootstrap.objectives import make_watch
    from core.processes.alerting import Alerting
    from dashboard.shared_services import current_services

    Alerting(lambda: make_watch(current_services())).start()


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def _log_error(error: BaseException) -> None:
    logging.getLogger("dashboard").error("a page failed", exc_info=error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

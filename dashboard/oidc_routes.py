"""The way to the identity provider and back: addresses beside the pages, since only a response can
set a cookie that no script reads."""

import json
from dataclasses import asdict
from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.bootstrap.identity import CALLBACK
from core.errors import ConsoleError, IdentityUnavailable, SignInRefused
from core.identity.base import SignInAttempt
from core.services.staff_sign_in import StaffSignIn, finish_sign_in
from dashboard.wiring import cookie_name, current_services, current_staff_sign_in

SIGN_IN = "/oidc/sign-in"
ATTEMPT = "modconsole_sign_in"
"""The cookie with the attempt, until the person comes back."""
ATTEMPT_S = 600


def sign_in_address(next_page: str) -> str:
    """Where a browser begins a sign-in, after which it opens that page."""
    return f"{SIGN_IN}?{urlencode({'next': next_page})}"


def begin(request: Request) -> Response:
    """Send the browser to the provider."""
    attempt = SignInAttempt(own_page(request.query_params.get("next", "/")))
    try:
        asks_anew = "anew" in request.query_params
        address = _via().provider.sign_in_address(attempt, asks_anew=asks_anew)
        response: Response = RedirectResponse(address, 303)
    except ConsoleError as error:
        return _problem(error)
    _set_cookie(response, ATTEMPT, json.dumps(asdict(attempt)), max_age=ATTEMPT_S, path="/oidc")
    return response


def finish(request: Request) -> Response:
    """The browser comes back from the provider."""
    try:
        attempt = _attempt_of(request)
        if refusal := request.query_params.get("error"):
            words = request.query_params.get("error_description") or refusal
            raise SignInRefused(f"The identity provider refuses the sign-in: {words[:300]}.")
        token = finish_sign_in(
            current_services().context,
            _via(),
            attempt,
            state=request.query_params.get("state", ""),
            code=request.query_params.get("code", ""),
        )
    except ConsoleError as error:
        return _problem(error)
    response = RedirectResponse(attempt.next, 303)
    _set_cookie(response, cookie_name(request.headers.get("host")), token)
    response.delete_cookie(ATTEMPT, path="/oidc")
    return response


def own_page(address: str) -> str:
    """The address if it is a page of this console, else `/`: nobody is sent elsewhere."""
    is_own = address.startswith("/") and not address.startswith(("//", "/\\", "/oidc"))
    return address if is_own and address.isprintable() and "\\" not in address else "/"


def _attempt_of(request: Request) -> SignInAttempt:
    try:
        kept = json.loads(request.cookies[ATTEMPT])
        return SignInAttempt(**{name: str(kept[name]) for name in asdict(SignInAttempt(""))})
    except (KeyError, ValueError, TypeError):
        raise SignInRefused("This sign-in took too long, or began elsewhere.") from None


def _via() -> StaffSignIn:
    via = current_staff_sign_in()
    if via is None:
        raise SignInRefused("This console signs in without an identity provider.")
    return via


def _set_cookie(
    response: Response, name: str, value: str, *, max_age: int | None = None, path: str = "/"
) -> None:
    """No script reads it, and other sites' pages send it with nothing but a link to here."""
    is_encrypted = current_services().settings.console_url.startswith("https://")
    response.set_cookie(
        name, value, max_age, path=path, secure=is_encrypted, httponly=True, samesite="lax"
    )


def _problem(error: ConsoleError) -> Response:
    status = 503 if isinstance(error, IdentityUnavailable) else 403
    return HTMLResponse(
        "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>"
        "<title>Sign-in</title><style>:root{color-scheme:light dark}"
        "body{font:16px/1.5 system-ui;max-width:34rem;margin:4rem auto;padding:0 1rem}</style>"
        f"<h1>You are not signed in</h1><p>{escape(str(error))}</p>"
        f"<p><a href='{SIGN_IN}?anew=1'>Sign in again</a></p>",
        status,
        {"cache-control": "no-store"},
    )


ROUTES = (Route(SIGN_IN, begin), Route(CALLBACK, finish))

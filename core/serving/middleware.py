"""The outermost layer of the API: every request passes the door here, and no error gets past it."""

import logging
import traceback

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import Overloaded
from core.serving.admission import Ticket
from core.serving.http_errors import console_error_response, error_response
from core.serving.paths import route_of
from core.serving.process import TICKET, ApiProcess
from core.serving.tracing import read_caller
from core.servinglog.record import ORIGIN, RefusalReason, RequestOrigin

LOG = logging.getLogger(__name__)
SENT_AWAY = 429


def security_headers(style_hash: str) -> dict[str, str]:
    """`style_hash` admits the one inline style there is, that of the API page."""
    policy = (
        f"default-src 'self'; script-src 'none'; style-src '{style_hash}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        # Answers hold what only the author may read.
        "cache-control": "no-store",
    }


class RequestMiddleware:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, headers: dict[str, str], process: ApiProcess) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._process = process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = Visit(scope, receive, send, self._headers, self._process)
        process, now = self._process, self._process.services.clock.monotonic
        began = now()
        token = ORIGIN.set(visit.caller)
        process.in_flight += 1
        process.metrics.in_flight.inc()
        try:
            await self._answer(visit)
        finally:
            ORIGIN.reset(token)
            process.in_flight -= 1
            process.metrics.in_flight.dec()
            visit.leave()
            if visit.refused_for is not None:
                process.note_refusal(visit.refused_for, visit.caller)
            route = route_of(scope["path"])
            process.metrics.requests.labels(route, str(visit.status)).inc()
            process.metrics.request_seconds.labels(route).observe(now() - began)

    async def _answer(self, visit: "Visit") -> None:
        path = visit.scope["path"]
        try:
            refusal = self._process.access.refusal(path, visit.headers)
            if refusal is not None:
                visit.refused_for = refusal.kind
                response = error_response(
                    path, refusal.status, refusal.kind, refusal.message, headers=refusal.headers
                )
                await response(visit.scope, visit.receive, visit.send)
                return
            if visit.is_work:
                self._process.admission.check()
            await self._app(visit.scope, visit.receive, visit.send)
        except Overloaded as error:
            visit.refused_for = RefusalReason.OVERLOADED
            response = console_error_response(path, error)
            await response(visit.scope, visit.receive, visit.send)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  # the process edge: answered and logged here
            _log(error, visit.caller)
            if not visit.status:
                message = "Something went wrong on our side."
                response = error_response(path, 500, "internal", message)
                await response(visit.scope, visit.receive, visit.send)


class Visit:
    """One request. Work is counted from the moment its body is here: a slow sender takes nobody's
    place."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: list[tuple[bytes, bytes]],
        process: ApiProcess,
    ) -> None:
        self.scope = scope
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.caller: RequestOrigin = read_caller(
            self.headers.get(b"x-request-id", b""), self.headers.get(b"traceparent", b"")
        )
        self.is_work = scope["method"] == "POST"
        self.status = 0
        self.refused_for: RefusalReason | None = None
        self._receive = receive
        self._send = send
        self._admission = process.admission
        self._bytes = 0
        self._ticket: Ticket | None = None
        self._sent_headers = [*headers, (b"x-request-id", self.caller.request_id.encode())]

    async def receive(self) -> Message:
        """From the server, counted."""
        message = await self._receive()
        if self.is_work and message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._ticket is None and not message.get("more_body", False):
                self._ticket = self.scope[TICKET] = self._admission.enter(self._bytes)
        return message

    async def send(self, message: Message) -> None:
        """To the server, with the headers every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status == SENT_AWAY and self.refused_for is None:
                # It was let in, and lost its turn when the line was cut short.
                self.refused_for = RefusalReason.OVERLOADED
            message["headers"] = [*message.get("headers", ()), *self._sent_headers]
        await self._send(message)

    def leave(self) -> None:
        """The answer is out."""
        if self._ticket is not None:
            self._admission.leave(self._ticket, is_done=self.status != SENT_AWAY)


def _log(error: Exception, caller: RequestOrigin) -> None:
    """Where it happened, not the error's words: those may quote a comment."""
    where = "".join(traceback.format_tb(error.__traceback__))
    LOG.error(
        "unexpected %s in request %s, trace %s\n%s",
        type(error).__name__,
        caller.request_id,
        caller.trace_id,
        where,
    )

"""The outermost layer of the API: it refuses or admits each request and answers every error."""

import logging
import traceback

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import Overloaded
from core.serving.admission import AdmittedRequest
from core.serving.http_errors import REFUSED, console_error_response, error_response
from core.serving.paths import route_of
from core.serving.process import ADMITTED, ApiProcess
from core.serving.tracing import LOAD_TEST_HEADER, read_caller
from core.servinglog.record import ORIGIN, RefusalReason, RequestOrigin

LOG = logging.getLogger(__name__)
SHED_STATUS = 429


def security_headers(style_hash: str) -> dict[str, str]:
    """`style_hash` allows the one inline style in use, that of the API page."""
    policy = (
        f"default-src 'self'; script-src 'none'; style-src '{style_hash}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        # An answer may hold what only its author may read.
        "cache-control": "no-store",
    }


class RequestMiddleware:
    """ASGI middleware: access, admission, metrics and the answer to uncaught errors."""

    def __init__(self, app: ASGIApp, *, headers: dict[str, str], process: ApiProcess) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._process = process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = ApiRequest(scope, receive, send, self._headers, self._process)
        process, now = self._process, self._process.services.clock.monotonic
        began = now()
        token = ORIGIN.set(request.caller)
        process.in_flight += 1
        process.metrics.in_flight.inc()
        try:
            await self._answer(request)
        finally:
            ORIGIN.reset(token)
            process.in_flight -= 1
            process.metrics.in_flight.dec()
            request.leave()
            if request.refused_for is not None:
                process.note_refusal(request.refused_for, request.caller)
            route = route_of(scope["path"])
            process.metrics.requests.labels(route, str(request.status)).inc()
            process.metrics.request_seconds.labels(route).observe(now() - began)

    async def _answer(self, request: "ApiRequest") -> None:
        path = request.scope["path"]
        try:
            refusal = self._process.access.refusal(path, request.headers)
            if refusal is not None:
                request.refused_for = refusal.kind
                response = error_response(
                    path, refusal.status, refusal.kind, refusal.message, headers=refusal.headers
                )
                await response(request.scope, request.receive, request.send)
                return
            if request.is_work:
                self._process.admission.check()
            await self._app(request.scope, request.receive, request.send)
            if request.is_work and request.refused_for is None:
                request.refused_for = request.scope.get(REFUSED)
        except Overloaded as error:
            request.refused_for = RefusalReason.OVERLOADED
            response = console_error_response(path, error)
            await response(request.scope, request.receive, request.send)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  # the process edge: answered and logged here
            _log(error, request.caller)
            if not request.status:
                message = "Something went wrong on our side."
                response = error_response(path, 500, "internal", message)
                await response(request.scope, request.receive, request.send)


class ApiRequest:
    """One HTTP request. It counts as under way only when its body is complete, so that a slow
    sender takes no capacity from others."""

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
            self.headers.get(b"x-request-id", b""),
            self.headers.get(b"traceparent", b""),
            self.headers.get(LOAD_TEST_HEADER.encode(), b""),
            scope["path"],
        )
        self.is_work = scope["method"] == "POST"
        self.status = 0
        self.refused_for: RefusalReason | None = None
        self._receive = receive
        self._send = send
        self._admission = process.admission
        self._bytes = 0
        self._admitted: AdmittedRequest | None = None
        self._sent_headers = [*headers, (b"x-request-id", self.caller.request_id.encode())]

    async def receive(self) -> Message:
        """Wraps the server's `receive`: counts the body's bytes; the request is under way
        when the body is complete."""
        message = await self._receive()
        if self.is_work and message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._admitted is None and not message.get("more_body", False):
                self._admitted = self.scope[ADMITTED] = self._admission.enter(self._bytes)
        return message

    async def send(self, message: Message) -> None:
        """Wraps the server's `send`: adds the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status == SHED_STATUS and self.refused_for is None:
                # It was admitted but shed from the queue later, because the allowed wait became
                # shorter.
                self.refused_for = RefusalReason.OVERLOADED
            message["headers"] = [*message.get("headers", ()), *self._sent_headers]
        await self._send(message)

    def leave(self) -> None:
        """The answer is sent: the request no longer counts as under way."""
        if self._admitted is not None:
            self._admission.leave(self._admitted, is_done=self.status != SHED_STATUS)


def _log(error: Exception, caller: RequestOrigin) -> None:
    """Logs the traceback only: the error's message may quote a comment."""
    where = "".join(traceback.format_tb(error.__traceback__))
    LOG.error(
        "unexpected %s in request %s, trace %s\n%s",
        type(error).__name__,
        caller.request_id,
        caller.trace_id,
        where,
    )

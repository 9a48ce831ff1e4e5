"""How the API answers errors: one table from error class to HTTP status."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from core import errors
from core.errors import ConsoleError, InvalidRows
from core.serving.error_formats import error_body, status_in_format
from core.serving.paths import error_format_of
from core.serving.schemas import ErrorDetail
from core.servinglog.record import ORIGIN, RefusalReason, RequestOrigin

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErrorMapping:
    """The answer to one class of error. `words` replace the error's message where that may contain
    a path."""

    status: HTTPStatus
    kind: str
    words: str | None = None


# An error class that is not listed gets the answer of its nearest listed ancestor.
ANSWERS: Mapping[type[ConsoleError], ErrorMapping] = {
    ConsoleError: ErrorMapping(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something went wrong."
    ),
    errors.InvalidInput: ErrorMapping(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input"),
    errors.BodyTooLarge: ErrorMapping(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"),
    errors.EncodedBody: ErrorMapping(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "encoded_body"),
    errors.NotFound: ErrorMapping(HTTPStatus.NOT_FOUND, "not_found"),
    errors.PermissionDenied: ErrorMapping(HTTPStatus.FORBIDDEN, "forbidden"),
    errors.Conflict: ErrorMapping(HTTPStatus.CONFLICT, "conflict"),
    errors.RuleBroken: ErrorMapping(HTTPStatus.CONFLICT, "rule_broken"),
    errors.BackendError: ErrorMapping(
        HTTPStatus.SERVICE_UNAVAILABLE, "backend", "The backend can't score now."
    ),
    errors.TextNotScored: ErrorMapping(HTTPStatus.FAILED_DEPENDENCY, "backend"),
    errors.MissingExtra: ErrorMapping(
        HTTPStatus.SERVICE_UNAVAILABLE, "backend", "The backend is not installed."
    ),
    errors.Overloaded: ErrorMapping(HTTPStatus.TOO_MANY_REQUESTS, "overloaded"),
    errors.SourceUnavailable: ErrorMapping(
        HTTPStatus.BAD_GATEWAY, "source", "A source did not answer."
    ),
    errors.StoreError: ErrorMapping(
        HTTPStatus.SERVICE_UNAVAILABLE, "store", "The store can't be used now; send it again."
    ),
}


REFUSED = "modconsole.refused"
"""Key in the ASGI scope of the reason if the answer is a refusal. Failed calls of a backend are
none: the serving log has them as calls."""
_REFUSALS: Mapping[type[ConsoleError], RefusalReason] = {
    errors.StoreError: RefusalReason.STORE,
    errors.InvalidInput: RefusalReason.INVALID,
}


def answer_for(error: ConsoleError) -> ErrorMapping:
    """The table's row for the error's class or its nearest listed ancestor."""
    return next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)


def error_response(
    path: str,
    status: int,
    kind: str,
    message: str,
    *,
    details: tuple[ErrorDetail, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An error response in the format of that path."""
    shape = error_format_of(path)
    status = status_in_format(shape, status)
    body = error_body(shape, status, kind, message, details)
    return JSONResponse(body, status_code=status, headers=headers)


def console_error_response(path: str, error: ConsoleError) -> JSONResponse:
    """The error's row of the table as a response in the format of that path."""
    answer = answer_for(error)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        caller = ORIGIN.get() or RequestOrigin("-")
        LOG.error(
            "answered %d to request %s, trace %s: %s",
            answer.status,
            caller.request_id,
            caller.trace_id,
            error,
        )
    problems = error.problems if isinstance(error, InvalidRows) else ()
    details = tuple(ErrorDetail(row=p.row, field=p.field, message=p.message) for p in problems)
    message = answer.words or str(error)
    return error_response(
        path, answer.status, answer.kind, message, details=details, headers=_headers_of(error)
    )


def _headers_of(error: ConsoleError) -> dict[str, str] | None:
    if isinstance(error, errors.Overloaded):
        return {"Retry-After": f"{error.retry_after_s:.0f}"}
    if isinstance(error, errors.StoreError):
        return {"Retry-After": "1"}  # as a database that restarts takes
    if isinstance(error, errors.EncodedBody):
        return {"Accept-Encoding": "identity"}
    return None


async def _console_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ConsoleError):
        raise error
    request.scope[REFUSED] = next(
        (reason for kind, reason in _REFUSALS.items() if isinstance(error, kind)), None
    )
    return console_error_response(request.scope["path"], error)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    """Answers the framework's own errors: an unknown path, a wrong method."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    path, kind = request.scope["path"], status.name.lower()
    return error_response(path, status, kind, f"{status.phrase}.", headers=error.headers)


async def _validation_error(request: Request, _error: Exception) -> JSONResponse:
    # The framework's messages quote the input, so they are replaced.
    message = "The request is not as the API page describes it."
    return error_response(request.scope["path"], 422, "invalid_input", message)


def add_error_handlers(app: FastAPI) -> None:
    """Register the handlers that answer every error of the app."""
    app.add_exception_handler(ConsoleError, _console_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
